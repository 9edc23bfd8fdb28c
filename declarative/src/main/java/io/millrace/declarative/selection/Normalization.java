package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Repr;
import io.millrace.declarative.jsonschema.JsonSchema;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts values to the simple types that the stream's schema gives them, where that is possible,
 * and warns where a value isn't of its type even then (reference: 6.5).
 */
record Normalization(Selection.SchemaSource schema, EngineLog log) {
    private static final Set<String> SIMPLE =
            Set.of("string", "number", "integer", "boolean", "null");
    private static final Set<String> TRUE_WORDS = Set.of("y", "yes", "t", "true", "on", "1");
    private static final Set<String> FALSE_WORDS = Set.of("n", "no", "f", "false", "off", "0");

    /** Levels of a value that a warning shows the types of. */
    private static final int SHOWN_LEVELS = 3;

    private static final int DEEPEST = 200;

    void apply(SourceRecord record) throws InterruptedException {
        Map<String, Object> root = schema.load();
        if (!root.isEmpty()) {
            // A record of its own, as pagination may still look at the page's.
            Map<String, Object> copy = new LinkedHashMap<>(Fields.of(record));
            record.replace(copy);
            visit(copy, root, JsonSchema.of(root), List.of(), 0);
        }
    }

    /** Converts what is in the value before it looks whether the value is what it should be. */
    private void visit(
            @Nullable Object value,
            @Nullable Object schemaOfValue,
            JsonSchema root,
            List<Object> path,
            int depth) {
        if (!(schemaOfValue instanceof Map<?, ?> words) || depth > DEEPEST) {
            return;
        }
        words.forEach((word, expected) -> {
            switch (String.valueOf(word)) {
                case "type" -> warnUnless(value, expected, path);
                case "$ref" ->
                        root.resolve(String.valueOf(expected))
                                .ifPresent(to -> visit(value, to, root, path, depth + 1));
                case "properties" -> {
                    if (expected instanceof Map<?, ?> properties
                            && value instanceof Map<?, ?> fields) {
                        visitFields(Fields.cast(fields), properties, root, path, depth);
                    }
                }
                case "items" -> {
                    if (value instanceof List<?> items && expected instanceof Map<?, ?>) {
                        visitItems(items, expected, root, path, depth);
                    }
                }
                default -> {
                    // Other words convert nothing.
                }
            }
        });
    }

    private void visitFields(
            Map<String, Object> fields,
            Map<?, ?> properties,
            JsonSchema root,
            List<Object> path,
            int depth) {
        properties.forEach((name, each) -> {
            String key = String.valueOf(name);
            if (fields.containsKey(key)) {
                Fields.put(fields, key, converted(fields.get(key), each));
            }
        });
        properties.forEach((name, each) -> {
            String key = String.valueOf(name);
            if (fields.containsKey(key)) {
                visit(fields.get(key), each, root, plus(path, key), depth + 1);
            }
        });
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // a list of JSON can be changed, and holds null
    private void visitItems(
            List<?> items, Object each, JsonSchema root, List<Object> path, int depth) {
        List<Object> changeable = (List<Object>) items;
        for (int i = 0; i < items.size(); i++) {
            changeable.set(i, converted(items.get(i), each));
        }
        for (int i = 0; i < items.size(); i++) {
            visit(items.get(i), each, root, plus(path, (long) i), depth + 1);
        }
    }

    private static List<Object> plus(List<Object> path, Object step) {
        List<Object> longer = new ArrayList<>(path);
        longer.add(step);
        return longer;
    }

    static @Nullable Object converted(@Nullable Object value, @Nullable Object schema) {
        Object type = schema instanceof Map<?, ?> words ? words.get("type") : null;
        if (type instanceof List<?> types) {
            if (value == null && types.contains("null")) {
                return null;
            }
            List<?> others = types.stream().filter(each -> !"null".equals(each)).toList();
            if (others.size() != 1) {
                return value;
            }
            type = others.getFirst();
        }
        if (!(type instanceof String name) || (value == null && name.contains("null"))) {
            return value;
        }
        try {
            return switch (name) {
                case "string" -> Python.str(value);
                case "number" -> Python.toReal(value);
                case "integer" -> Python.toInteger(value);
                case "boolean" -> flag(value);
                case "array" -> wrapped(value, schema);
                default -> value;
            };
        } catch (PythonError _) {
            return value; // it stays, and the warning that follows says so
        }
    }

    private static @Nullable Object flag(@Nullable Object value) {
        if (!(value instanceof String text)) {
            return Python.isTrue(value);
        }
        String word = text.toLowerCase(Locale.ROOT).strip();
        return TRUE_WORDS.contains(word) ? true : FALSE_WORDS.contains(word) ? false : value;
    }

    /** A scalar becomes a list of one where items are scalars, and their types are a list. */
    private static @Nullable Object wrapped(@Nullable Object value, @Nullable Object schema) {
        boolean scalar = !(value instanceof List<?>) && !(value instanceof Map<?, ?>);
        Object items = schema instanceof Map<?, ?> words ? words.get("items") : null;
        Object types = items instanceof Map<?, ?> words ? words.get("type") : List.of();
        boolean simple =
                types == null || (types instanceof List<?> list && SIMPLE.containsAll(list));
        if (!scalar || !simple) {
            return value;
        }
        List<@Nullable Object> list = new ArrayList<>();
        list.add(value);
        return list;
    }

    private void warnUnless(@Nullable Object value, @Nullable Object type, List<Object> path) {
        List<?> types =
                type instanceof List<?> list ? list : type == null ? List.of() : List.of(type);
        if (types.stream().noneMatch(each -> JsonSchema.isOfType(value, each))) {
            log.log(
                    LogLevel.WARN,
                    "Failed to transform value from type '%s' to type '%s' at path: '%s'"
                            .formatted(
                                    Python.str(shape(value, 0)),
                                    type instanceof String name ? name : Repr.of(type),
                                    String.join(".", path.stream().map(String::valueOf).toList())));
        }
    }

    /** Names of fields and of types, without values (invariant 7). */
    private static Object shape(@Nullable Object value, int level) {
        if (value instanceof Map<?, ?> fields && level < SHOWN_LEVELS) {
            Map<Object, Object> types = new LinkedHashMap<>();
            fields.forEach((key, each) -> types.put(key, shape(each, level + 1)));
            return types;
        }
        return switch (value) {
            case null -> "null";
            case Map<?, ?> _ -> "object";
            case List<?> _ -> "array";
            case Boolean _ -> "boolean";
            case Double _ -> "number";
            case Long _, java.math.BigInteger _ -> "integer";
            default -> "string";
        };
    }
}
