package io.millrace.sdk.program;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.message.ConfiguredCatalog;
import io.millrace.protocol.message.DestinationSyncMode;
import io.millrace.protocol.message.SourceSyncMode;
import io.millrace.protocol.message.StateMessage;
import io.millrace.protocol.message.TraceMessage;
import io.millrace.protocol.schema.StreamSchema;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The verb {@code read}. */
final class ReadProgram {
    /** Batches on their way to standard output. */
    private static final long MEMORY_BYTES = 128L << 20;

    private final Source source;
    private final ConfiguredCatalog catalog;
    private final List<StateMessage> states;
    private final ProgramOutput out;
    private final Clock clock;
    private final List<SyncFailure> refused = new ArrayList<>();

    ReadProgram(
            Source source,
            ConfiguredCatalog catalog,
            List<StateMessage> states,
            ProgramOutput out,
            Clock clock) {
        this.source = source;
        this.catalog = catalog;
        this.states = states;
        this.out = out;
        this.clock = clock;
    }

    int run() throws InterruptedException {
        catalog.requireKnownSyncModes();
        var memory = new BatchMemory(MEMORY_BYTES);
        Map<StreamName, StreamDescription> described = new LinkedHashMap<>();
        Map<StreamName, SyncFailure> broken = new LinkedHashMap<>();
        source.discover(broken::put).forEach(stream -> described.put(stream.name(), stream));
        Optional<JsonNode> globalState = globalState();
        var output = new ReadOutput(out, memory, clock, globalState.isPresent());
        var requests = new ArrayList<StreamRequest>();
        for (ConfiguredCatalog.Stream configured : catalog.streams()) {
            StreamName name = configured.stream().name();
            SyncFailure unreadable = broken.get(name);
            if (unreadable != null) {
                refuse(name, unreadable);
                continue;
            }
            try {
                StreamRequest request = request(configured, described);
                if (output.add(request, stateOf(name))) {
                    requests.add(request);
                }
            } catch (ConfigurationFailure failure) {
                refuse(name, failure);
            }
        }
        if (!requests.isEmpty()) {
            source.read(new ReadPlan(requests, globalState, memory), output);
        }
        output.settle();
        List<SyncFailure> failures = new ArrayList<>(refused);
        failures.addAll(output.failures());
        if (failures.isEmpty()) {
            return ConnectorProgram.DONE;
        }
        // The last word says what the user reads first.
        out.failure(failures.getFirst(), Optional.empty());
        return ConnectorProgram.FAILED;
    }

    private void refuse(StreamName name, SyncFailure failure) {
        refused.add(failure);
        out.log(LogLevel.WARN, failure.getMessage());
        out.failure(failure, Optional.of(name));
        out.status(name, TraceMessage.Status.INCOMPLETE);
    }

    private StreamRequest request(
            ConfiguredCatalog.Stream configured, Map<StreamName, StreamDescription> described) {
        StreamName name = configured.stream().name();
        StreamDescription stream = described.get(name);
        if (stream == null) {
            throw new ConfigurationFailure(
                    "The source has no stream %s. Refresh the schema, or take it out of the catalog."
                            .formatted(name));
        }
        boolean incremental = configured.syncMode().is(SourceSyncMode.INCREMENTAL);
        List<String> cursor =
                configured
                        .cursorField()
                        .filter(path -> !path.isEmpty())
                        .orElse(stream.defaultCursor());
        if (incremental && !stream.incremental()) {
            throw new ConfigurationFailure(
                    "Stream %s can't be read incrementally. Choose full_refresh.".formatted(name));
        }
        if (incremental && !stream.sourceDefinedCursor() && cursor.isEmpty()) {
            throw new ConfigurationFailure(
                    "Stream %s is to be read incrementally, and no cursor_field is chosen."
                            .formatted(name));
        }
        Optional<JsonNode> state = stateOf(name).filter(each -> !each.isNull() && !each.isEmpty());
        return new StreamRequest(
                stream,
                selected(stream.schema(), configured),
                mode(configured, incremental),
                stream.sourceDefinedCursor() || !incremental ? List.of() : cursor,
                configured.primaryKey().filter(key -> !key.isEmpty()).orElse(stream.primaryKey()),
                state.filter(each -> !ReadOutput.isMarker(each)),
                StreamRequest.Purpose.SYNC);
    }

    /** Of the stream's columns those that the catalog still has: that is how fields are chosen. */
    private static StreamSchema selected(StreamSchema schema, ConfiguredCatalog.Stream stream) {
        JsonNode properties = stream.stream().jsonSchema().path("properties");
        if (!properties.isObject() || properties.isEmpty()) {
            return schema;
        }
        return new StreamSchema(
                schema.columns().stream().filter(column -> properties.has(column.name())).toList());
    }

    private static SyncMode mode(ConfiguredCatalog.Stream stream, boolean incremental) {
        boolean deduplicated = stream.destinationSyncMode().is(DestinationSyncMode.APPEND_DEDUP);
        if (incremental) {
            return deduplicated
                    ? SyncMode.INCREMENTAL_DEDUPED_HISTORY
                    : SyncMode.INCREMENTAL_APPEND;
        }
        return stream.destinationSyncMode().is(DestinationSyncMode.APPEND)
                ? SyncMode.FULL_REFRESH_APPEND
                : SyncMode.FULL_REFRESH_OVERWRITE;
    }

    private Optional<JsonNode> stateOf(StreamName name) {
        return states.stream()
                .filter(StateMessage.Stream.class::isInstance)
                .map(state -> ((StateMessage.Stream) state).state())
                .filter(state -> state.stream().equals(name))
                .flatMap(state -> state.state().stream())
                .findFirst();
    }

    private Optional<JsonNode> globalState() {
        for (StateMessage state : states) {
            if (state instanceof StateMessage.Global global) {
                return Optional.of(global.sharedState().orElseGet(Json::object));
            }
            if (state instanceof StateMessage.Legacy) {
                out.log(
                        LogLevel.WARN,
                        "The state is of a kind that this source never wrote; it reads from the"
                                + " beginning.");
            }
        }
        return Optional.empty();
    }
}
