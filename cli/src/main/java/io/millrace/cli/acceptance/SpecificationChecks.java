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
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** What a connector's specification must be like (reference: protocol 6 and 7.2). */
final class SpecificationChecks {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Names of options that are secrets, whatever they belong to (6.2.5). */
    private static final Set<String> SECRET_NAMES =
            Set.of(
                    "client_token",
                    "access_token",
                    "api_token",
                    "token",
                    "secret",
                    "client_secret",
                    "password",
                    "key",
                    "service_account_info",
                    "service_account",
                    "tenant_id",
                    "certificate",
                    "jwt",
                    "credentials",
                    "app_id",
                    "appid",
                    "refresh_token");

    private static final Set<String> FORBIDDEN =
            Set.of(
                    "not",
                    "anyOf",
                    "allOf",
                    "patternProperties",
                    "prefixItems",
                    "if",
                    "then",
                    "else",
                    "dependentSchemas",
                    "dependentRequired");

    private static final Set<String> SCALARS = Set.of("string", "number", "integer", "boolean");
    private static final Pattern DATE_PATTERN = Pattern.compile(".*\\{4}-.*\\{2}-.*\\{2}.*");

    private final Subject subject;
    private final Recorder recorder;
    private final AcceptanceConfig config;
    private final Optional<Previous> previous;
    private final Optional<ImageFacts> image;

    SpecificationChecks(
            Subject subject,
            Recorder recorder,
            AcceptanceConfig config,
            Optional<Previous> previous,
            Optional<ImageFacts> image) {
        this.subject = subject;
        this.recorder = recorder;
        this.config = config;
        this.previous = previous;
        this.image = image;
    }

    /** The one answer to {@code spec}. */
    static JsonNode fetch(Subject subject, Duration timeout) throws InterruptedException {
        Transcript run = subject.run("spec", Map.of(), timeout).orFail();
        List<JsonNode> specifications = run.all("SPEC", "spec");
        Recorder.require(
                specifications.size() == 1,
                "Exactly one SPEC message was expected, and %d came.",
                specifications.size());
        return specifications.getFirst();
    }

    void run() throws InterruptedException {
        for (JsonNode test : config.tests("spec")) {
            run(test);
        }
    }

    private void run(JsonNode test) throws InterruptedException {
        Duration timeout = Timeout.of(test, TIMEOUT);
        JsonNode found;
        try {
            found = fetch(subject, timeout);
        } catch (Recorder.Finding failed) {
            // Everything else is about an answer.
            recorder.check(
                    "spec.config_match_spec",
                    () -> {
                        throw failed;
                    });
            return;
        }
        JsonNode specification = found;
        JsonNode options = specification.path("connectionSpecification");
        recorder.check(
                "spec.config_match_spec",
                () -> {
                    Recorder.require(
                            options.isObject(),
                            "The specification has no connectionSpecification.");
                    JsonNode values =
                            config.file(test.path("config_path").asString("secrets/config.json"));
                    Recorder.requireNone(
                            SchemaValidator.of(options).problems(values),
                            "The configuration doesn't fit the specification:");
                });
        recorder.check("spec.match_expected", () -> matchExpected(test, specification));
        recorder.check("spec.enum_usage", () -> each(options, this::enumUsage));
        recorder.check("spec.oneof_usage", () -> each(options, this::oneOfUsage));
        recorder.check("spec.required", () -> each(options, this::required));
        recorder.check("spec.optional", () -> each(options, this::optional));
        recorder.check("spec.has_secret", () -> hasSecret(options));
        recorder.check("spec.secret_never_in_the_output", () -> secretValues(options));
        recorder.check("spec.secret_is_properly_marked", () -> each(options, this::marked));
        recorder.check("spec.property_type_is_not_array", () -> each(options, this::oneType));
        recorder.check("spec.object_not_empty", () -> each(options, this::notEmpty));
        recorder.check("spec.array_type", () -> each(options, this::arrayType));
        recorder.check("spec.forbidden_complex_types", () -> each(options, this::forbidden));
        recorder.check("spec.date_pattern", () -> each(options, this::datePattern));
        recorder.check("spec.date_format", () -> each(options, this::dateFormat));
        recorder.check("spec.duplicate_order", () -> each(options, this::duplicateOrder));
        recorder.check("spec.nested_group", () -> nestedGroup(options));
        recorder.check("spec.display_type", () -> each(options, this::displayType));
        recorder.check(
                "spec.defined_refs_exist_in_json_spec_file",
                () -> each(options, this::noReference));
        recorder.check("spec.oauth_flow_parameters", () -> oauthPaths(specification));
        recorder.check("spec.oauth_is_default_method", () -> oauthIsDefault(test, specification));
        recorder.check(
                "spec.backward_compatibility", () -> backwardCompatible(test, specification));
        recorder.check(
                "spec.additional_properties_is_true",
                () ->
                        each(
                                options,
                                (place, schema) ->
                                        problem(
                                                schema.path("additionalProperties").isBoolean()
                                                        && !schema.path("additionalProperties")
                                                                .asBoolean(),
                                                place
                                                        + " refuses keys that it doesn't know;"
                                                        + " additionalProperties must be true")));
        recorder.check("spec.image_labels", () -> facts().requireLabels());
        recorder.check("spec.image_environment_variables", () -> facts().requireEntrypoint());
    }

    private ImageFacts facts() {
        return image.orElseThrow(() -> new Recorder.Skipped("not an image"));
    }

    private final List<String> problems = new ArrayList<>();

    private void problem(boolean there, String text) {
        if (there) {
            problems.add(text);
        }
    }

    /** Looks at the options and at every schema in them. */
    private void each(JsonNode options, BiConsumer<String, JsonNode> look) {
        problems.clear();
        walk("the configuration", options, look);
        Recorder.requireNone(problems, "The specification is not as it must be:");
    }

    private static void walk(String place, JsonNode schema, BiConsumer<String, JsonNode> look) {
        look.accept(place, schema);
        for (var property : schema.path("properties").properties()) {
            walk(inner(place, property.getKey()), property.getValue(), look);
        }
        for (JsonNode alternative : schema.path("oneOf")) {
            walk(place, alternative, look);
        }
        if (schema.path("items").isObject()) {
            walk(place + "[]", schema.path("items"), look);
        }
    }

    private static String inner(String place, String name) {
        return place.equals("the configuration") ? name : place + "." + name;
    }

    private void matchExpected(JsonNode test, JsonNode specification) {
        String path = test.path("spec_path").asString("secrets/spec.json");
        if (!test.has("spec_path") && !java.nio.file.Files.exists(config.path(path))) {
            throw new Recorder.Skipped("no spec_path");
        }
        JsonNode expected = config.file(path);
        for (String key : expected.propertyNames()) {
            Recorder.require(
                    Json.equalByValue(expected.path(key), specification.path(key)),
                    "The specification differs from %s at %s.",
                    path,
                    key);
        }
        for (String key : specification.propertyNames()) {
            Recorder.require(
                    expected.has(key), "The specification has %s, and %s doesn't.", key, path);
        }
    }

    private void enumUsage(String place, JsonNode schema) {
        JsonNode values = schema.path("enum");
        if (values.isMissingNode()) {
            return;
        }
        problem(values.isEmpty(), place + ": its enum is empty");
        var seen = new HashSet<JsonNode>();
        for (JsonNode value : values) {
            problem(!value.isValueNode(), place + ": its enum has a value that is no scalar");
            problem(!seen.add(value), place + ": its enum has %s twice".formatted(value));
        }
    }

    private void oneOfUsage(String place, JsonNode schema) {
        JsonNode alternatives = schema.path("oneOf");
        if (alternatives.isMissingNode()) {
            return;
        }
        problem(
                place.equals("the configuration") || place.endsWith("[]"),
                place + ": oneOf may stand in properties only");
        problem(
                !schema.path("type").asString("").equals("object"),
                place + ": what has oneOf must be of type object");
        problem(alternatives.isEmpty(), place + ": its oneOf is empty");
        Set<String> common = null;
        for (JsonNode alternative : alternatives) {
            problem(
                    !alternative.path("properties").isObject(),
                    place + ": an alternative has no properties");
            var names = new HashSet<>(alternative.path("properties").propertyNames());
            if (common == null) {
                common = names;
            } else {
                common.retainAll(names);
            }
        }
        long telling =
                common == null
                        ? 0
                        : common.stream().filter(name -> tells(name, alternatives)).count();
        problem(
                !alternatives.isEmpty() && telling != 1,
                place
                        + ": exactly one property must be common to all alternatives and have"
                        + " another const in each");
    }

    private static boolean tells(String name, JsonNode alternatives) {
        var seen = new HashSet<String>();
        for (JsonNode alternative : alternatives) {
            JsonNode property = alternative.path("properties").path(name);
            if (!property.has("const") || !seen.add(property.path("const").asString(""))) {
                return false;
            }
        }
        return true;
    }

    private void required(String place, JsonNode schema) {
        JsonNode names = schema.path("required");
        problem(
                !names.isMissingNode() && !names.isArray(),
                place + ": required must be a list of names");
        for (JsonNode name : names) {
            problem(
                    !schema.path("properties").has(name.asString("")),
                    "%s requires %s, which it doesn't have".formatted(place, name.asString("")));
        }
    }

    /** What may be left out needs a default that fits. */
    private void optional(String place, JsonNode schema) {
        JsonNode standard = schema.path("default");
        if (!standard.isMissingNode() && !standard.isNull()) {
            problem(
                    !SchemaValidator.of(schema).problems(standard).isEmpty(),
                    place + ": its default doesn't fit it");
        }
    }

    private void hasSecret(JsonNode options) {
        var found = new boolean[1];
        walk(
                "",
                options,
                (_, schema) -> found[0] |= schema.path("airbyte_secret").asBoolean(false));
        if (!found[0]) {
            throw new Recorder.Skipped("it takes no secret");
        }
    }

    private void secretValues(JsonNode options) {
        problems.clear();
        walk(
                "the configuration",
                options,
                (place, schema) ->
                        problem(
                                schema.path("airbyte_secret").asBoolean(false)
                                        && (schema.has("default") || schema.has("examples"))
                                        && schema.path("default").isString()
                                        && !schema.path("default").asString().isEmpty(),
                                place + " is a secret with a default, which everybody can read"));
        Recorder.requireNone(problems, "The specification is not as it must be:");
    }

    private void marked(String place, JsonNode schema) {
        String name = place.substring(place.lastIndexOf('.') + 1);
        boolean text =
                Set.of("string", "integer", "number").contains(schema.path("type").asString(""));
        problem(
                SECRET_NAMES.contains(name)
                        && text
                        && !schema.has("enum")
                        && !schema.has("const")
                        && !schema.path("airbyte_secret").asBoolean(false),
                place + " looks like a secret and lacks airbyte_secret: true");
        problem(
                schema.path("airbyte_secret").asBoolean(false)
                        && !text
                        && !schema.path("type").isArray(),
                place + " has airbyte_secret and is no text or number");
    }

    private void oneType(String place, JsonNode schema) {
        JsonNode type = schema.path("type");
        if (!type.isArray()) {
            return;
        }
        boolean nullable =
                type.size() == 2
                        && type.valueStream().anyMatch(each -> each.asString("").equals("null"));
        problem(!nullable, place + " has several types: " + type);
    }

    private void notEmpty(String place, JsonNode schema) {
        problem(
                !place.equals("the configuration")
                        && schema.path("type").asString("").equals("object")
                        && schema.path("properties").isEmpty()
                        && schema.path("oneOf").isEmpty()
                        && !schema.has("additionalProperties"),
                place + " is an object without properties");
    }

    private void arrayType(String place, JsonNode schema) {
        if (!schema.path("type").asString("").equals("array")) {
            return;
        }
        JsonNode items = schema.path("items");
        String type = items.path("type").asString("");
        problem(items.isArray(), place + ": the items of a list have one schema");
        problem(
                !items.isArray() && !SCALARS.contains(type) && !type.equals("object"),
                place + ": the items of a list must be objects, texts, numbers or flags");
    }

    private void forbidden(String place, JsonNode schema) {
        for (String key : schema.propertyNames()) {
            problem(FORBIDDEN.contains(key), "%s uses %s".formatted(place, key));
        }
    }

    private void datePattern(String place, JsonNode schema) {
        String pattern = schema.path("pattern").asString("");
        problem(
                DATE_PATTERN.matcher(pattern).matches()
                        && !schema.path("format").asString("").startsWith("date"),
                place + " has the pattern of a date, and no format date or date-time");
    }

    private void dateFormat(String place, JsonNode schema) {
        problem(
                schema.path("format").asString("").startsWith("date") && !schema.has("pattern"),
                place + " has a date's format, and no pattern");
    }

    private void duplicateOrder(String place, JsonNode schema) {
        var seen = new HashSet<String>();
        for (var property : schema.path("properties").properties()) {
            JsonNode order = property.getValue().path("order");
            String group = property.getValue().path("group").asString("");
            problem(
                    order.isNumber() && !seen.add(group + " " + order.asInt()),
                    "%s: two properties have the order %s".formatted(place, order));
        }
    }

    private void nestedGroup(JsonNode options) {
        problems.clear();
        walk(
                "the configuration",
                options,
                (place, schema) ->
                        problem(
                                schema.has("group") && (place.contains(".") || place.contains("[")),
                                place + " has a group, which is for the outermost properties"));
        Recorder.requireNone(problems, "The specification is not as it must be:");
    }

    private void displayType(String place, JsonNode schema) {
        if (!schema.has("display_type")) {
            return;
        }
        problem(
                !schema.has("oneOf"),
                place + " has a display_type, which is for properties with oneOf");
        problem(
                !Set.of("dropdown", "radio").contains(schema.path("display_type").asString("")),
                place + ": display_type is dropdown or radio");
    }

    private void noReference(String place, JsonNode schema) {
        problem(schema.has("$ref"), place + " has a $ref, which must be resolved");
    }

    private void oauthPaths(JsonNode specification) {
        JsonNode auth = specification.path("advanced_auth");
        if (auth.isMissingNode()) {
            throw new Recorder.Skipped("no advanced_auth");
        }
        problems.clear();
        var paths = new ArrayList<JsonNode>();
        collect(auth.path("oauth_config_specification"), paths);
        paths.add(auth.path("predicate_key"));
        for (JsonNode path : paths) {
            problem(
                    path.isArray()
                            && !exists(
                                    specification.path("connectionSpecification"),
                                    path.valueStream().map(JsonNode::asString).toList()),
                    "advanced_auth names %s, which is no option".formatted(path));
        }
        Recorder.requireNone(problems, "The specification is not as it must be:");
    }

    private static void collect(JsonNode node, List<JsonNode> paths) {
        if (node.has("path_in_connector_config")) {
            paths.add(node.path("path_in_connector_config"));
        }
        node.forEach(child -> collect(child, paths));
    }

    private static boolean exists(JsonNode schema, List<String> path) {
        if (path.isEmpty()) {
            return true;
        }
        JsonNode property = schema.path("properties").path(path.getFirst());
        if (!property.isMissingNode() && exists(property, path.subList(1, path.size()))) {
            return true;
        }
        for (JsonNode alternative : schema.path("oneOf")) {
            if (exists(alternative, path)) {
                return true;
            }
        }
        return false;
    }

    private void oauthIsDefault(JsonNode test, JsonNode specification) {
        JsonNode auth = specification.path("advanced_auth");
        if (auth.isMissingNode()) {
            throw new Recorder.Skipped("no advanced_auth");
        }
        JsonNode method = test.path("auth_default_method");
        if (!method.path("oauth").asBoolean(true)) {
            throw new Recorder.Skipped(
                    method.path("bypass_reason").asString("switched off in the configuration"));
        }
        JsonNode key = auth.path("predicate_key");
        if (key.isEmpty()) {
            return;
        }
        JsonNode first =
                specification
                        .path("connectionSpecification")
                        .path("properties")
                        .path(key.get(0).asString(""))
                        .path("oneOf")
                        .path(0)
                        .path("properties")
                        .path(key.get(key.size() - 1).asString(""));
        Recorder.require(
                first.path("const").equals(auth.path("predicate_value")),
                "The first alternative of %s must be the one of OAuth.",
                key.get(0).asString(""));
    }

    private void backwardCompatible(JsonNode test, JsonNode specification) {
        Previous before = previous.orElseThrow(() -> new Recorder.Skipped("no --previous version"));
        before.skipIfDisabled(test);
        JsonNode old =
                before.file("spec.json")
                        .orElseThrow(() ->
                                new WrongConfigurationException(
                                        "The previous version has no spec.json."));
        JsonNode plain = old.has("spec") ? old.path("spec") : old;
        Recorder.requireNone(
                Compatibility.ofSpecifications(plain, specification),
                "Configurations of the previous version would no longer do:");
    }
}
