package io.millrace.declarative.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.json.JsonRows;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.http.Pause;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A manifest as the source of a sync: what the destination's side is given. */
class TypedReadingTest {
    private static final BatchMemory MEMORY = new BatchMemory(64 << 20);

    private final LocalApi api =
            new LocalApi(_ ->
                    Reply.ok(
                            "{'data': [{'id': 1, 'name': 'a', 'more': true}, {'id': 2}, {'id':"
                                    + " 'x'}]}"));

    @AfterEach
    void closeApi() {
        api.close();
    }

    @Test
    void recordsBecomeRowsOfTheStreamsTypesAndTheStateFollowsThem() throws Exception {
        var output = new Recorder(Optional.empty());
        read(output);
        assertThat(output.told)
                .containsExactly(
                        "started",
                        "{\"id\":1,\"name\":\"a\"}",
                        "{\"id\":2,\"name\":null}",
                        "{\"id\":null,\"name\":null} changed",
                        "state {\"__ab_no_cursor_state_message\":true}",
                        "complete");
    }

    @Test
    void recordsThatLandAsTheyComeStayTextAndTheOthersKeepTheirPlaceAmongThem() throws Exception {
        api.answerWith(_ ->
                Reply.ok(
                        "{'data': [{'name': 'a', 'more': true, 'id': 1}, {'id': 2}, {'id': 'x'},"
                                + " {'id': 4}]}"));
        var output = new Recorder(Optional.empty());
        output.takesJson = true;
        read(output);
        assertThat(output.told)
                .containsExactly(
                        "started",
                        "{\"id\":1,\"name\":\"a\"} as text",
                        "{\"id\":2,\"name\":null} as text",
                        "{\"id\":null,\"name\":null} changed",
                        "{\"id\":4,\"name\":null}",
                        "state {\"__ab_no_cursor_state_message\":true}",
                        "complete");
    }

    @Test
    void recordsStayLinesWhereNobodyLooksAtThem() throws Exception {
        var output = new Recorder(Optional.of(StreamName.of("shop", "things")));
        read(output);
        assertThat(output.told.get(1))
                .startsWith(
                        "{\"type\":\"RECORD\",\"record\":{\"stream\":\"things\",\"namespace\":\"shop\",\"data\":{\"id\":"
                            + " 1, \"name\": \"a\", \"more\": true},\"emitted_at\":");
        assertThat(output.told).last().isEqualTo("complete");
    }

    @Test
    void aStreamThatFailsIsIncompleteWithItsReason() throws Exception {
        api.answerWith(_ -> Reply.json(403, "{}"));
        var output = new Recorder(Optional.empty());
        read(output);
        assertThat(output.told).last().asString().startsWith("incomplete CONFIG_ERROR");
    }

    private static final String DAYS =
            """
            {'version': '1', 'check': {'stream_names': ['things']}, 'concurrency_level': {'default_concurrency': 4},
             'streams': [{'name': 'things',
             'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {'type': 'object',
               'properties': {'id': {'type': 'integer'}}}},
             'incremental_sync': {'type': 'DatetimeBasedCursor', 'cursor_field': 'at', 'datetime_format': '%%Y-%%m-%%d',
               'start_datetime': '2024-01-01', 'end_datetime': '2024-01-06', 'step': 'P1D', 'cursor_granularity': 'P1D',
               'start_time_option': {'inject_into': 'request_parameter', 'field_name': 'day'}},
             'retriever': {'requester': {'url_base': '%s', 'path': 'things'},
               'record_selector': {'extractor': {'field_path': ['data']}}}}]}
            """;

    /** One record for a day; the earlier the day, the later the answer. */
    private static Reply oneADay(String query) {
        int day =
                Integer.parseInt(
                        query.substring(query.indexOf("day=2024-01-") + 12).substring(0, 2));
        try {
            Thread.sleep((5 - day) * 30L);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Reply.ok("{'data': [{'id': %d, 'at': '2024-01-0%d'}]}".formatted(day, day));
    }

    @Test
    void slicesThatAreReadAtTheSameTimeComeInTheirOrderWithTheirStates() throws Exception {
        api.answerWith(request -> oneADay(request.uri()));
        var output = new Recorder(Optional.empty());
        read(output, DAYS, SyncMode.INCREMENTAL_APPEND);
        List<String> expected = new ArrayList<>(List.of("started"));
        for (int day = 1; day <= 5; day++) {
            expected.add("{\"id\":%d}".formatted(day));
            expected.add("state {\"at\":\"2024-01-0%d\"}".formatted(day));
        }
        expected.add("complete");
        assertThat(output.told).containsExactlyElementsOf(expected);
    }

    @Test
    void noStateFollowsASliceThatFailedSoThatNothingThatIsReadAgainIsKept() throws Exception {
        api.answerWith(request ->
                request.uri().contains("day=2024-01-03")
                        ? Reply.json(403, "{}")
                        : oneADay(request.uri()));
        var output = new Recorder(Optional.empty());
        read(output, DAYS, SyncMode.INCREMENTAL_APPEND);
        assertThat(output.told.stream().filter(line -> line.startsWith("state")))
                .containsExactly("state {\"at\":\"2024-01-01\"}", "state {\"at\":\"2024-01-02\"}");
        assertThat(output.told.indexOf("state {\"at\":\"2024-01-02\"}"))
                .isLessThan(output.told.indexOf("{\"id\":4}"));
        assertThat(output.told).last().asString().startsWith("incomplete CONFIG_ERROR");
    }

    @Test
    void recordsAtTheValueOfTheStateComeOnceThoughTheApiGivesThemAgain() throws Exception {
        List<String> records = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            records.add("{'id': %d, 'at': '2024-01-02'}".formatted(id));
        }
        // The last day is over: all of it is one slice, whose records come in no order.
        api.answerWith(request ->
                Reply.ok(
                        request.uri().contains("day=2024-01-02")
                                ? "{'data': %s}".formatted(records)
                                : "{'data': []}"));
        var first = new Recorder(Optional.empty());
        read(first, DAYS, SyncMode.INCREMENTAL_APPEND);
        assertThat(first.told).contains("{\"id\":1}", "{\"id\":2}", "{\"id\":3}");
        for (boolean relayed : List.of(false, true)) {
            records.addFirst("{'id': 9, 'at': '2024-01-02'}");
            var second =
                    new Recorder(relayed ? Optional.of(StreamName.of("things")) : Optional.empty());
            read(second, DAYS, SyncMode.INCREMENTAL_APPEND, Optional.of(first.states.getLast()));
            assertThat(second.told.stream().filter(line -> line.contains("\"id\"")))
                    .allSatisfy(line -> assertThat(line).containsPattern("\"id\": ?9"))
                    .isNotEmpty();
        }
        var comparing = new Recorder(Optional.empty());
        read(comparing, DAYS, SyncMode.FULL_REFRESH_OVERWRITE, Optional.of(first.states.getLast()));
        assertThat(comparing.told).contains("{\"id\":1}", "{\"id\":2}", "{\"id\":3}", "{\"id\":9}");
        assertThat(comparing.states.getLast().has("__millrace_known")).isFalse();
    }

    private void read(Recorder output) throws InterruptedException {
        read(output, THINGS, SyncMode.FULL_REFRESH_OVERWRITE);
    }

    private static final String THINGS =
            """
            {'version': '1', 'check': {'stream_names': ['things']}, 'streams': [{'name': 'things',
             'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {'type': 'object',
               'properties': {'id': {'type': 'integer'}, 'name': {'type': 'string'}}}},
             'retriever': {'requester': {'url_base': '%s', 'path': 'things'},
               'record_selector': {'extractor': {'field_path': ['data']}}}}]}
            """;

    private void read(Recorder output, String text, SyncMode mode) throws InterruptedException {
        read(output, text, mode, Optional.empty());
    }

    private void read(Recorder output, String text, SyncMode mode, Optional<JsonNode> state)
            throws InterruptedException {
        Manifest manifest = Manifest.of(HttpFixture.map(text.formatted(api.url())));
        var source =
                DeclarativeSource.create(
                        manifest,
                        Map.of(),
                        new SourceSettings(
                                () -> HttpFixture.NOW,
                                Pause.none(),
                                EngineLog.none(),
                                Path.of("."),
                                false,
                                Optional.empty()));
        StreamDescription stream = source.discover().getFirst();
        var request =
                new StreamRequest(
                        stream,
                        stream.schema(),
                        mode,
                        List.of(),
                        List.of(),
                        state,
                        StreamRequest.Purpose.SYNC);
        source.read(new ReadPlan(List.of(request), Optional.empty(), MEMORY), output);
    }

    /** Writes down what it is given. */
    private static final class Recorder implements SourceOutput, StreamOutput {
        private final Optional<StreamName> relaysAs;
        private final List<String> told = new ArrayList<>();
        private final List<JsonNode> states = new ArrayList<>();
        private boolean takesJson;

        Recorder(Optional<StreamName> relaysAs) {
            this.relaysAs = relaysAs;
        }

        @Override
        public StreamOutput stream(StreamName name) {
            return this;
        }

        @Override
        public void globalCheckpoint(JsonNode state) {
            told.add("global " + state);
        }

        @Override
        public void configuration(JsonNode config) {
            told.add("configuration " + config);
        }

        @Override
        public void log(LogLevel level, String message) {
            told.add("log " + message);
        }

        @Override
        public void started() {
            told.add("started");
        }

        @Override
        public ColumnBatch newBatch(StreamSchema schema, int expectedRows) {
            return new ColumnBatch(MEMORY, StreamName.of("things"), schema, 0, expectedRows);
        }

        @Override
        public void emit(ColumnBatch batch) {
            var encoder = new JsonLineEncoder(batch.schema());
            for (int row = 0; row < batch.rows(); row++) {
                var line = new JsonBuffer(64);
                encoder.encode(batch, row, line);
                told.add(line.text() + (batch.changes(row).isEmpty() ? "" : " changed"));
            }
            batch.close();
        }

        @Override
        public Optional<JsonRows> newJsonRows(StreamSchema schema) {
            return takesJson
                    ? Optional.of(new JsonRows(MEMORY, StreamName.of("things"), schema, 0, 0, 0))
                    : Optional.empty();
        }

        @Override
        public void emit(JsonRows rows) {
            for (int row = 0; row < rows.rows(); row++) {
                var line = new JsonBuffer(64);
                JsonLineEncoder.encode(rows, row, line);
                told.add(line.text() + " as text");
            }
            rows.close();
        }

        @Override
        public Optional<StreamName> relaysAs() {
            return relaysAs;
        }

        @Override
        public void relay(RecordLines lines) {
            lines.lines().text().lines().forEach(told::add);
            lines.close();
        }

        @Override
        public void checkpoint(JsonNode state) {
            told.add(
                    "state "
                            + (state instanceof ObjectNode some
                                    ? some.deepCopy().without("__millrace_known")
                                    : state));
            states.add(state);
        }

        @Override
        public void reject(String reason) {
            told.add("rejected " + reason);
        }

        @Override
        public void restart(String reason) {
            told.add("restart " + reason);
        }

        @Override
        public void estimate(long rows, long bytes) {
            told.add("estimate");
        }

        @Override
        public void complete() {
            told.add("complete");
        }

        @Override
        public void incomplete(SyncFailure failure) {
            told.add("incomplete %s %s".formatted(failure.failureType(), failure.getMessage()));
        }
    }
}
