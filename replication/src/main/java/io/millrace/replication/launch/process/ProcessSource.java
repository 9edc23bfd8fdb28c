package io.millrace.replication.launch.process;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.StreamRequest.Purpose;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonSchemas;
import io.millrace.protocol.message.Catalog;
import io.millrace.protocol.message.CatalogMessage;
import io.millrace.protocol.message.ConfiguredCatalog;
import io.millrace.protocol.message.ConnectionStatusMessage;
import io.millrace.protocol.message.DestinationSyncMode;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.message.SourceSyncMode;
import io.millrace.protocol.message.StateMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A source that is a program of its own. */
final class ProcessSource implements Source {
    private final GuestProgram program;

    /** As the guest described them last, with what we don't know. */
    private final Map<StreamName, Catalog.Stream> discovered = new ConcurrentHashMap<>();

    ProcessSource(GuestProgram program) {
        this.program = program;
    }

    @Override
    public void check() throws InterruptedException {
        check(program);
    }

    /** Runs {@code check}, which sources and destinations have alike. */
    static void check(GuestProgram program) throws InterruptedException {
        var statuses = new ArrayList<ConnectionStatusMessage>();
        SyncFailure missing =
                program.answer(
                        "check",
                        program.filesWith(Map.of()),
                        program.timeouts().check(),
                        program.log(),
                        message -> {
                            if (message instanceof ConnectionStatusMessage status) {
                                statuses.add(status);
                            }
                        });
        if (statuses.isEmpty()) {
            throw missing;
        }
        ConnectionStatusMessage status = statuses.getFirst();
        if (!status.status().is(ConnectionStatusMessage.Status.SUCCEEDED)) {
            throw new ConfigurationFailure(
                    program.log()
                            .mask(
                                    status.message()
                                            .filter(text -> !text.isBlank())
                                            .orElse("The check failed without a reason.")));
        }
    }

    @Override
    public List<StreamDescription> discover() throws InterruptedException {
        var catalogs = new ArrayList<Catalog>();
        SyncFailure missing =
                program.answer(
                        "discover",
                        program.filesWith(Map.of()),
                        program.timeouts().discover(),
                        program.log(),
                        message -> {
                            if (message instanceof CatalogMessage catalog) {
                                catalogs.add(catalog.catalog());
                            }
                        });
        if (catalogs.isEmpty()) {
            throw missing;
        }
        discovered.clear();
        var descriptions = new LinkedHashMap<StreamName, StreamDescription>();
        for (Catalog.Stream stream : catalogs.getFirst().streams()) {
            discovered.put(stream.name(), stream);
            descriptions.put(stream.name(), describe(stream));
        }
        return List.copyOf(descriptions.values());
    }

    private static StreamDescription describe(Catalog.Stream stream) {
        return new StreamDescription(
                stream.name(),
                JsonSchemas.parse(stream.jsonSchema()),
                stream.sourceDefinedPrimaryKey().orElse(List.of()),
                stream.defaultCursorField().orElse(List.of()),
                stream.sourceDefinedCursor().orElse(false),
                stream.supports(SourceSyncMode.INCREMENTAL),
                stream.resumable().orElse(false),
                false,
                Optional.of(stream.jsonSchema()));
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        var files = new LinkedHashMap<String, JsonNode>();
        files.put("catalog", InputFiles.toJson(configuredCatalog(plan)));
        ArrayNode state = state(plan);
        if (!state.isEmpty()) {
            files.put("state", state);
        }
        // In a log of its own: what a run tells belongs to that run.
        var log = new GuestLog(output::log, program::masker);
        new ProcessReading(program, plan, output, log).read(program.filesWith(files));
    }

    private ConfiguredCatalog configuredCatalog(ReadPlan plan) {
        return ConfiguredCatalog.of(plan.streams().stream().map(this::configure).toList());
    }

    private ConfiguredCatalog.Stream configure(StreamRequest request) {
        Catalog.Stream stream =
                Optional.ofNullable(discovered.get(request.name()))
                        .orElseGet(() -> stream(request.stream()));
        boolean wholly = request.purpose() != Purpose.SYNC || !request.syncMode().incremental();
        SourceSyncMode mode =
                wholly && stream.supports(SourceSyncMode.FULL_REFRESH)
                        ? SourceSyncMode.FULL_REFRESH
                        : request.stream().incremental()
                                ? SourceSyncMode.INCREMENTAL
                                : SourceSyncMode.FULL_REFRESH;
        return new ConfiguredCatalog.Stream(
                stream,
                mode.open(),
                destinationMode(request.syncMode()).open(),
                Optional.of(request.cursor()).filter(path -> !path.isEmpty()),
                Optional.of(request.primaryKey()).filter(key -> !key.isEmpty()),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Additional.NONE);
    }

    /** The modes that every source knows: newer ones are for destinations alone (9.2). */
    static DestinationSyncMode destinationMode(SyncMode mode) {
        return switch (mode) {
            case FULL_REFRESH_OVERWRITE, FULL_REFRESH_OVERWRITE_DEDUPED ->
                    DestinationSyncMode.OVERWRITE;
            case FULL_REFRESH_APPEND, INCREMENTAL_APPEND -> DestinationSyncMode.APPEND;
            case INCREMENTAL_DEDUPED_HISTORY -> DestinationSyncMode.APPEND_DEDUP;
        };
    }

    /** A stream as the protocol has it, from what the loop knows of it. */
    static Catalog.Stream stream(StreamDescription description) {
        var modes = new ArrayList<io.millrace.protocol.json.OpenValue<SourceSyncMode>>();
        modes.add(SourceSyncMode.FULL_REFRESH.open());
        if (description.incremental()) {
            modes.add(SourceSyncMode.INCREMENTAL.open());
        }
        JsonNode schema =
                description.jsonSchema().orElseGet(() -> JsonSchemas.write(description.schema()));
        return new Catalog.Stream(
                description.name(),
                schema instanceof ObjectNode object ? object : Json.object(),
                modes,
                Optional.of(description.sourceDefinedCursor()),
                Optional.of(description.defaultCursor()).filter(path -> !path.isEmpty()),
                Optional.of(description.primaryKey()).filter(key -> !key.isEmpty()),
                Optional.of(description.resumable()),
                Optional.empty(),
                Additional.NONE);
    }

    private static ArrayNode state(ReadPlan plan) {
        ArrayNode states = Json.array();
        boolean syncing =
                plan.streams().stream().allMatch(request -> request.purpose() == Purpose.SYNC);
        if (!syncing) {
            return states; // a comparison reads everything again
        }
        if (plan.globalState().isPresent()) {
            states.add(plan.globalState().get());
            return states;
        }
        for (StreamRequest request : plan.streams()) {
            request.state()
                    .filter(state -> !state.isNull())
                    .ifPresent(state ->
                            states.add(
                                    InputFiles.toJson(
                                            new StateMessage.Stream(
                                                    StateMessage.StreamState.of(
                                                            request.name(), state),
                                                    StateMessage.Context.NONE))));
        }
        return states;
    }
}
