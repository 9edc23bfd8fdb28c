package io.millrace.cli.acceptance;

import io.millrace.protocol.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a source's reading must be like (reference: protocol 7.2). */
final class ReadChecks {
    private static final Duration READ_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration REFRESH_TIMEOUT = Duration.ofMinutes(20);
    private static final Duration DISCOVERY_TIMEOUT = Duration.ofMinutes(5);
    private static final int SLICES = 10;

    /** Where a source of files tells which one a record is from. */
    private static final String FILE_OF_RECORD = "_ab_source_file_url";

    /** What sources of files of the reference read (reference: protocol 7.2). */
    private static final Set<String> FILE_TYPES =
            Set.of("avro", "csv", "jsonl", "parquet", "pdf", "docx", "pptx", "md", "txt");

    private final Subject subject;
    private final Recorder recorder;
    private final AcceptanceConfig config;
    private final boolean certified;
    private final Map<String, JsonNode> discovered = new HashMap<>();

    /**
     * @param certified whether the connector is held to the strictest rules by default
     */
    ReadChecks(Subject subject, Recorder recorder, AcceptanceConfig config, boolean certified) {
        this.subject = subject;
        this.recorder = recorder;
        this.config = config;
        this.certified = certified;
    }

    private String configPath(JsonNode test) {
        return test.path("config_path").asString("secrets/config.json");
    }

    /** Discovered once for each configuration. */
    private JsonNode catalog(JsonNode test) throws InterruptedException {
        String path = configPath(test);
        JsonNode known = discovered.get(path);
        if (known == null) {
            known = DiscoveryChecks.fetch(subject, config.file(path), DISCOVERY_TIMEOUT);
            discovered.put(path, known);
        }
        return known;
    }

    private JsonNode configured(JsonNode test, boolean incremental) throws InterruptedException {
        JsonNode path = test.path("configured_catalog_path");
        return DiscoveryChecks.configured(
                config, path, path.isString() ? Json.object() : catalog(test), incremental);
    }

    private Transcript read(JsonNode test, JsonNode catalog, ArrayNode states, Duration standard)
            throws InterruptedException {
        var files = new LinkedHashMap<String, JsonNode>();
        files.put("config", config.file(configPath(test)));
        files.put("catalog", catalog);
        if (!states.isEmpty()) {
            files.put("state", states);
        }
        return subject.run("read", files, Timeout.of(test, standard));
    }

    void basicRead() throws InterruptedException {
        for (JsonNode test : config.tests("basic_read")) {
            var client = ClientContainer.open(config, test);
            try {
                basicRead(test);
            } finally {
                client.tearDown();
            }
        }
    }

    private void basicRead(JsonNode test) throws InterruptedException {
        JsonNode catalog;
        Transcript run;
        try {
            catalog = configured(test, false);
            run = read(test, catalog, Json.array(), READ_TIMEOUT).orFail();
        } catch (Recorder.Finding failed) {
            recorder.check(
                    "basic_read.records_exist",
                    () -> {
                        throw failed;
                    });
            traceOnFailure(test);
            return;
        }
        Map<String, JsonNode> streams = byKey(catalog);
        List<JsonNode> records = run.records();
        recorder.check(
                "basic_read.records_exist",
                () ->
                        Recorder.require(
                                !records.isEmpty(),
                                "At least one record was expected, and none came."));
        recorder.check(
                "basic_read.stream_configured",
                () -> {
                    for (JsonNode record : records) {
                        Recorder.require(
                                streams.containsKey(key(record)),
                                "A record came of the stream %s, which is not in the catalog.",
                                record.path("stream").asString("?"));
                    }
                });
        recorder.check("basic_read.schema_overlap", () -> overlap(streams, records));
        recorder.check("basic_read.validate_schema", () -> schema(test, streams, records));
        recorder.check("basic_read.extra_columns", () -> extra(test, streams, records));
        recorder.check("basic_read.empty_streams", () -> empty(test, streams, records));
        recorder.check("basic_read.primary_keys", () -> keys(test, streams, records));
        recorder.check("basic_read.data_points", () -> dataPoints(test, streams, records));
        recorder.check("basic_read.expected_records", () -> expected(test, streams, records));
        recorder.check("basic_read.stream_statuses", () -> statuses(test, streams, run));
        recorder.check("basic_read.state_messages", () -> states(test, streams, run));
        if (test.has("file_types")) {
            recorder.check("basic_read.file_types", () -> fileTypes(test, records));
        }
        traceOnFailure(test);
    }

    /** A source of files proves each kind of file that it doesn't call unsupported. */
    private static void fileTypes(JsonNode test, List<JsonNode> records) {
        JsonNode settings = test.path("file_types");
        if (settings.path("skip_test").asBoolean(false)) {
            throw new Recorder.Skipped(settings.path("bypass_reason").asString("skip_test"));
        }
        var missing = new TreeSet<>(FILE_TYPES);
        for (JsonNode unsupported : settings.path("unsupported_types")) {
            missing.remove(extension(unsupported.path("extension").asString("")));
        }
        for (JsonNode record : records) {
            missing.remove(extension(record.path("data").path(FILE_OF_RECORD).asString("")));
        }
        Recorder.require(
                missing.isEmpty(),
                "No record came from a file of these types, and unsupported_types doesn't list"
                        + " them: %s.",
                String.join(", ", missing));
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static String key(JsonNode named) {
        return named.path("namespace").asString("") + "\0" + named.path("stream").asString("");
    }

    private static String key(String namespace, String name) {
        return namespace + "\0" + name;
    }

    private static String name(String key) {
        return key.substring(key.indexOf('\0') + 1);
    }

    /** The configured streams. */
    private static Map<String, JsonNode> byKey(JsonNode catalog) {
        var streams = new LinkedHashMap<String, JsonNode>();
        for (JsonNode configured : catalog.path("streams")) {
            JsonNode stream = configured.path("stream");
            streams.put(
                    key(stream.path("namespace").asString(""), stream.path("name").asString("")),
                    configured);
        }
        return streams;
    }

    private static JsonNode schemaOf(Map<String, JsonNode> streams, JsonNode record) {
        JsonNode configured = streams.get(key(record));
        return configured == null ? Json.object() : configured.path("stream").path("json_schema");
    }

    private static void overlap(Map<String, JsonNode> streams, List<JsonNode> records) {
        var overlapping = new HashSet<String>();
        var seen = new TreeSet<String>();
        for (JsonNode record : records) {
            if (!streams.containsKey(key(record))) {
                continue;
            }
            seen.add(key(record));
            JsonNode properties = schemaOf(streams, record).path("properties");
            if (record.path("data").propertyNames().stream().anyMatch(properties::has)) {
                overlapping.add(key(record));
            }
        }
        seen.removeAll(overlapping);
        Recorder.require(
                seen.isEmpty(),
                "No record of these streams has a field of its schema: %s.",
                String.join(", ", seen.stream().map(ReadChecks::name).toList()));
    }

    private static void schema(
            JsonNode test, Map<String, JsonNode> streams, List<JsonNode> records) {
        if (!test.path("validate_schema").asBoolean(true)) {
            throw new Recorder.Skipped("switched off in the configuration");
        }
        var validators = new HashMap<String, SchemaValidator>();
        var problems = new ArrayList<String>();
        for (JsonNode record : records) {
            if (!streams.containsKey(key(record))) {
                continue;
            }
            SchemaValidator validator = validators.get(key(record));
            if (validator == null) {
                validator = SchemaValidator.of(schemaOf(streams, record));
                validators.put(key(record), validator);
            }
            for (String problem : validator.problems(record.path("data"))) {
                problems.add("%s %s".formatted(record.path("stream").asString(), problem));
            }
        }
        Recorder.requireNone(problems, "Records don't fit their stream's schema:");
    }

    private static void extra(
            JsonNode test, Map<String, JsonNode> streams, List<JsonNode> records) {
        if (!test.path("fail_on_extra_columns").asBoolean(true)) {
            throw new Recorder.Skipped("switched off in the configuration");
        }
        var problems = new ArrayList<String>();
        for (JsonNode record : records) {
            if (streams.containsKey(key(record))) {
                extra(
                        record.path("stream").asString(),
                        schemaOf(streams, record),
                        record.path("data"),
                        problems);
            }
        }
        Recorder.requireNone(problems, "Records have fields that the schema doesn't have:");
    }

    private static void extra(
            String place, JsonNode schema, JsonNode value, List<String> problems) {
        JsonNode properties = schema.path("properties");
        if (value.isObject() && properties.isObject()) {
            for (var field : value.properties()) {
                JsonNode declared = properties.path(field.getKey());
                String inner = place + "." + field.getKey();
                if (declared.isMissingNode()) {
                    problems.add(inner);
                } else {
                    extra(inner, declared, field.getValue(), problems);
                }
            }
        } else if (value.isArray() && schema.path("items").isObject()) {
            value.forEach(element -> extra(place + "[]", schema.path("items"), element, problems));
        }
    }

    private static Map<String, String> reasons(JsonNode list) {
        var reasons = new HashMap<String, String>();
        list.forEach(entry ->
                reasons.put(
                        entry.path("name").asString(""), entry.path("bypass_reason").asString("")));
        return reasons;
    }

    private void empty(JsonNode test, Map<String, JsonNode> streams, List<JsonNode> records) {
        var missing = new TreeSet<>(streams.keySet());
        records.forEach(record -> missing.remove(key(record)));
        Set<String> allowed = reasons(test.path("empty_streams")).keySet();
        List<String> names =
                missing.stream()
                        .map(ReadChecks::name)
                        .filter(name -> !allowed.contains(name))
                        .toList();
        Recorder.require(
                names.isEmpty(),
                "No record came of %s, which empty_streams doesn't list.",
                String.join(", ", names));
    }

    private static JsonNode primaryKey(JsonNode configured) {
        JsonNode key = configured.path("primary_key");
        return key.isEmpty() ? configured.path("stream").path("source_defined_primary_key") : key;
    }

    private static JsonNode at(JsonNode data, JsonNode path) {
        JsonNode value = data;
        for (JsonNode part : path) {
            value = value.path(part.asString(""));
        }
        return value;
    }

    private static void keys(JsonNode test, Map<String, JsonNode> streams, List<JsonNode> records) {
        if (!test.path("validate_primary_keys_data_type").asBoolean(true)) {
            throw new Recorder.Skipped("switched off in the configuration");
        }
        for (JsonNode record : records) {
            JsonNode configured = streams.get(key(record));
            JsonNode key = configured == null ? Json.array() : primaryKey(configured);
            boolean any = key.isEmpty();
            for (JsonNode path : key) {
                JsonNode value = at(record.path("data"), path);
                any |= !value.isMissingNode() && !value.isNull();
                Recorder.require(
                        !value.isContainer(),
                        "The key %s of a record of %s is no single value.",
                        path,
                        record.path("stream").asString());
            }
            Recorder.require(
                    any,
                    "A record of %s has no value for its key %s.",
                    record.path("stream").asString(),
                    key);
        }
    }

    private static void dataPoints(
            JsonNode test, Map<String, JsonNode> streams, List<JsonNode> records) {
        if (!test.path("validate_data_points").asBoolean(false)) {
            throw new Recorder.Skipped("switched off in the configuration");
        }
        var seen = new HashSet<String>();
        var withRecords = new HashSet<String>();
        for (JsonNode record : records) {
            withRecords.add(key(record));
            for (var field : record.path("data").properties()) {
                if (!field.getValue().isNull()) {
                    seen.add(key(record) + "\0" + field.getKey());
                }
            }
        }
        var problems = new ArrayList<String>();
        streams.forEach((key, configured) ->
                configured
                        .path("stream")
                        .path("json_schema")
                        .path("properties")
                        .propertyNames()
                        .stream()
                        .filter(field -> withRecords.contains(key))
                        .filter(field -> !seen.contains(key + "\0" + field))
                        .forEach(field -> problems.add(name(key) + "." + field)));
        Recorder.requireNone(problems, "No record has a value for:");
    }

    private void expected(JsonNode test, Map<String, JsonNode> streams, List<JsonNode> records) {
        JsonNode wanted = test.path("expect_records");
        if (!wanted.path("path").isString()) {
            throw new Recorder.Skipped(wanted.path("bypass_reason").asString("no expect_records"));
        }
        var came = new HashMap<String, List<JsonNode>>();
        records.forEach(record ->
                came.computeIfAbsent(record.path("stream").asString(), _ -> new ArrayList<>())
                        .add(record.path("data")));
        var problems = new ArrayList<String>();
        var positions = new HashMap<String, Integer>();
        for (JsonNode line : config.lines(wanted.path("path").asString())) {
            String stream = line.path("stream").asString();
            Set<String> ignored = reasons(test.path("ignored_fields").path(stream)).keySet();
            List<JsonNode> candidates = came.getOrDefault(stream, List.of());
            int from =
                    wanted.path("exact_order").asBoolean(false)
                            ? positions.getOrDefault(stream, 0)
                            : 0;
            int found = -1;
            for (int i = from; i < candidates.size() && found < 0; i++) {
                if (Json.equalByValue(
                        without(candidates.get(i), ignored), without(line.path("data"), ignored))) {
                    found = i;
                }
            }
            if (found < 0) {
                String near =
                        nearest(streams, stream, line.path("data"), candidates)
                                .map(other -> "\n  came: " + other)
                                .orElse("");
                problems.add("%s: %s%s".formatted(stream, line.path("data"), near));
            } else {
                positions.put(stream, found + 1);
            }
        }
        Recorder.requireNone(problems, "Expected records did not come:");
    }

    /** The record with the same key, if there is one. */
    private static Optional<JsonNode> nearest(
            Map<String, JsonNode> streams,
            String stream,
            JsonNode wanted,
            List<JsonNode> candidates) {
        JsonNode configured = streams.get(key("", stream));
        JsonNode key = configured == null ? Json.array() : primaryKey(configured);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        return candidates.stream()
                .filter(candidate ->
                        key.valueStream()
                                .allMatch(path -> at(candidate, path).equals(at(wanted, path))))
                .findFirst();
    }

    private static JsonNode without(JsonNode data, Set<String> ignored) {
        if (ignored.isEmpty() || !(data instanceof ObjectNode object)) {
            return data;
        }
        ObjectNode copy = object.deepCopy();
        copy.remove(ignored);
        return copy;
    }

    private void statuses(JsonNode test, Map<String, JsonNode> streams, Transcript run) {
        var sequences = new LinkedHashMap<String, List<String>>();
        for (JsonNode trace : run.all("TRACE", "trace")) {
            JsonNode status = trace.path("stream_status");
            if (!status.isMissingNode()) {
                JsonNode descriptor = status.path("stream_descriptor");
                sequences
                        .computeIfAbsent(
                                key(
                                        descriptor.path("namespace").asString(""),
                                        descriptor.path("name").asString("")),
                                _ -> new ArrayList<>())
                        .add(status.path("status").asString(""));
            }
        }
        JsonNode asked = test.path("validate_stream_statuses");
        if (asked.isBoolean() ? !asked.asBoolean() : !certified && sequences.isEmpty()) {
            throw new Recorder.Skipped("not asked for, and none came");
        }
        for (String key : streams.keySet()) {
            List<String> came = sequences.getOrDefault(key, List.of());
            // Tools in between may drop those that repeat.
            String word = String.join(" ", came);
            Recorder.require(
                    word.matches("STARTED( RUNNING)+ COMPLETE")
                            || (word.equals("STARTED COMPLETE") && !hasRecords(run, key)),
                    "The statuses of %s must be STARTED, RUNNING and COMPLETE, and are %s.",
                    name(key),
                    came.isEmpty() ? "none" : word);
        }
    }

    private static boolean hasRecords(Transcript run, String key) {
        return run.records().stream().anyMatch(record -> key(record).equals(key));
    }

    private void states(JsonNode test, Map<String, JsonNode> streams, Transcript run) {
        if (!test.path("validate_state_messages").asBoolean(true)) {
            throw new Recorder.Skipped("switched off in the configuration");
        }
        var without = new TreeSet<>(streams.keySet());
        for (JsonNode state : run.states()) {
            String type = state.path("type").asString("LEGACY");
            Recorder.require(
                    !type.equals("LEGACY"), "A state is of the type LEGACY, which is no more.");
            Recorder.require(
                    state.path("sourceStats").path("recordCount").isNumber(),
                    "A state has no sourceStats.recordCount.");
            descriptors(state)
                    .forEach(descriptor ->
                            without.remove(
                                    key(
                                            descriptor.path("namespace").asString(""),
                                            descriptor.path("name").asString(""))));
        }
        Recorder.require(
                without.isEmpty(),
                "No state came of %s.",
                String.join(", ", without.stream().map(ReadChecks::name).toList()));
    }

    /** The streams that a state speaks of. */
    static List<JsonNode> descriptors(JsonNode state) {
        var descriptors = new ArrayList<JsonNode>();
        if (state.has("stream")) {
            descriptors.add(state.path("stream").path("stream_descriptor"));
        }
        state.path("global")
                .path("stream_states")
                .forEach(each -> descriptors.add(each.path("stream_descriptor")));
        return descriptors;
    }

    private void traceOnFailure(JsonNode test) throws InterruptedException {
        recorder.check(
                "basic_read.trace_message_on_failure",
                () -> {
                    if (!test.path("expect_trace_message_on_failure").asBoolean(true)) {
                        throw new Recorder.Skipped("switched off in the configuration");
                    }
                    Transcript run = read(test, unknownStream(), Json.array(), READ_TIMEOUT);
                    Recorder.require(
                            !run.succeeded(),
                            "A catalog with a stream that there isn't must make it fail, and it"
                                    + " ended with exit status 0.");
                    Recorder.require(
                            run.errorTraces().findAny().isPresent(),
                            "It must say in a TRACE ERROR why it fails, and there was none: %s.",
                            run.ending());
                });
    }

    /** A catalog that no source can serve. */
    static JsonNode unknownStream() {
        var catalog = Json.object();
        ObjectNode configured = catalog.putArray("streams").addObject();
        ObjectNode stream = configured.putObject("stream");
        stream.put("name", "__AIRBYTE__stream_that_does_not_exist");
        stream.putObject("json_schema")
                .put("type", "object")
                .putObject("properties")
                .putObject("f1")
                .put("type", "string");
        stream.putArray("supported_sync_modes").add("full_refresh");
        configured.put("sync_mode", "full_refresh").put("destination_sync_mode", "overwrite");
        return catalog;
    }

    void fullRefresh() throws InterruptedException {
        for (JsonNode test : config.tests("full_refresh")) {
            var client = ClientContainer.open(config, test);
            try {
                recorder.check(
                        "full_refresh.sequential_reads", () -> sequentialReads(test, client));
            } finally {
                client.tearDown();
            }
        }
    }

    private void sequentialReads(JsonNode test, ClientContainer client)
            throws InterruptedException {
        JsonNode catalog = withMode(configured(test, false), "full_refresh");
        Transcript first = read(test, catalog, Json.array(), REFRESH_TIMEOUT).orFail();
        client.betweenSyncs();
        Transcript second = read(test, catalog, Json.array(), REFRESH_TIMEOUT).orFail();
        if (!first.records().isEmpty() && !second.records().isEmpty()) {
            long before = first.records().getFirst().path("emitted_at").asLong(0);
            long after = second.records().getFirst().path("emitted_at").asLong(0);
            Recorder.require(
                    after > before,
                    "The second read's emitted_at (%s) must be later than the first's (%s).",
                    after,
                    before);
        }
        Map<String, JsonNode> streams = byKey(catalog);
        var again = new HashMap<String, Integer>();
        second.records()
                .forEach(record -> again.merge(identity(test, streams, record), 1, Integer::sum));
        var problems = new ArrayList<String>();
        for (JsonNode record : first.records()) {
            if (!again.containsKey(identity(test, streams, record))) {
                problems.add(
                        "%s: %s".formatted(record.path("stream").asString(), record.path("data")));
            }
        }
        Recorder.requireNone(problems, "Records of the first read did not come again:");
    }

    private static JsonNode withMode(JsonNode catalog, String mode) {
        JsonNode copy = catalog.deepCopy();
        copy.path("streams").forEach(stream -> ((ObjectNode) stream).put("sync_mode", mode));
        return copy;
    }

    /** By which a record is known again: its key, else everything but what is ignored. */
    private static String identity(JsonNode test, Map<String, JsonNode> streams, JsonNode record) {
        JsonNode configured = streams.get(key(record));
        JsonNode key = configured == null ? Json.array() : primaryKey(configured);
        if (!key.isEmpty()) {
            var values = new ArrayList<String>();
            key.forEach(path -> values.add(at(record.path("data"), path).toString()));
            return key(record) + values;
        }
        Set<String> ignored =
                reasons(test.path("ignored_fields").path(record.path("stream").asString("")))
                        .keySet();
        return key(record) + without(record.path("data"), ignored);
    }

    void incremental() throws InterruptedException {
        for (JsonNode test : config.tests("incremental")) {
            var client = ClientContainer.open(config, test);
            try {
                incremental(test, client);
            } finally {
                client.tearDown();
            }
        }
    }

    private void incremental(JsonNode test, ClientContainer client) throws InterruptedException {
        List<String> names =
                List.of(
                        "incremental.two_sequential_reads",
                        "incremental.read_sequential_slices",
                        "incremental.state_with_abnormally_large_values");
        JsonNode catalog;
        try {
            catalog = configured(test, true);
        } catch (Recorder.Finding failed) {
            recorder.check(
                    names.getFirst(),
                    () -> {
                        throw failed;
                    });
            return;
        }
        if (catalog.path("streams").isEmpty()) {
            recorder.skip(names, "no stream is incremental");
            return;
        }
        JsonNode incremental = withMode(catalog, "incremental");
        Optional<Transcript> first =
                recorder.wants(names.get(0)) || recorder.wants(names.get(1))
                        ? Optional.of(read(test, incremental, Json.array(), REFRESH_TIMEOUT))
                        : Optional.empty();
        recorder.check(
                names.get(0),
                () -> twoReads(test, incremental, first.orElseThrow().orFail(), client));
        recorder.check(names.get(1), () -> slices(test, incremental, first.orElseThrow().orFail()));
        recorder.check(names.get(2), () -> futureState(test, incremental));
    }

    private static List<String> contents(Transcript run) {
        return run.records().stream()
                .map(record -> key(record) + record.path("data"))
                .sorted()
                .toList();
    }

    private void twoReads(JsonNode test, JsonNode catalog, Transcript first, ClientContainer client)
            throws InterruptedException {
        Recorder.require(!first.records().isEmpty(), "The first read gave no record.");
        Recorder.require(!first.states().isEmpty(), "The first read gave no state.");
        client.betweenSyncs();
        ArrayNode states = newest(first.states());
        Transcript second = read(test, catalog, states, REFRESH_TIMEOUT).orFail();
        Recorder.require(
                !contents(second).equals(contents(first)),
                "Records should change between reads: the read from the last state %s gave the"
                        + " same %d records again.",
                states,
                second.records().size());
    }

    /** What a platform would give back: the newest state of each stream. */
    private static ArrayNode newest(List<JsonNode> states) {
        var byStream = new LinkedHashMap<String, JsonNode>();
        for (JsonNode state : states) {
            JsonNode descriptor = state.path("stream").path("stream_descriptor");
            String key =
                    state.has("stream")
                            ? key(
                                    descriptor.path("namespace").asString(""),
                                    descriptor.path("name").asString(""))
                            : "\0all";
            byStream.put(key, plain(state));
        }
        ArrayNode newest = Json.array();
        byStream.values().forEach(newest::add);
        return newest;
    }

    private static JsonNode plain(JsonNode state) {
        ObjectNode copy = ((ObjectNode) state).deepCopy();
        copy.remove(List.of("sourceStats", "destinationStats", "id"));
        return copy;
    }

    private void slices(JsonNode test, JsonNode catalog, Transcript first)
            throws InterruptedException {
        if (test.path("skip_comprehensive_incremental_tests").asBoolean(false)) {
            throw new Recorder.Skipped("switched off in the configuration");
        }
        // A state before any record says nothing yet.
        var positions = new ArrayList<Integer>();
        int records = 0;
        for (int i = 0; i < first.messages().size(); i++) {
            String type = first.messages().get(i).path("type").asString("");
            records += type.equals("RECORD") ? 1 : 0;
            if (type.equals("STATE") && records > 0) {
                positions.add(i);
            }
        }
        if (positions.isEmpty()) {
            throw new Recorder.Skipped("no state follows a record");
        }
        int step = Math.max(1, positions.size() / SLICES);
        for (int i = 0; i < positions.size(); i += step) {
            List<JsonNode> states =
                    first.messages().subList(0, positions.get(i) + 1).stream()
                            .filter(message -> message.path("type").asString("").equals("STATE"))
                            .map(message -> message.path("state"))
                            .toList();
            List<JsonNode> before =
                    first.messages().subList(0, positions.get(i)).stream()
                            .map(message -> message.path("record"))
                            .filter(JsonNode::isObject)
                            .toList();
            if (!hasOlder(before, catalog, newest(states))) {
                continue; // all of it is at the values of the state, and rightly comes again
            }
            Transcript rest = read(test, catalog, newest(states), REFRESH_TIMEOUT).orFail();
            Recorder.require(
                    !contents(rest).equals(contents(first)),
                    "The read from the state %s gave everything again.",
                    newest(states));
        }
    }

    /**
     * Whether one of {@code records} has a cursor value that isn't in {@code states}, so that a
     * read from there on has to leave it out. Sources read on from a value inclusively, in each
     * partition from its own: the first of many partitions may have had nothing but records of its
     * last day. Where a stream's cursor isn't known, it has.
     */
    static boolean hasOlder(List<JsonNode> records, JsonNode catalog, JsonNode states) {
        var cursors = new LinkedHashMap<String, JsonNode>();
        for (JsonNode configured : catalog.path("streams")) {
            JsonNode stream = configured.path("stream");
            JsonNode chosen = configured.path("cursor_field");
            cursors.put(
                    stream.path("name").asString(""),
                    chosen.isEmpty() ? stream.path("default_cursor_field") : chosen);
        }
        for (JsonNode record : records) {
            JsonNode value = record.path("data");
            JsonNode cursor = cursors.get(record.path("stream").asString(""));
            if (cursor == null || cursor.isEmpty()) {
                return true;
            }
            String field = "";
            for (JsonNode step : cursor) {
                field = step.asString("");
                value = value.path(field);
            }
            Set<String> held = new TreeSet<>();
            collect(states, field, held);
            // A state may hold a day where records have the time.
            String text = text(value);
            if (held.stream().noneMatch(text::startsWith)) {
                return true;
            }
        }
        return false;
    }

    /** What stands under {@code field}, at any depth. */
    private static void collect(JsonNode node, String field, Set<String> into) {
        node.forEach(each -> collect(each, field, into));
        JsonNode value = node.path(field);
        if (value.isValueNode() && !value.isNull() && !text(value).isEmpty()) {
            into.add(text(value));
        }
    }

    private static String text(JsonNode value) {
        return value.isString() ? value.asString() : value.toString();
    }

    private void futureState(JsonNode test, JsonNode catalog) throws InterruptedException {
        JsonNode future = test.path("future_state");
        if (!future.path("future_state_path").isString()) {
            throw new Recorder.Skipped(future.path("bypass_reason").asString("no future_state"));
        }
        JsonNode given = config.file(future.path("future_state_path").asString());
        ArrayNode states = Json.array();
        if (given.isArray()) {
            given.forEach(states::add);
        } else {
            states.add(given);
        }
        Transcript run = read(test, catalog, states, REFRESH_TIMEOUT).orFail();
        Recorder.require(
                run.records().isEmpty(),
                "From a state in the far future no record was expected, and %d came.",
                run.records().size());
        Recorder.require(
                !run.states().isEmpty(), "From a state in the far future no state came any more.");
        var lost = new TreeSet<String>();
        states.forEach(state ->
                descriptors(state).forEach(each -> lost.add(each.path("name").asString(""))));
        run.states()
                .forEach(state ->
                        descriptors(state)
                                .forEach(each -> lost.remove(each.path("name").asString(""))));
        lost.retainAll(
                catalog.path("streams")
                        .valueStream()
                        .map(stream -> stream.path("stream").path("name").asString(""))
                        .toList());
        Recorder.require(
                lost.isEmpty(), "These streams lost their state: %s.", String.join(", ", lost));
    }
}
