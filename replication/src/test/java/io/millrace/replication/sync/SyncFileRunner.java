package io.millrace.replication.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.replication.checkpoint.LocalCheckpoints;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Timeouts;
import io.millrace.replication.launch.process.ProcessLauncher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs a {@code .sync} file on a launcher and a destination, and compares what it expects. */
public final class SyncFileRunner {
    private static final String PIPELINE = "test";
    private static final Map<String, SyncMode> SHORT_MODES =
            Map.of(
                    "append", SyncMode.INCREMENTAL_APPEND,
                    "append_dedup", SyncMode.INCREMENTAL_DEDUPED_HISTORY,
                    "overwrite", SyncMode.FULL_REFRESH_OVERWRITE,
                    "overwrite_dedup", SyncMode.FULL_REFRESH_OVERWRITE_DEDUPED,
                    "full_append", SyncMode.FULL_REFRESH_APPEND);

    private final SyncFile file;
    private final boolean subprocess;
    private final Supplier<Destination> destinations;
    private final Path folder;
    private final Script script = new Script();
    private final Map<String, List<JsonNode>> mappers = new LinkedHashMap<>();
    private final Map<String, StreamTarget> targets = new LinkedHashMap<>();
    private @Nullable Receipt receipt;

    private SyncFileRunner(
            SyncFile file, boolean subprocess, Supplier<Destination> destinations, Path folder) {
        this.file = file;
        this.subprocess = subprocess;
        this.destinations = destinations;
        this.folder = folder;
    }

    /** The texts of all files, by their paths. */
    public static Map<String, String> files() throws IOException {
        Map<String, String> files = new java.util.TreeMap<>();
        try (var index = SyncFileRunner.class.getResourceAsStream("/sync/index.txt")) {
            String names =
                    new String(
                            java.util.Objects.requireNonNull(index).readAllBytes(),
                            java.nio.charset.StandardCharsets.UTF_8);
            for (String name : names.lines().toList()) {
                try (var file = SyncFileRunner.class.getResourceAsStream("/sync/" + name)) {
                    files.put(
                            name,
                            new String(
                                    java.util.Objects.requireNonNull(file, name).readAllBytes(),
                                    java.nio.charset.StandardCharsets.UTF_8));
                }
            }
        }
        return files;
    }

    /** The combinations of {@code foreach} that {@code text} holds for, each with its name. */
    public static List<Map<String, String>> variants(String text) {
        List<Map<String, String>> variants = List.of(Map.of());
        for (var choice : SyncFile.variants(text).entrySet()) {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> variant : variants) {
                for (String value : choice.getValue()) {
                    Map<String, String> extended = new LinkedHashMap<>(variant);
                    extended.put(choice.getKey(), value);
                    more.add(extended);
                }
            }
            variants = more;
        }
        return variants;
    }

    /**
     * @param variant one of {@link #variants}; {@code $NAME} in the text stands for its value
     * @param destinations opens the destination anew, as a further process would
     * @param folder for the run's own files
     */
    public static void run(
            String text,
            Map<String, String> variant,
            Supplier<Destination> destinations,
            Path folder)
            throws Exception {
        String filled = text;
        for (var choice : variant.entrySet()) {
            filled = filled.replace("$" + choice.getKey(), choice.getValue());
        }
        new SyncFileRunner(
                        SyncFile.parse(filled),
                        "subprocess".equals(variant.get("launcher")),
                        destinations,
                        folder)
                .run();
    }

    private void run() throws Exception {
        for (SyncFile.Statement statement : file.statements()) {
            try {
                perform(statement);
            } catch (AssertionError failed) {
                throw new AssertionError(
                        "line %d: %s".formatted(statement.line(), failed.getMessage()), failed);
            }
        }
    }

    private void perform(SyncFile.Statement statement) throws Exception {
        switch (statement) {
            case SyncFile.Records records ->
                    records.records()
                            .forEach(data ->
                                    script.add(
                                            records.stream(),
                                            new Script.Item(Optional.of(data), Optional.empty())));
            case SyncFile.Checkpoint checkpoint ->
                    script.add(
                            checkpoint.stream(),
                            new Script.Item(Optional.empty(), Optional.of(checkpoint.name())));
            case SyncFile.Mappers mapped -> mappers.put(mapped.stream(), mapped.mappers());
            case SyncFile.Run run -> receipt = sync(run);
            case SyncFile.ExpectStatus expected ->
                    assertThat(receipt().status().text()).isEqualTo(expected.status());
            case SyncFile.ExpectState expected ->
                    assertThat(state(expected.stream())).isEqualTo(expected.name());
            case SyncFile.ExpectCounts expected -> assertCounts(expected);
            case SyncFile.ExpectRows expected ->
                    assertThat(rows(expected)).isEqualTo(sorted(expected, expected.rows()));
        }
    }

    private Receipt receipt() {
        if (receipt == null) {
            throw new AssertionError("no sync was run");
        }
        return receipt;
    }

    private Receipt sync(SyncFile.Run run) throws Exception {
        Optional<Script.Crash> source = crash(run, "checkpoint");
        Optional<Script.Crash> target = crash(run, "commit");
        script.crash(source);
        SyncMode mode =
                Optional.ofNullable(SHORT_MODES.get(run.mode()))
                        .or(() -> SyncMode.parse(run.mode()))
                        .orElseThrow(() -> new AssertionError("no mode " + run.mode()));
        List<List<String>> key =
                Optional.ofNullable(run.options().get("primary_key")).stream()
                        .flatMap(names -> List.of(names.split(",")).stream())
                        .map(List::of)
                        .toList();
        try (Source opened = source();
                Destination destination = destinations.get()) {
            List<StreamConfiguration> streams = new ArrayList<>();
            for (StreamDescription stream : opened.discover()) {
                String name = stream.name().name();
                List<JsonNode> chain = mappers.getOrDefault(name, List.of());
                streams.add(
                        new StreamConfiguration(
                                stream, mode, List.of(), key, Optional.empty(), chain, true));
                var pipeline =
                        new StreamPipeline(stream.name(), chain, stream.schema(), stream.schema());
                targets.put(
                        name,
                        new StreamTarget(
                                stream.name(),
                                stream.name(),
                                pipeline.mappedSchema(),
                                mode,
                                key.stream().map(List::getFirst).toList(),
                                Optional.empty(),
                                1,
                                false));
            }
            var request =
                    new SyncRequest(
                            PIPELINE,
                            opened,
                            FaultyDestination.of(destination, target),
                            streams,
                            Map.of(),
                            Naming.DEFAULT,
                            SchemaChangePolicy.PROPAGATE,
                            run.options().getOrDefault("full_refresh", "false").equals("true"),
                            false,
                            local(),
                            _ -> {},
                            SyncSettings.standard(
                                    Clock.fixed(
                                            Instant.parse("2026-11-21T09:00:00Z"), ZoneOffset.UTC),
                                    _ -> {}));
            return new Sync(request, SyncProgress.SILENT).run();
        }
    }

    private LocalCheckpoints local() {
        return new LocalCheckpoints(folder.resolve("checkpoints.json"));
    }

    private static Optional<Script.Crash> crash(SyncFile.Run run, String what) {
        for (boolean before : new boolean[] {true, false}) {
            String at = run.options().getOrDefault(before ? "crash_before" : "crash_after", "");
            if (at.startsWith(what + ":")) {
                return Optional.of(new Script.Crash(before, at.substring(what.length() + 1)));
            }
        }
        return Optional.empty();
    }

    private Source source() {
        if (!subprocess) {
            return new ScriptSource(script);
        }
        Path guest = folder.resolve("guest.py");
        try (var program = SyncFileRunner.class.getResourceAsStream("/sync/guest.py")) {
            if (program == null) {
                throw new AssertionError("guest.py is missing");
            }
            Files.write(guest, program.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var command = Json.array().add("python3").add(guest.toString());
        var reference =
                new ConnectorReference(
                        "command",
                        command,
                        Json.object(),
                        script.toJson(),
                        Map.of(),
                        new Timeouts(
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1),
                                Optional.of(Duration.ofSeconds(10))));
        return new ProcessLauncher()
                .source(
                        reference,
                        new LaunchContext(
                                Clock.systemUTC(),
                                folder,
                                folder.resolve("cache"),
                                _ -> {},
                                (_, _) -> {}));
    }

    private String state(String stream) throws Exception {
        try (Destination destination = destinations.get();
                DestinationSession session = destination.open(PIPELINE)) {
            List<StoredCheckpoint> stored =
                    session.keepsCheckpoints() ? session.checkpoints() : local().list();
            return stored.stream()
                    .filter(checkpoint -> checkpoint.stream().equals(StreamName.of(stream)))
                    .findFirst()
                    .flatMap(StoredCheckpoint::state)
                    .map(state -> state.path("at").asString())
                    .orElse("none");
        }
    }

    private void assertCounts(SyncFile.ExpectCounts expected) {
        var stream =
                receipt().streams().stream()
                        .filter(one -> one.stream().name().equals(expected.stream()))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no stream " + expected.stream()));
        expected.counts()
                .forEach((name, count) -> {
                    long actual =
                            switch (name) {
                                case "read" -> stream.recordsRead();
                                case "committed" -> stream.recordsCommitted();
                                case "rejected" -> stream.recordsRejected();
                                case "changed" -> stream.valuesChanged();
                                default -> throw new AssertionError("no count " + name);
                            };
                    assertThat(actual).as(name).isEqualTo(Long.parseLong(count));
                });
    }

    private List<String> rows(SyncFile.ExpectRows expected) throws Exception {
        StreamTarget target =
                Optional.ofNullable(targets.get(expected.stream()))
                        .orElseThrow(() -> new AssertionError("no stream " + expected.stream()));
        List<ObjectNode> rows = new ArrayList<>();
        StreamSchema schema;
        try (Destination destination = destinations.get()) {
            schema = destination.plan(PIPELINE, List.of(target)).getFirst().landed();
            destination.readBack(
                    PIPELINE,
                    target,
                    new ReadBackRequest(schema, new BatchMemory(64L << 20)),
                    batch -> {
                        try (batch) {
                            var encoder = new JsonLineEncoder(batch.schema());
                            for (int row = 0; row < batch.rows(); row++) {
                                var json = new JsonBuffer(64);
                                encoder.encode(batch, row, json);
                                rows.add((ObjectNode) Json.parse(json.toBytes()));
                            }
                        }
                    });
        }
        Comparator<ObjectNode> order = Comparator.comparing(_ -> 0);
        for (String column : expected.orderBy()) {
            order =
                    order.thenComparing(
                            (one, other) -> compare(one.path(column), other.path(column)));
        }
        List<String> names = schema.names();
        List<String> texts =
                rows.stream()
                        .sorted(order)
                        .map(row ->
                                schema.names().stream()
                                        .map(row::path)
                                        .map(SyncFileRunner::text)
                                        .collect(Collectors.joining(" ")))
                        .toList();
        return sorted(expected, texts);
    }

    private static List<String> sorted(SyncFile.ExpectRows expected, List<String> rows) {
        return expected.orderBy().isEmpty() ? rows.stream().sorted().toList() : rows;
    }

    private static int compare(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? one.decimalValue().compareTo(other.decimalValue())
                : text(one).compareTo(text(other));
    }

    /** Numbers by value: a destination may keep 2 as 2.0. */
    private static String text(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue().stripTrailingZeros().toPlainString();
        }
        return value.isString()
                ? value.asString()
                : value.isMissingNode() ? "null" : value.toString();
    }
}
