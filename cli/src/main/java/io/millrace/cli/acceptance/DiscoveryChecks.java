package io.millrace.cli.acceptance;

import io.millrace.protocol.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;

/** What a source must discover (reference: protocol 3.1 and 7.2). */
final class DiscoveryChecks {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Set<String> TYPES =
            Set.of("string", "boolean", "integer", "number", "array", "object", "null");

    /** What may stand together with a format (3.1). */
    private static final Map<String, Set<String>> AIRBYTE_TYPES =
            Map.of(
                    "date-time", Set.of("timestamp_with_timezone", "timestamp_without_timezone"),
                    "time", Set.of("time_with_timezone", "time_without_timezone"));

    private final Subject subject;
    private final Recorder recorder;
    private final AcceptanceConfig config;
    private final Optional<Previous> previous;

    DiscoveryChecks(
            Subject subject,
            Recorder recorder,
            AcceptanceConfig config,
            Optional<Previous> previous) {
        this.subject = subject;
        this.recorder = recorder;
        this.config = config;
        this.previous = previous;
    }

    /** The one answer to {@code discover}. */
    static JsonNode fetch(Subject subject, JsonNode values, Duration timeout)
            throws InterruptedException {
        Transcript run = subject.run("discover", Map.of("config", values), timeout).orFail();
        List<JsonNode> catalogs = run.all("CATALOG", "catalog");
        Recorder.require(
                catalogs.size() == 1,
                "Exactly one CATALOG message was expected, and %d came.",
                catalogs.size());
        return catalogs.getFirst();
    }

    void run() throws InterruptedException {
        for (JsonNode test : config.tests("discovery")) {
            run(test);
        }
    }

    private void run(JsonNode test) throws InterruptedException {
        JsonNode values = config.file(test.path("config_path").asString("secrets/config.json"));
        JsonNode catalog;
        try {
            catalog = fetch(subject, values, Timeout.of(test, TIMEOUT));
        } catch (Recorder.Finding failed) {
            recorder.check(
                    "discovery.discover",
                    () -> {
                        throw failed;
                    });
            return;
        }
        List<JsonNode> streams = catalog.path("streams").valueStream().toList();
        recorder.check("discovery.discover", () -> discover(streams));
        recorder.check(
                "discovery.streams_have_valid_json_schemas",
                () ->
                        each(
                                streams,
                                (name, stream) ->
                                        SchemaValidator.problemOf(stream.path("json_schema"))
                                                .ifPresent(
                                                        text -> problems.add(name + ": " + text))));
        recorder.check(
                "discovery.defined_cursors_exist_in_schema",
                () -> each(streams, this::cursorExists));
        recorder.check(
                "discovery.defined_refs_exist_in_schema",
                () -> each(streams, (name, stream) -> keyword(name, stream, Set.of("$ref"))));
        recorder.check(
                "discovery.defined_keyword_exist_in_schema",
                () ->
                        each(
                                streams,
                                (name, stream) -> keyword(name, stream, Set.of("allOf", "not"))));
        recorder.check(
                "discovery.primary_keys_exist_in_schema",
                () -> each(streams, this::primaryKeyExists));
        recorder.check("discovery.streams_has_sync_modes", () -> each(streams, this::syncModes));
        recorder.check(
                "discovery.additional_properties_is_true",
                () -> each(streams, this::additionalProperties));
        recorder.check("discovery.backward_compatibility", () -> backwardCompatible(test, catalog));
        recorder.check(
                "discovery.catalog_has_supported_data_types",
                () -> each(streams, this::supportedTypes));
        recorder.check(
                "discovery.primary_keys_data_type",
                () -> {
                    if (!test.path("validate_primary_keys_data_type").asBoolean(true)) {
                        throw new Recorder.Skipped("switched off in the configuration");
                    }
                    each(streams, this::primaryKeyTypes);
                });
    }

    private final List<String> problems = new ArrayList<>();

    private void each(List<JsonNode> streams, BiConsumer<String, JsonNode> look) {
        problems.clear();
        streams.forEach(stream -> look.accept(stream.path("name").asString("?"), stream));
        Recorder.requireNone(problems, "The catalog is not as it must be:");
    }

    private static void discover(List<JsonNode> streams) {
        Recorder.require(!streams.isEmpty(), "At least one stream was expected, and none came.");
        var seen = new HashSet<String>();
        for (JsonNode stream : streams) {
            String name = stream.path("name").asString("");
            Recorder.require(!name.isEmpty(), "A stream has no name.");
            Recorder.require(
                    seen.add(stream.path("namespace").asString("") + "\0" + name),
                    "The stream %s is there twice.",
                    name);
        }
    }

    private void cursorExists(String name, JsonNode stream) {
        JsonNode cursor = stream.path("default_cursor_field");
        if (!cursor.isEmpty() && !exists(stream, cursor)) {
            problems.add("%s: its schema has no cursor %s".formatted(name, cursor));
        }
    }

    private void primaryKeyExists(String name, JsonNode stream) {
        for (JsonNode path : stream.path("source_defined_primary_key")) {
            if (!exists(stream, path)) {
                problems.add("%s: its schema has no key %s".formatted(name, path));
            }
        }
    }

    private static boolean exists(JsonNode stream, JsonNode path) {
        return !find(stream, path).isMissingNode();
    }

    private static JsonNode find(JsonNode stream, JsonNode path) {
        JsonNode schema = stream.path("json_schema");
        for (JsonNode part : path) {
            schema = schema.path("properties").path(part.asString(""));
        }
        return schema;
    }

    private void primaryKeyTypes(String name, JsonNode stream) {
        for (JsonNode path : stream.path("source_defined_primary_key")) {
            JsonNode type = find(stream, path).path("type");
            for (String wrong : List.of("object", "array")) {
                boolean is =
                        type.asString("").equals(wrong)
                                || type.valueStream()
                                        .anyMatch(each -> each.asString("").equals(wrong));
                if (is) {
                    problems.add("%s: the key %s is an %s".formatted(name, path, wrong));
                }
            }
        }
    }

    private void keyword(String name, JsonNode stream, Set<String> forbidden) {
        walk(
                name,
                stream.path("json_schema"),
                (place, schema) ->
                        schema.propertyNames().stream()
                                .filter(forbidden::contains)
                                .forEach(key -> problems.add("%s has %s".formatted(place, key))));
    }

    private static void walk(String place, JsonNode schema, BiConsumer<String, JsonNode> look) {
        look.accept(place, schema);
        schema.path("properties")
                .properties()
                .forEach(property ->
                        walk(place + "." + property.getKey(), property.getValue(), look));
        for (String group : List.of("oneOf", "anyOf", "allOf")) {
            schema.path(group).forEach(alternative -> walk(place, alternative, look));
        }
        if (schema.path("items").isObject()) {
            walk(place + "[]", schema.path("items"), look);
        }
    }

    private void syncModes(String name, JsonNode stream) {
        JsonNode modes = stream.path("supported_sync_modes");
        if (modes.isEmpty()) {
            problems.add(name + " has no supported_sync_modes");
        }
        for (JsonNode mode : modes) {
            if (!Set.of("full_refresh", "incremental").contains(mode.asString(""))) {
                problems.add("%s has the sync mode %s".formatted(name, mode));
            }
        }
    }

    private void additionalProperties(String name, JsonNode stream) {
        walk(
                name,
                stream.path("json_schema"),
                (place, schema) -> {
                    JsonNode additional = schema.path("additionalProperties");
                    if (additional.isBoolean() && !additional.asBoolean()) {
                        problems.add(place + " has additionalProperties: false");
                    }
                });
    }

    private void supportedTypes(String name, JsonNode stream) {
        walk(
                name,
                stream.path("json_schema"),
                (place, schema) -> {
                    JsonNode type = schema.path("type");
                    var types = new ArrayList<String>();
                    if (type.isString()) {
                        types.add(type.asString());
                    }
                    type.valueStream().forEach(each -> types.add(each.asString("")));
                    for (String each : types) {
                        if (!TYPES.contains(each)) {
                            problems.add("%s has the type %s".formatted(place, each));
                        }
                    }
                    String format = schema.path("format").asString("");
                    JsonNode airbyteType = schema.path("airbyte_type");
                    if (AIRBYTE_TYPES.containsKey(format)
                            && airbyteType.isString()
                            && !AIRBYTE_TYPES.get(format).contains(airbyteType.asString())) {
                        problems.add(
                                "%s has the format %s and the airbyte_type %s"
                                        .formatted(place, format, airbyteType.asString()));
                    }
                    if (Set.of("date", "date-time", "time").contains(format)
                            && !types.contains("string")) {
                        problems.add(
                                "%s has the format %s and is no string".formatted(place, format));
                    }
                });
    }

    private void backwardCompatible(JsonNode test, JsonNode catalog) {
        Previous before = previous.orElseThrow(() -> new Recorder.Skipped("no --previous version"));
        before.skipIfDisabled(test);
        JsonNode old =
                before.file("catalog.json")
                        .orElseThrow(() ->
                                new WrongConfigurationException(
                                        "The previous version has no catalog.json."));
        Recorder.requireNone(
                Compatibility.ofCatalogs(old.has("catalog") ? old.path("catalog") : old, catalog),
                "Syncs that were set up with the previous version would break:");
    }

    /**
     * A catalog to read with: every discovered stream, or those of a file.
     *
     * @param path of a configured catalog; missing for all streams
     * @param incremental only the streams that can, in that mode; else each in its first mode
     */
    static JsonNode configured(
            AcceptanceConfig config, JsonNode path, JsonNode discovered, boolean incremental) {
        var streams = Json.array();
        if (path.isString()) {
            for (JsonNode stream : config.file(path.asString()).path("streams")) {
                boolean can =
                        stream.path("stream")
                                .path("supported_sync_modes")
                                .valueStream()
                                .anyMatch(mode -> mode.asString("").equals("incremental"));
                if (!incremental || can) {
                    streams.add(stream);
                }
            }
        } else {
            for (JsonNode stream : discovered.path("streams")) {
                JsonNode modes = stream.path("supported_sync_modes");
                boolean can =
                        modes.valueStream()
                                .anyMatch(mode -> mode.asString("").equals("incremental"));
                if (incremental && !can) {
                    continue;
                }
                var configured = streams.addObject();
                configured.set("stream", stream);
                configured.put(
                        "sync_mode",
                        incremental ? "incremental" : modes.path(0).asString("full_refresh"));
                configured.put("destination_sync_mode", "append");
                if (stream.has("default_cursor_field")) {
                    configured.set("cursor_field", stream.path("default_cursor_field"));
                }
                if (stream.has("source_defined_primary_key")) {
                    configured.set("primary_key", stream.path("source_defined_primary_key"));
                }
            }
        }
        return Json.object().set("streams", streams);
    }
}
