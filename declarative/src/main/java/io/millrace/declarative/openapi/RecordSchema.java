package io.millrace.declarative.openapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The schema of a stream: JSON schema without references, where everything may be null. */
final class RecordSchema {
    /** What lies deeper stays an object without a description. */
    private static final int DEEPEST = 4;

    /** The most fields within fields; the objects that come after stay without a description. */
    private static final int MOST_INNER_FIELDS = 500;

    private final ApiDocument document;
    private int innerFields;

    RecordSchema(ApiDocument document) {
        this.document = document;
    }

    Map<String, Object> of(Map<String, Object> item) {
        innerFields = 0;
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("type", "object");
        schema.put("additionalProperties", true);
        schema.put("properties", fields(item, 0, Set.of()));
        return schema;
    }

    private Map<String, Object> fields(
            Map<String, Object> schema, int depth, Set<Object> references) {
        Map<String, Object> fields = new LinkedHashMap<>();
        document.properties(schema)
                .forEach((name, field) -> fields.put(name, convert(field, depth + 1, references)));
        return fields;
    }

    private Map<String, Object> convert(
            @Nullable Object written, int depth, Set<Object> references) {
        Object reference = ApiDocument.map(written).get("$ref");
        Set<Object> within = references;
        if (reference != null) {
            if (references.contains(reference)) {
                return object();
            }
            within = new LinkedHashSet<>(references);
            within.add(reference);
        }
        Map<String, Object> schema = document.flatten(written);
        Map<String, Object> converted = new LinkedHashMap<>();
        if (document.isObject(schema)) {
            converted.putAll(object());
            Map<String, Object> fields =
                    depth < DEEPEST && innerFields < MOST_INNER_FIELDS
                            ? fields(schema, depth, within)
                            : Map.of();
            innerFields += fields.size();
            if (!fields.isEmpty()) {
                converted.put("properties", fields);
            }
        } else if (document.isArray(schema)) {
            converted.put("type", List.of("array", "null"));
            if (depth < DEEPEST && schema.containsKey("items")) {
                Map<String, Object> items = convert(schema.get("items"), depth + 1, within);
                if (!items.isEmpty()) {
                    converted.put("items", items);
                }
            }
        } else {
            scalar(schema, converted);
        }
        return converted;
    }

    private static Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", List.of("object", "null"));
        object.put("additionalProperties", true);
        return object;
    }

    private static void scalar(Map<String, Object> schema, Map<String, Object> converted) {
        List<Object> types = new ArrayList<>();
        Object written = schema.get("type");
        for (Object type : written instanceof List<?> list ? list : List.of(or(written))) {
            if (type instanceof String name
                    && List.of("string", "integer", "number", "boolean").contains(name)) {
                types.add(name);
            }
        }
        if (types.isEmpty()) {
            return; // it may be anything
        }
        types.add("null");
        converted.put("type", types);
        String format = ApiDocument.text(schema.get("format"));
        if (types.contains("string") && (format.equals("date-time") || format.equals("date"))) {
            converted.put("format", format);
        }
    }

    private static Object or(@Nullable Object type) {
        return type == null ? "" : type;
    }
}
