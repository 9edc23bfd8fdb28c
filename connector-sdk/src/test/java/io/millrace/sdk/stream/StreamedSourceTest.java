package io.millrace.sdk.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Json;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;
import io.millrace.sdk.program.ConnectorProgram;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class StreamedSourceTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path folder;

    private record NoOptions() {}

    private record Item(long id, String name) {}

    /** A stream with the columns of {@link Item} that reads itself as a test says. */
    private record Scripted(String name, Script script) implements SourceStream {
        interface Script {
            void read(StreamReading reading) throws InterruptedException;
        }

        @Override
        public StreamDescription describe() {
            return StreamDescription.of(StreamName.of(name), RecordSchema.of(Item.class))
                    .withPrimaryKey(List.of(List.of("id")))
                    .withCursor(List.of("id"), true);
        }

        @Override
        public void read(StreamReading reading) throws InterruptedException {
            script.read(reading);
        }
    }

    private record Definition(List<SourceStream> streams) implements SourceDefinition<NoOptions> {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public String title() {
            return "Scripted";
        }

        @Override
        public String description() {
            return "Reads what a test says.";
        }

        @Override
        public Class<NoOptions> optionsType() {
            return NoOptions.class;
        }

        @Override
        public Source create(NoOptions options, ConnectorContext context) {
            return new StreamedSource(streams) {
                @Override
                public void check() {}
            };
        }
    }

    private record Run(int status, List<JsonNode> messages) {
        List<Long> ids(String stream) {
            return all("RECORD", "record")
                    .filter(record -> record.path("stream").asString("").equals(stream))
                    .map(record -> record.path("data").path("id").asLong())
                    .toList();
        }

        List<String> states() {
            return all("STATE", "state")
                    .map(state -> state.path("stream").path("stream_state").toString())
                    .toList();
        }

        Map<String, String> outcomes() {
            var last = new TreeMap<String, String>();
            all("TRACE", "trace")
                    .map(trace -> trace.path("stream_status"))
                    .filter(JsonNode::isObject)
                    .forEach(status ->
                            last.put(
                                    status.path("stream_descriptor").path("name").asString(),
                                    status.path("status").asString()));
            return last;
        }

        private Stream<JsonNode> all(String type, String property) {
            return messages.stream()
                    .filter(message -> message.path("type").asString("").equals(type))
                    .map(message -> message.path(property));
        }
    }

    /** Reads {@code streams}, the first of them from {@code state} where there is one. */
    private Run read(String mode, String state, SourceStream... streams) throws Exception {
        var output = new ByteArrayOutputStream();
        var program =
                new ConnectorProgram(
                        new Definition(List.of(streams)),
                        new ConnectorContext(Clock.systemUTC(), folder, folder),
                        new ByteArrayInputStream(new byte[0]),
                        output,
                        new PrintStream(new ByteArrayOutputStream(), true, UTF_8));
        var catalog = new ArrayList<String>();
        for (SourceStream stream : streams) {
            catalog.add(
                    """
                    {"stream": {"name": "%s", "json_schema": {}, "supported_sync_modes": ["%s"]},
                     "sync_mode": "%s", "destination_sync_mode": "append"}\
                    """
                            .formatted(stream.describe().name().name(), mode, mode));
        }
        var arguments =
                new ArrayList<>(
                        List.of(
                                "read",
                                "--config",
                                file("config.json", "{}"),
                                "--catalog",
                                file("catalog.json", "{\"streams\": " + catalog + "}")));
        if (!state.isEmpty()) {
            arguments.add("--state");
            arguments.add(
                    file(
                            "state.json",
                            """
                            [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "%s"}, "stream_state": %s}}]
                            """
                                    .formatted(streams[0].describe().name().name(), state)));
        }
        int status = program.run(arguments);
        return new Run(
                status,
                output.toString(UTF_8).lines().map(line -> Json.mapper().readTree(line)).toList());
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static Item item(long id) {
        return new Item(id, "item " + id);
    }

    @Test
    void aRunGoesOnBehindTheHighestCursor() throws Exception {
        var stream =
                new Scripted(
                        "items",
                        reading -> {
                            long after = reading.cursor().map(Long::parseLong).orElse(0L);
                            for (long id = after + 1; id <= 12; id++) {
                                reading.record(item(id));
                                if (id % 5 == 0) {
                                    reading.checkpoint();
                                }
                            }
                            reading.checkpoint();
                        });
        Run first = read("incremental", "", stream);
        assertThat(first.status()).isZero();
        assertThat(first.ids("items")).hasSize(12);
        assertThat(first.states())
                .containsExactly("{\"cursor\":5}", "{\"cursor\":10}", "{\"cursor\":12}");
        assertThat(read("incremental", "{\"cursor\":10}", stream).ids("items"))
                .containsExactly(11L, 12L);
        assertThat(read("incremental", "{\"cursor\":12}", stream).states())
                .as("an empty run keeps its state")
                .containsExactly("{\"cursor\":12}");
        assertThat(read("full_refresh", "{\"cursor\":10}", stream).ids("items"))
                .as("a full refresh has no state")
                .hasSize(12);
    }

    @Test
    void slicesOfTimeFollowEachOtherWithoutGap() throws Exception {
        for (int days = 1; days <= 5; days++) {
            var seen = new ArrayList<TimeSlice>();
            Duration length = Duration.ofDays(days);
            var stream =
                    new Scripted(
                            "items",
                            reading ->
                                    reading.eachSlice(
                                            START,
                                            START.plus(Duration.ofDays(7)),
                                            length,
                                            slice -> {
                                                seen.add(slice);
                                                reading.record(item(seen.size()));
                                            }));
            Run run = read("incremental", "", stream);
            assertThat(seen.getFirst().start()).isEqualTo(START);
            assertThat(seen.getLast().end()).isEqualTo(START.plus(Duration.ofDays(7)));
            for (int i = 1; i < seen.size(); i++) {
                assertThat(seen.get(i).start()).isEqualTo(seen.get(i - 1).end());
            }
            assertThat(run.states()).hasSameSizeAs(seen);
            assertThat(run.states().getLast())
                    .isEqualTo("{\"read_until\":\"2026-01-08T00:00:00Z\"}");
            seen.clear();
            assertThat(read("incremental", run.states().getLast(), stream).ids("items")).isEmpty();
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void eachParentHasACursorOfItsOwn() throws Exception {
        var asked = new ArrayList<String>();
        var stream =
                new Scripted(
                        "items",
                        reading ->
                                reading.eachParent(
                                        List.of("a", "b", "c"),
                                        (parent, cursor) -> {
                                            asked.add(parent + cursor.orElse("-"));
                                            long base = parent.charAt(0) * 100L;
                                            if (!parent.equals("c")) {
                                                reading.record(item(base + 2));
                                                reading.record(item(base + 1));
                                            }
                                        }));
        Run first = read("incremental", "", stream);
        assertThat(first.states()).containsExactly("{\"parents\":{\"a\":9702,\"b\":9802}}");
        Run second = read("incremental", "{\"parents\":{\"a\":9702,\"gone\":1}}", stream);
        assertThat(asked).containsExactly("a-", "b-", "c-", "a9702", "b-", "c-");
        assertThat(second.states()).containsExactly("{\"parents\":{\"a\":9702,\"b\":9802}}");
    }

    @Test
    void aStreamThatFailsKeepsWhatItGaveAndStopsNoOther() throws Exception {
        var failing =
                new Scripted(
                        "failing",
                        reading -> {
                            reading.record(item(1));
                            reading.checkpoint();
                            reading.record(item(2));
                            throw new TransientFailure("The API is away.");
                        });
        var broken =
                new Scripted(
                        "broken",
                        _ -> {
                            throw new IllegalStateException("a mistake");
                        });
        var good = new Scripted("good", reading -> reading.record(item(3)));
        Run run = read("incremental", "", failing, broken, good);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.outcomes())
                .containsExactly(
                        Map.entry("broken", "INCOMPLETE"),
                        Map.entry("failing", "INCOMPLETE"),
                        Map.entry("good", "COMPLETE"));
        assertThat(run.ids("failing")).containsExactly(1L);
        assertThat(run.ids("good")).containsExactly(3L);
    }

    @Test
    void aValueThatDoesNotFitIsToldOnItsRow() throws Exception {
        var stream =
                new Scripted(
                        "items",
                        reading ->
                                reading.record(
                                        Json.mapper()
                                                .readTree("{\"id\": \"x\", \"name\": \"n\"}")));
        Run run = read("full_refresh", "", stream);
        JsonNode record = run.all("RECORD", "record").findFirst().orElseThrow();
        assertThat(record.path("data").path("id").isNull()).isTrue();
        assertThat(record.path("meta").path("changes").get(0).path("field").asString())
                .isEqualTo("id");
    }
}
