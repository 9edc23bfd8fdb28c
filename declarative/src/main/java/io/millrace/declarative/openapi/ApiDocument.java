package io.millrace.declarative.openapi;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An OpenAPI 3 or Swagger 2 document, in the terms that both share. Immutable. */
final class ApiDocument {
    /** Chains of references that are longer lead in circles. */
    private static final int MOST_REFERENCES = 50;

    /** Compositions within compositions that go deeper describe nothing. */
    private static final int DEEPEST_COMPOSITION = 8;

    private final Map<String, Object> root;
    private final boolean isSwagger;

    /**
     * A reading operation.
     *
     * @param path with its parameters in braces
     * @param answer the schema of a successful answer
     * @param answerHeaders names of headers that it comes with, in small letters
     */
    record Operation(
            String path,
            Map<String, Object> definition,
            List<Parameter> parameters,
            Map<String, Object> answer,
            List<String> answerHeaders) {
        boolean isDeprecated() {
            return Boolean.TRUE.equals(definition.get("deprecated"));
        }
    }

    /**
     * A parameter of an operation.
     *
     * @param in {@code query}, {@code path}, {@code header} …
     */
    record Parameter(
            String name, String in, boolean required, Map<String, Object> schema, String text) {
        String type() {
            return schema.get("type") instanceof String type ? type : "";
        }

        String format() {
            return schema.get("format") instanceof String format ? format : "";
        }
    }

    private ApiDocument(Map<String, Object> root, boolean isSwagger) {
        this.root = root;
        this.isSwagger = isSwagger;
    }

    /**
     * Reads a document in JSON or YAML.
     *
     * @throws ConfigurationFailure where it is neither, or of another kind
     */
    static ApiDocument parse(String text) {
        Map<String, Object> root = map(value(text));
        boolean isSwagger = Python.str(root.get("swagger")).startsWith("2");
        if (!isSwagger && !Python.str(root.get("openapi")).startsWith("3")) {
            throw new ConfigurationFailure(
                    "This is neither an OpenAPI 3 nor a Swagger 2 document: it has no \"openapi\":"
                            + " \"3…\" and no \"swagger\": \"2.0\" at its top.");
        }
        return new ApiDocument(root, isSwagger);
    }

    private static @Nullable Object value(String text) {
        if (text.stripLeading().startsWith("{")) {
            try {
                return Json.parse(text);
            } catch (PythonError _) {
                return YamlText.parse(text); // which may be YAML all the same, or complains better
            }
        }
        return YamlText.parse(text);
    }

    /** A value as an object; an empty one if it is something else. */
    static Map<String, Object> map(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return Map.of();
        }
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, item) -> {
            if (item != null) {
                result.put(Python.str(key), item);
            }
        });
        return result;
    }

    static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    /** The object that a value is or refers to; empty if that is outside of the document. */
    Map<String, Object> resolve(@Nullable Object value) {
        Map<String, Object> map = map(value);
        for (int i = 0; i < MOST_REFERENCES && map.get("$ref") instanceof String reference; i++) {
            map = map(at(reference));
        }
        return map.containsKey("$ref") ? Map.of() : map;
    }

    private @Nullable Object at(String reference) {
        if (!reference.startsWith("#/")) {
            return null;
        }
        Object current = root;
        for (String segment : reference.substring(2).split("/", -1)) {
            String key = segment.replace("~1", "/").replace("~0", "~").replace("%7B", "{");
            current = map(current).get(key.replace("%7D", "}").replace("%20", " "));
        }
        return current;
    }

    String title() {
        return text(map(root.get("info")).get("title"));
    }

    Optional<String> documentation() {
        return Optional.of(text(map(root.get("externalDocs")).get("url")))
                .filter(url -> url.startsWith("http"));
    }

    /** The address that paths are relative to, with its variables in braces; empty if unknown. */
    String server() {
        if (!isSwagger) {
            return text(map(first(list(root.get("servers")))).get("url"));
        }
        String host = text(root.get("host"));
        List<?> schemes = list(root.get("schemes"));
        String scheme = schemes.isEmpty() || schemes.contains("https") ? "https" : "http";
        return (host.isEmpty() ? "" : scheme + "://" + host) + text(root.get("basePath"));
    }

    /** What the variables of the address may be, by name. */
    Map<String, Object> serverVariables() {
        return isSwagger ? Map.of() : map(map(first(list(root.get("servers")))).get("variables"));
    }

    private static @Nullable Object first(List<?> list) {
        return list.isEmpty() ? null : list.getFirst();
    }

    /** Ways to authenticate, by name. */
    Map<String, Map<String, Object>> securitySchemes() {
        Map<String, Object> schemes =
                map(
                        isSwagger
                                ? root.get("securityDefinitions")
                                : map(root.get("components")).get("securitySchemes"));
        Map<String, Map<String, Object>> resolved = new LinkedHashMap<>();
        schemes.forEach((name, scheme) -> resolved.put(name, resolve(scheme)));
        return resolved;
    }

    /** Alternatives, each the names of the schemes that it needs together. */
    List<List<String>> security() {
        List<List<String>> alternatives = new ArrayList<>();
        for (Object alternative : list(root.get("security"))) {
            alternatives.add(List.copyOf(map(alternative).keySet()));
        }
        return alternatives;
    }

    /** The operations that read and answer with JSON, in the order of the document. */
    List<Operation> reads() {
        List<Operation> operations = new ArrayList<>();
        map(root.get("paths"))
                .forEach((path, written) -> {
                    Map<String, Object> item = resolve(written);
                    Map<String, Object> operation = map(item.get("get"));
                    Optional<Map<String, Object>> response = response(operation);
                    Optional<Map<String, Object>> answer = response.flatMap(this::schema);
                    if (answer.isPresent()) {
                        Map<String, Parameter> parameters = new LinkedHashMap<>();
                        addParameters(item, parameters);
                        addParameters(operation, parameters);
                        operations.add(
                                new Operation(
                                        path,
                                        operation,
                                        List.copyOf(parameters.values()),
                                        answer.get(),
                                        map(response.get().get("headers")).keySet().stream()
                                                .map(name -> name.toLowerCase(Locale.ROOT))
                                                .toList()));
                    }
                });
        return operations;
    }

    private void addParameters(Map<String, Object> owner, Map<String, Parameter> parameters) {
        for (Object written : list(owner.get("parameters"))) {
            Map<String, Object> parameter = resolve(written);
            String name = text(parameter.get("name"));
            String in = text(parameter.get("in"));
            if (!name.isEmpty() && !in.isEmpty()) {
                Map<String, Object> schema =
                        isSwagger ? parameter : flatten(parameter.get("schema"));
                parameters.put(
                        in + " " + name,
                        new Parameter(
                                name,
                                in,
                                Boolean.TRUE.equals(parameter.get("required")),
                                schema,
                                text(parameter.get("description"))));
            }
        }
    }

    private Optional<Map<String, Object>> response(Map<String, Object> operation) {
        Map<String, Object> responses = map(operation.get("responses"));
        for (String status : new String[] {"200", "2XX", "2xx", "201", "206", "default"}) {
            if (responses.containsKey(status)) {
                return Optional.of(resolve(responses.get(status)));
            }
        }
        return Optional.empty();
    }

    /** The schema of the JSON in an answer. */
    private Optional<Map<String, Object>> schema(Map<String, Object> response) {
        if (isSwagger) {
            return Optional.of(flatten(response.get("schema"))).filter(map -> !map.isEmpty());
        }
        for (Map.Entry<String, Object> content : map(response.get("content")).entrySet()) {
            if (content.getKey().contains("json") || content.getKey().equals("*/*")) {
                return Optional.of(flatten(map(content.getValue()).get("schema")))
                        .filter(map -> !map.isEmpty());
            }
        }
        return Optional.empty();
    }

    /**
     * A schema without references at its top, and with the parts of {@code allOf} put together. Of
     * {@code oneOf} and {@code anyOf}, the fields of all objects are taken.
     */
    Map<String, Object> flatten(@Nullable Object schema) {
        return flatten(schema, 0);
    }

    private Map<String, Object> flatten(@Nullable Object written, int depth) {
        Map<String, Object> schema = resolve(written);
        boolean isComposed =
                schema.containsKey("allOf")
                        || schema.containsKey("oneOf")
                        || schema.containsKey("anyOf");
        if (!isComposed || depth > DEEPEST_COMPOSITION) {
            return schema;
        }
        Map<String, Object> merged = new LinkedHashMap<>();
        for (String kind : new String[] {"allOf", "oneOf", "anyOf"}) {
            for (Object part : list(schema.get(kind))) {
                merge(flatten(part, depth + 1), merged);
            }
        }
        merge(schema, merged);
        merged.keySet().removeAll(List.of("allOf", "oneOf", "anyOf"));
        return merged;
    }

    private static void merge(Map<String, Object> part, Map<String, Object> merged) {
        part.forEach((key, value) -> {
            if (key.equals("properties")) {
                Map<String, Object> properties = new LinkedHashMap<>(map(merged.get(key)));
                properties.putAll(map(value));
                merged.put(key, properties);
            } else if (!key.equals("type") || !"null".equals(value)) {
                merged.put(key, value);
            }
        });
    }

    /** The fields of an object's schema; empty for anything else. */
    Map<String, Object> properties(Map<String, Object> schema) {
        return map(schema.get("properties"));
    }

    static boolean isType(Map<String, Object> schema, String type) {
        Object written = schema.get("type");
        return type.equals(written) || list(written).contains(type);
    }

    boolean isArray(Map<String, Object> schema) {
        return isType(schema, "array") || schema.containsKey("items");
    }

    boolean isObject(Map<String, Object> schema) {
        return isType(schema, "object") || schema.containsKey("properties");
    }
}
