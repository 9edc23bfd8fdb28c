package io.millrace.cli.command;

import io.millrace.declarative.http.HttpSettings;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.recording.ManifestTests;
import io.millrace.declarative.recording.Recorder;
import io.millrace.declarative.recording.Recording;
import io.millrace.declarative.recording.StreamReading;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace manifest test}, {@code record} and {@code replay}. */
final class ManifestRecordings {
    private ManifestRecordings() {}

    /** {@code millrace manifest test}. */
    @Command(
            name = "test",
            description = {
                "Reads streams from recorded answers, without a network, and compares records,"
                        + " requests and states with those that are expected.",
                "A folder holds manifest.yaml, tests.yaml and recordings; \"manifest record\" makes"
                        + " them. Ends with 1 where something differs."
            })
    static final class TestCommand implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(arity = "1..*", paramLabel = "DIR", description = "Folders with tests.")
        private List<Path> folders = List.of();

        @Option(names = "--json", description = "Prints one JSON document.")
        private boolean json;

        TestCommand(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            ArrayNode document = io.millrace.protocol.json.Json.array();
            int failed = 0;
            int passed = 0;
            for (Path folder : folders) {
                for (ManifestTests.Result result : load(folder).run()) {
                    boolean fine = result.differences().isEmpty();
                    failed += fine ? 0 : 1;
                    passed += fine ? 1 : 0;
                    if (json) {
                        ObjectNode entry = document.addObject();
                        entry.put("folder", folder.toString());
                        entry.put("test", result.name());
                        entry.put("passed", fine);
                        result.differences().forEach(entry.putArray("differences")::add);
                        continue;
                    }
                    terminal.output()
                            .printf("%-6s %s: %s%n", fine ? "ok" : "FAILED", folder, result.name());
                    result.differences()
                            .forEach(text -> terminal.output().printf("       %s%n", text));
                }
            }
            if (json) {
                terminal.output().println(document.toPrettyString());
            } else {
                terminal.output().printf("%d passed, %d failed%n", passed, failed);
            }
            return failed == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
        }

        private static ManifestTests load(Path folder) {
            try {
                return ManifestTests.load(folder);
            } catch (SyncFailure failure) {
                throw new UsageException(failure.getMessage(), failure);
            }
        }
    }

    private static ObjectNode state(Optional<Path> file) {
        return ManifestFile.configuration(file);
    }

    /** {@code millrace manifest record}. */
    @Command(
            name = "record",
            description = {
                "Reads streams from the API itself, and writes down what was asked and answered,"
                        + " with secrets replaced, as tests for \"manifest test\".",
                "The recordings and tests.yaml come beside the manifest, which is best named"
                        + " manifest.yaml. Look through them before they are shared: the records"
                        + " of the API are in them."
            })
    static final class RecordCommand implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin private ManifestFile manifest = new ManifestFile();

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "STREAM",
                description = "The streams to read, a test each.")
        private List<String> streams = List.of();

        @Option(
                names = "--state",
                paramLabel = "FILE",
                description = "The state of the stream to go on from, in JSON.")
        private Optional<Path> state = Optional.empty();

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "The test's name, if it isn't to be the stream's.")
        private Optional<String> name = Optional.empty();

        RecordCommand(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException, IOException {
            if (name.isPresent() && streams.size() > 1) {
                throw new UsageException("One name fits one stream. Record them one by one.");
            }
            ManifestFile.Opened opened = manifest.open();
            Path tests = opened.folder().resolve(ManifestTests.FILE);
            boolean fresh = !Files.exists(tests);
            for (String stream : streams) {
                Path recording = recording(opened, name.orElse(stream));
                if (Files.exists(recording)) {
                    throw new UsageException(
                            "%s is there already. Remove it and its test, or give another --name."
                                    .formatted(recording));
                }
            }
            for (String stream : streams) {
                String entry = record(opened, stream);
                Files.writeString(
                        tests,
                        (fresh ? "tests:\n" : "") + entry,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
                fresh = false;
            }
            return ExitStatus.DONE;
        }

        private static Path recording(ManifestFile.Opened opened, String test) {
            String fileName = test.replaceAll("[^A-Za-z0-9._-]+", "_") + ".jsonl";
            return opened.folder().resolve("recordings").resolve(fileName);
        }

        private String record(ManifestFile.Opened opened, String stream)
                throws InterruptedException, IOException {
            var recorder = new Recorder();
            ObjectNode clean = opened.config().deepCopy();
            for (JsonPointer pointer : opened.secrets()) {
                JsonNode secret = opened.config().at(pointer);
                if (secret.isValueNode() && clean.at(pointer.head()) instanceof ObjectNode parent) {
                    String key = pointer.last().getMatchingProperty();
                    recorder.hide(secret.asString(), "secret-" + key);
                    parent.put(key, "secret-" + key);
                }
            }
            Instant now = terminal.clock().instant().truncatedTo(ChronoUnit.SECONDS);
            ObjectNode from = state(state);
            StreamReading reading =
                    StreamReading.of(
                            opened.source(
                                    () -> now,
                                    terminal::pause,
                                    log(recorder),
                                    HttpSettings.SYNC.withObserver(recorder)),
                            stream,
                            Trees.toMap(from));
            for (SyncFailure failure : reading.failures()) {
                throw failure;
            }
            Path file = recording(opened, name.orElse(stream));
            recorder.save(file);
            terminal.output()
                    .printf(
                            "%s: %d requests, %d records%n",
                            file, recorder.requests().size(), reading.records().size());
            return entry(opened, stream, now, clean, from, file, recorder, reading);
        }

        private EngineLog log(Recorder recorder) {
            return new EngineLog() {
                @Override
                public void log(LogLevel level, String message) {
                    if (level.compareTo(LogLevel.WARN) <= 0) {
                        terminal.errors().println(recorder.clean(message));
                    }
                }

                @Override
                public void secret(String secret) {
                    recorder.hideToken(secret);
                }
            };
        }

        /** Values stand as JSON, which is YAML too. */
        private String entry(
                ManifestFile.Opened opened,
                String stream,
                Instant now,
                ObjectNode clean,
                ObjectNode from,
                Path recording,
                Recorder recorder,
                StreamReading reading) {
            List<String> lines = new ArrayList<>();
            lines.add("  - name: " + Json.dumps(name.orElse(stream)));
            lines.add("    stream: " + Json.dumps(stream));
            lines.add("    clock: " + Json.dumps(now.toString()));
            lines.add("    config: " + clean);
            if (!from.isEmpty()) {
                lines.add("    state: " + from);
            }
            lines.add(
                    "    recording: "
                            + Json.dumps(opened.folder().relativize(recording).toString()));
            lines.add("    expect:");
            lines.add("      requests:");
            recorder.requests().forEach(text -> lines.add("        - " + Json.dumps(text)));
            lines.add(reading.records().isEmpty() ? "      records: []" : "      records:");
            reading.records().forEach(text -> lines.add("        - " + recorder.clean(text)));
            if (!reading.state().isEmpty()) {
                lines.add("      state: " + recorder.clean(Json.dumps(reading.state())));
            }
            return String.join("\n", lines) + "\n";
        }
    }

    /** {@code millrace manifest replay}. */
    @Command(
            name = "replay",
            description =
                    "Reads a stream from a recording, without a network, and prints its records as"
                            + " JSON lines. The state that it ends with goes to standard error.")
    static final class ReplayCommand implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin private ManifestFile manifest = new ManifestFile();

        @Parameters(index = "1", paramLabel = "STREAM", description = "The stream to read.")
        private String stream = "";

        @Option(
                names = "--recording",
                required = true,
                paramLabel = "FILE",
                description = "What \"manifest record\" wrote.")
        private Path recording = Path.of("");

        @Option(names = "--state", paramLabel = "FILE", description = "Where to go on, in JSON.")
        private Optional<Path> state = Optional.empty();

        @Option(
                names = "--clock",
                paramLabel = "TIME",
                description = "The time of the recording, such as 2026-01-31T09:00:00Z.")
        private Optional<String> clock = Optional.empty();

        ReplayCommand(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            ManifestFile.Opened opened = manifest.open();
            Instant now = clock.map(ReplayCommand::instant).orElseGet(terminal.clock()::instant);
            StreamReading reading =
                    StreamReading.of(
                            opened.source(
                                    () -> now,
                                    Pause.none(),
                                    EngineLog.none(),
                                    HttpSettings.SYNC.withRecorded(load())),
                            stream,
                            Trees.toMap(state(state)));
            reading.records().forEach(terminal.output()::println);
            Map<String, Object> reached = reading.state();
            if (!reached.isEmpty()) {
                terminal.errors().println("state: " + Json.dumps(reached));
            }
            for (SyncFailure failure : reading.failures()) {
                throw failure;
            }
            return ExitStatus.DONE;
        }

        private Recording load() {
            try {
                return Recording.load(recording);
            } catch (SyncFailure failure) {
                throw new UsageException(failure.getMessage(), failure);
            }
        }

        private static Instant instant(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException malformed) {
                throw new UsageException(
                        "\"%s\" is no time such as 2026-01-31T09:00:00Z.".formatted(text),
                        malformed);
            }
        }
    }
}
