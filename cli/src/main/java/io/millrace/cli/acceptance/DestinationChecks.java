package io.millrace.cli.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.process.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a destination must do (reference: protocol 7.6), looked at with the connector's own reader.
 */
final class DestinationChecks {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(15);
    private static final int LARGE_BATCH = 2_000;
    private static final int MANY_STREAMS = 20;

    private final Subject subject;
    private final Recorder recorder;
    private final AcceptanceConfig config;
    private final JsonNode tests;
    private final Path folder;
    private final JsonNode values;

    /** In every stream's name, so that what earlier runs have left doesn't count. */
    private final String mark = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);

    private JsonNode specification = Json.object();

    DestinationChecks(
            Subject subject,
            Recorder recorder,
            AcceptanceConfig config,
            JsonNode tests,
            Path folder) {
        this.subject = subject;
        this.recorder = recorder;
        this.config = config;
        this.tests = tests;
        this.folder = folder;
        this.values = config.file(tests.path("config_path").asString("secrets/config.json"));
    }

    JsonNode values() {
        return values;
    }

    /** A plain write, for what holds for each. */
    void sample() throws InterruptedException {
        write(target("sample", "append"), rows(1, 3));
    }

    /** Files with which it would wait for records. */
    Map<String, JsonNode> anyFiles() {
        return files(List.of(target("waiting", "append")));
    }

    /** A stream to write to. */
    private static final class Target {
        final ObjectNode configured = Json.object();
        final String name;
        final Optional<String> namespace;

        Target(String name, Optional<String> namespace, JsonNode schema, String mode) {
            this.name = name;
            this.namespace = namespace;
            ObjectNode stream = configured.putObject("stream");
            stream.put("name", name);
            namespace.ifPresent(text -> stream.put("namespace", text));
            stream.set("json_schema", schema);
            stream.putArray("supported_sync_modes").add("full_refresh").add("incremental");
            configured.put("sync_mode", "incremental").put("destination_sync_mode", mode);
            generation(0, 0);
        }

        Target generation(long generation, long minimum) {
            configured.put("generation_id", generation);
            configured.put("minimum_generation_id", minimum);
            configured.put("sync_id", generation);
            return this;
        }

        Target key(String cursor, String... columns) {
            ArrayNode key = configured.putArray("primary_key");
            for (String column : columns) {
                key.addArray().add(column);
            }
            configured.putArray("cursor_field").add(cursor);
            return this;
        }

        ObjectNode descriptor() {
            ObjectNode descriptor = Json.object().put("name", name);
            namespace.ifPresent(text -> descriptor.put("namespace", text));
            return descriptor;
        }

        ObjectNode record(JsonNode data, long emittedAt) {
            ObjectNode message = Json.object().put("type", "RECORD");
            ObjectNode record = message.putObject("record").put("stream", name);
            namespace.ifPresent(text -> record.put("namespace", text));
            record.put("emitted_at", emittedAt).set("data", data);
            return message;
        }

        ObjectNode state(int number, long records) {
            ObjectNode message = Json.object().put("type", "STATE");
            ObjectNode state = message.putObject("state").put("type", "STREAM");
            ObjectNode stream = state.putObject("stream");
            stream.set("stream_descriptor", descriptor());
            stream.putObject("stream_state").put("at", number).putArray("list").add(1.5).addNull();
            state.putObject("sourceStats").put("recordCount", (double) records);
            return message;
        }

        ObjectNode status(String status) {
            ObjectNode message = Json.object().put("type", "TRACE");
            ObjectNode trace =
                    message.putObject("trace").put("type", "STREAM_STATUS").put("emitted_at", 1);
            ObjectNode inner = trace.putObject("stream_status").put("status", status);
            inner.set("stream_descriptor", descriptor());
            return message;
        }
    }

    private static final JsonNode SCHEMA =
            Json.mapper()
                    .readTree(
                            """
                            {"type": "object", "properties": {
                              "id": {"type": ["null", "integer"]}, "name": {"type": ["null", "string"]},
                              "amount": {"type": ["null", "number"]},
                              "updated_at": {"type": ["null", "string"], "format": "date-time"}}}
                            """);

    private Target target(String name, String mode) {
        return new Target("acceptance_" + name + "_" + mark, Optional.empty(), SCHEMA, mode);
    }

    private static JsonNode row(int id, String name) {
        return Json.object()
                .put("id", id)
                .put("name", name)
                .put("amount", id + 0.5)
                .put("updated_at", "2026-01-01T00:00:%02dZ".formatted(id % 60));
    }

    private static List<JsonNode> rows(int from, int to) {
        var rows = new ArrayList<JsonNode>();
        for (int id = from; id <= to; id++) {
            rows.add(row(id, "row " + id));
        }
        return rows;
    }

    /** Every record of each target, a state, and COMPLETE. */
    private Transcript write(Map<Target, List<JsonNode>> content) throws InterruptedException {
        var messages = new ArrayList<JsonNode>();
        content.forEach((target, rows) -> {
            long emittedAt = 1_767_225_600_000L;
            for (JsonNode row : rows) {
                messages.add(target.record(row, emittedAt++));
            }
            messages.add(target.state(1, rows.size()));
            messages.add(target.status("COMPLETE"));
        });
        return write(content.keySet().stream().toList(), messages);
    }

    private Transcript write(Target target, List<JsonNode> rows) throws InterruptedException {
        return write(Map.of(target, rows));
    }

    private Transcript write(List<Target> targets, List<? extends JsonNode> messages)
            throws InterruptedException {
        return subject.run(
                "write",
                files(targets),
                Timeout.of(tests, TIMEOUT),
                (input, _) -> {
                    for (JsonNode message : messages) {
                        send(input, message);
                    }
                    return false;
                });
    }

    private static void send(OutputStream input, JsonNode message) throws IOException {
        input.write((message + "\n").getBytes(UTF_8));
        input.flush();
    }

    private Map<String, JsonNode> files(List<Target> targets) {
        ObjectNode catalog = Json.object();
        ArrayNode streams = catalog.putArray("streams");
        targets.forEach(target -> streams.add(target.configured));
        var files = new LinkedHashMap<String, JsonNode>();
        files.put("config", values);
        files.put("catalog", catalog);
        return files;
    }

    /** What the connector's own reader finds. */
    private List<JsonNode> retrieve(Target target) throws InterruptedException {
        JsonNode command = tests.path("retrieve");
        if (!command.isArray() || command.isEmpty()) {
            throw new WrongConfigurationException(
                    "destination_tests needs retrieve: a command that prints the rows of a"
                            + " stream.");
        }
        Tool.Outcome outcome =
                Tool.run(
                        place -> {
                            var words =
                                    new ArrayList<>(
                                            command.valueStream()
                                                    .map(word -> word.asString(""))
                                                    .toList());
                            words.add("--config");
                            words.add(place.write("config.json", values).toString());
                            words.add("--stream");
                            words.add(target.name);
                            target.namespace.ifPresent(
                                    namespace -> words.addAll(List.of("--namespace", namespace)));
                            return words;
                        },
                        folder,
                        Map.of(),
                        TIMEOUT,
                        (_, _) -> {},
                        io.millrace.protocol.secret.SecretMasker.none());
        Recorder.require(
                outcome.succeeded(),
                "The command of retrieve ended with exit status %d: %s",
                outcome.exitStatus(),
                outcome.lastErrors());
        var rows = new ArrayList<JsonNode>();
        for (String line : outcome.output().lines().filter(text -> !text.isBlank()).toList()) {
            try {
                rows.add(Json.mapper().readTree(line).path("data"));
            } catch (JacksonException wrong) {
                throw new Recorder.Finding("The command of retrieve printed no JSON: " + line);
            }
        }
        return rows;
    }

    /** Compares without regard to order. */
    private void requireRows(Target target, List<JsonNode> expected) throws InterruptedException {
        var left = new ArrayList<>(retrieve(target));
        int came = left.size();
        var missing = new ArrayList<String>();
        for (JsonNode row : expected) {
            int found = -1;
            for (int i = 0; i < left.size() && found < 0; i++) {
                if (same(row, left.get(i))) {
                    found = i;
                }
            }
            if (found < 0) {
                missing.add("missing: " + row);
            } else {
                left.remove(found);
            }
        }
        left.forEach(row -> missing.add("too much: " + row));
        Recorder.requireNone(
                missing,
                "%d rows of %s were expected, and %d came:"
                        .formatted(expected.size(), target.name, came));
    }

    /** As values: the same instant in another form is the same, and null is as good as absent. */
    private static boolean same(JsonNode expected, JsonNode came) {
        for (var field : expected.properties()) {
            JsonNode other = came.path(field.getKey());
            JsonNode wanted = field.getValue();
            boolean nothing = other.isMissingNode() || other.isNull();
            if (wanted.isNull() ? !nothing : !sameValue(wanted, other)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameValue(JsonNode wanted, JsonNode other) {
        if (Json.equalByValue(wanted, other)) {
            return true;
        }
        if (wanted.isString() && other.isString()) {
            try {
                return OffsetDateTime.parse(wanted.asString())
                        .isEqual(OffsetDateTime.parse(other.asString().replace(' ', 'T')));
            } catch (DateTimeException _) {
                return false;
            }
        }
        // Nested values may be kept as text.
        if (wanted.isContainer() && other.isString()) {
            try {
                return Json.equalByValue(wanted, Json.mapper().readTree(other.asString()));
            } catch (JacksonException _) {
                return false;
            }
        }
        return false;
    }

    private void requireMode(String mode) {
        boolean supported =
                specification
                        .path("supported_destination_sync_modes")
                        .valueStream()
                        .anyMatch(each -> each.asString("").equals(mode));
        if (!supported) {
            throw new Recorder.Skipped("the destination has no mode " + mode);
        }
    }

    private void check(String name, Recorder.Probe probe) throws InterruptedException {
        for (JsonNode skipped : tests.path("skip")) {
            if (skipped.path("name").asString("").equals(name)) {
                recorder.skip(
                        List.of("destination." + name),
                        skipped.path("bypass_reason").asString("listed in skip"));
                return;
            }
        }
        recorder.check("destination." + name, probe);
    }

    void run() throws InterruptedException {
        try {
            specification = SpecificationChecks.fetch(subject, Duration.ofSeconds(60));
        } catch (Recorder.Finding failed) {
            check(
                    "spec",
                    () -> {
                        throw failed;
                    });
            return;
        }
        check(
                "spec",
                () ->
                        Recorder.require(
                                !specification.path("supported_destination_sync_modes").isEmpty()
                                        && specification.path("connectionSpecification").isObject(),
                                "The specification needs connectionSpecification and"
                                        + " supported_destination_sync_modes."));
        check("check", () -> check(values, "SUCCEEDED"));
        check("check_invalid_credentials", this::invalidCredentials);
        check("sync", this::sync);
        check(
                "large_batch",
                () -> {
                    Target target = target("large", "append");
                    write(target, rows(1, LARGE_BATCH)).orFail();
                    int came = retrieve(target).size();
                    Recorder.require(
                            came == LARGE_BATCH,
                            "%d rows were expected, and %d came.",
                            LARGE_BATCH,
                            came);
                });
        check("second_sync", this::secondSync);
        check(
                "line_breaks",
                () -> {
                    Target target = target("lines", "append");
                    List<JsonNode> rows =
                            List.of(
                                    row(1, "a\nb"),
                                    row(2, "a\r\nb"),
                                    row(3, "a\u2028b\u0085c"),
                                    row(4, "a\tb\\n\"c\""));
                    write(target, rows).orFail();
                    requireRows(target, rows);
                });
        check(
                "incremental_sync",
                () -> {
                    requireMode("append");
                    Target target = target("append", "append");
                    write(target, rows(1, 3)).orFail();
                    write(target, rows(3, 5)).orFail();
                    var both = new ArrayList<>(rows(1, 3));
                    both.addAll(rows(3, 5));
                    requireRows(target, both);
                });
        check("incremental_dedup", this::dedup);
        namespaces();
        check("new_fields", this::newFields);
        check("names", this::names);
        check("data_types", this::dataTypes);
        check("big_numbers", this::bigNumbers);
        check(
                "null_values",
                () -> {
                    Target target = target("nulls", "append");
                    JsonNode row = Json.object().put("id", 1).putNull("name").putNull("amount");
                    write(target, List.of(row)).orFail();
                    requireRows(target, List.of(row));
                });
        check("many_streams", this::manyStreams);
        check(
                "no_data",
                () -> {
                    Target target = target("empty", "append");
                    write(target, List.of()).orFail();
                    requireRows(target, List.of());
                });
        check(
                "truncate_refresh",
                () -> {
                    requireMode("overwrite");
                    Target before = target("truncate", "overwrite").generation(1, 1);
                    write(before, rows(1, 3)).orFail();
                    Target now = target("truncate", "overwrite").generation(2, 2);
                    write(now, rows(10, 11)).orFail();
                    requireRows(now, rows(10, 11));
                });
        check("interrupted_truncate", this::interruptedTruncate);
        check("state_after_commit", this::stateAfterCommit);
        check("state_order", this::stateOrder);
        check("state_echo", this::stateEcho);
        check("ignores_other_messages", this::otherMessages);
        check("exit_status", this::exitStatus);
    }

    private void check(JsonNode given, String expected) throws InterruptedException {
        Transcript run = subject.run("check", Map.of("config", given), Duration.ofMinutes(1));
        List<JsonNode> statuses = run.all("CONNECTION_STATUS", "connectionStatus");
        boolean refused = expected.equals("FAILED") && run.errorTraces().findAny().isPresent();
        Recorder.require(
                refused
                        || (statuses.size() == 1
                                && statuses.getFirst()
                                        .path("status")
                                        .asString("")
                                        .equals(expected)),
                "Exactly one CONNECTION_STATUS %s was expected, and this came: %s (%s)",
                expected,
                statuses,
                run.ending());
    }

    private void invalidCredentials() throws InterruptedException {
        JsonNode path = tests.path("invalid_config_path");
        if (!path.isString()) {
            throw new Recorder.Skipped("no invalid_config_path");
        }
        check(config.file(path.asString()), "FAILED");
    }

    private void sync() throws InterruptedException {
        Target target = target("sync", "append");
        write(target, rows(1, 3)).orFail();
        requireRows(target, rows(1, 3));
    }

    private void secondSync() throws InterruptedException {
        requireMode("overwrite");
        Target target = target("second", "overwrite").generation(1, 1);
        write(target, rows(1, 3)).orFail();
        Target again = target("second", "overwrite").generation(2, 2);
        write(again, rows(4, 5)).orFail();
        requireRows(again, rows(4, 5));
    }

    private void dedup() throws InterruptedException {
        requireMode("append_dedup");
        Target target = target("dedup", "append_dedup").key("updated_at", "id", "name");
        write(target, List.of(row(1, "a"), row(2, "a"), row(1, "b"))).orFail();
        ObjectNode newer = ((ObjectNode) row(1, "a")).put("amount", 99.5);
        newer.put("updated_at", "2026-02-01T00:00:00Z");
        write(target, List.of(newer, row(3, "a"))).orFail();
        requireRows(target, List.of(newer, row(2, "a"), row(1, "b"), row(3, "a")));
    }

    private void namespaces() throws InterruptedException {
        String name = "acceptance_spaces_" + mark;
        var one = new Target(name, Optional.of("acceptance_a_" + mark), SCHEMA, "append");
        var other = new Target(name, Optional.of("acceptance_b_" + mark), SCHEMA, "append");
        check(
                "namespaces",
                () -> {
                    var alone =
                            new Target("acceptance_space_" + mark, one.namespace, SCHEMA, "append");
                    write(alone, rows(1, 2)).orFail();
                    requireRows(alone, rows(1, 2));
                });
        check(
                "same_name_namespaces",
                () -> {
                    var content = new LinkedHashMap<Target, List<JsonNode>>();
                    content.put(one, rows(1, 2));
                    content.put(other, rows(7, 9));
                    write(content).orFail();
                    requireRows(one, rows(1, 2));
                    requireRows(other, rows(7, 9));
                });
    }

    private void newFields() throws InterruptedException {
        Target target = target("fields", "append");
        write(target, rows(1, 1)).orFail();
        ObjectNode schema = ((ObjectNode) SCHEMA).deepCopy();
        ((ObjectNode) schema.path("properties")).putObject("added").put("type", "string");
        var wider = new Target(target.name, Optional.empty(), schema, "append");
        ObjectNode row = ((ObjectNode) row(2, "two")).put("added", "new");
        write(wider, List.of(row)).orFail();
        requireRows(wider, List.of(row(1, "row 1"), row));
    }

    private void names() throws InterruptedException {
        ObjectNode schema = Json.object().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ObjectNode row = Json.object();
        List<String> columns =
                List.of("with space", "Ünïcode", "1digit", "select", "quo\"te", "dash-ed", "UPPER");
        for (String column : columns) {
            properties.putObject(column).put("type", "string");
            row.put(column, "in " + column);
        }
        for (String name : List.of("with space ", "Ünïcode-", "1select")) {
            var target = new Target(name + mark, Optional.empty(), schema, "append");
            write(target, List.of(row)).orFail();
            requireRows(target, List.of(row));
        }
    }

    private void dataTypes() throws InterruptedException {
        JsonNode schema =
                Json.mapper()
                        .readTree(
                                """
                                {"type": "object", "properties": {
                                  "text": {"type": "string"}, "whole": {"type": "integer"}, "number": {"type": "number"},
                                  "flag": {"type": "boolean"}, "day": {"type": "string", "format": "date"},
                                  "instant": {"type": "string", "format": "date-time", "airbyte_type": "timestamp_with_timezone"},
                                  "local": {"type": "string", "format": "date-time", "airbyte_type": "timestamp_without_timezone"},
                                  "list": {"type": "array", "items": {"type": "integer"}},
                                  "object": {"type": "object", "properties": {"a": {"type": "string"}}},
                                  "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}}
                                """);
        var target = new Target("acceptance_types_" + mark, Optional.empty(), schema, "append");
        JsonNode row =
                Json.mapper()
                        .readTree(
                                """
                                {"text": "größe 漢字 🎈", "whole": -42, "number": 1.25, "flag": false, "day": "2026-02-28",
                                 "instant": "2026-02-28T12:34:56.789Z", "local": "2026-02-28T12:34:56",
                                 "list": [1, 2], "object": {"a": "b"}, "either": "x"}
                                """);
        write(target, List.of(row)).orFail();
        requireRows(target, List.of(row));
    }

    private void bigNumbers() throws InterruptedException {
        Target target = target("big", "append");
        ObjectNode row = Json.object().put("id", Long.MAX_VALUE);
        row.put("amount", new java.math.BigDecimal("12345678901234567.25"));
        write(target, List.of(row)).orFail();
        List<JsonNode> came = retrieve(target);
        Recorder.require(came.size() == 1, "One row was expected, and %d came.", came.size());
        for (String field : List.of("id", "amount")) {
            JsonNode value = came.getFirst().path(field);
            JsonNode given = row.path(field);
            var number = new java.math.BigDecimal(value.asString("0"));
            // What isn't whole may have the precision of a double.
            boolean same =
                    field.equals("id")
                            ? number.compareTo(given.decimalValue()) == 0
                            : number.doubleValue() == given.doubleValue();
            Recorder.require(
                    same || value.isNull() || value.isMissingNode(),
                    "%s was %s, and is %s: it must be kept, or be null.",
                    field,
                    given,
                    value);
        }
    }

    private void manyStreams() throws InterruptedException {
        var content = new LinkedHashMap<Target, List<JsonNode>>();
        for (int i = 0; i < MANY_STREAMS; i++) {
            content.put(target("many_" + i, "append"), rows(i, i));
        }
        write(content).orFail();
        for (var each : content.entrySet()) {
            requireRows(each.getKey(), each.getValue());
        }
    }

    /** What was there stays until the new generation is complete. */
    private void interruptedTruncate() throws InterruptedException {
        requireMode("overwrite");
        Target before = target("interrupted", "overwrite").generation(1, 1);
        write(before, rows(1, 3)).orFail();
        Target now = target("interrupted", "overwrite").generation(2, 2);
        write(
                List.of(now),
                List.of(now.record(row(10, "new"), 1L), now.state(1, 1), now.status("INCOMPLETE")));
        List<JsonNode> came = retrieve(now);
        for (JsonNode row : rows(1, 3)) {
            Recorder.require(
                    came.stream().anyMatch(each -> same(row, each)),
                    "The refresh did not complete, and this row of before is gone: %s",
                    row);
        }
    }

    /** Kills it right after an acknowledgement. */
    private void stateAfterCommit() throws InterruptedException {
        Target target = target("durable", "append");
        var acknowledged = new boolean[1];
        subject.run(
                "write",
                files(List.of(target)),
                Timeout.of(tests, TIMEOUT),
                (input, said) -> {
                    for (JsonNode row : rows(1, 5)) {
                        send(input, target.record(row, 1L));
                    }
                    send(input, target.state(1, 5));
                    long end = System.nanoTime() + ACKNOWLEDGED_WITHIN.toNanos();
                    while (!acknowledged[0] && System.nanoTime() < end) {
                        synchronized (said) {
                            acknowledged[0] =
                                    said.stream()
                                            .anyMatch(message ->
                                                    message.path("type")
                                                            .asString("")
                                                            .equals("STATE"));
                        }
                        if (!acknowledged[0]) {
                            Thread.sleep(20);
                        }
                    }
                    return acknowledged[0];
                });
        if (!acknowledged[0]) {
            throw new Recorder.Skipped("it acknowledges states at the end of its input only");
        }
        requireRows(target, rows(1, 5));
    }

    private void stateOrder() throws InterruptedException {
        Target target = target("order", "append");
        var messages = new ArrayList<JsonNode>();
        for (int i = 1; i <= 5; i++) {
            messages.add(target.record(row(i, "r"), i));
            messages.add(target.state(i, 1));
        }
        messages.add(target.status("COMPLETE"));
        Transcript run = write(List.of(target), messages).orFail();
        List<Integer> came =
                run.states().stream()
                        .map(state ->
                                state.path("stream").path("stream_state").path("at").asInt(-1))
                        .toList();
        Recorder.require(
                !came.isEmpty() && came.getLast() == 5,
                "The last state was not acknowledged; these were: %s.",
                came);
        Recorder.require(
                came.equals(came.stream().sorted().distinct().toList()),
                "States must come back once and in their order, and came as %s.",
                came);
    }

    private void stateEcho() throws InterruptedException {
        Target target = target("echo", "append");
        Transcript run = write(target, rows(1, 2)).orFail();
        Recorder.require(!run.states().isEmpty(), "No state was acknowledged.");
        JsonNode given = target.state(1, 2).path("state").path("stream");
        for (JsonNode state : run.states()) {
            Recorder.require(
                    Json.equalByValue(given, state.path("stream")),
                    "The state came back altered: %s instead of %s.",
                    state.path("stream"),
                    given);
        }
    }

    private void otherMessages() throws InterruptedException {
        Target target = target("others", "append");
        ObjectNode log = Json.object().put("type", "LOG");
        log.putObject("log").put("level", "INFO").put("message", "hello");
        ObjectNode unknown = Json.object().put("type", "SOMETHING_NEW");
        unknown.putObject("something").put("new", true);
        ObjectNode record = target.record(row(1, "row 1"), 1L);
        record.put("added_later", 1);
        write(
                        List.of(target),
                        List.of(
                                log,
                                target.status("STARTED"),
                                unknown,
                                record,
                                target.state(1, 1),
                                target.status("COMPLETE")))
                .orFail();
        requireRows(target, rows(1, 1));
    }

    private void exitStatus() throws InterruptedException {
        Target target = target("status", "append");
        write(target, rows(1, 1)).orFail();
        var wrong = new LinkedHashMap<String, JsonNode>();
        wrong.put("config", values);
        wrong.put("catalog", Json.array());
        Transcript failed = subject.run("write", wrong, Duration.ofMinutes(1));
        Recorder.require(
                !failed.succeeded(),
                "A catalog that is none must make it fail, and it ended with exit status 0.");
    }
}
