package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Located;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Finds types in the JSON schemas of a manifest that JSON schemas don't have. */
final class SchemaCheck {
    private static final List<String> TYPES =
            List.of("string", "integer", "number", "boolean", "object", "array", "null");

    /** What holds schemas by name, where a key {@code type} is a name as any other. */
    private static final Set<String> BY_NAME =
            Set.of("properties", "patternProperties", "definitions", "$defs");

    /** What holds a schema, or a list of them. */
    private static final Set<String> WITHIN =
            Set.of("items", "additionalProperties", "oneOf", "anyOf", "allOf", "not", "then");

    private final List<Finding> findings;

    SchemaCheck(List<Finding> findings) {
        this.findings = findings;
    }

    /** The schema of a stream: with a type that nobody knows its values land as they come. */
    void ofStream(@Nullable Object schema, Located at) {
        visit(schema, at, Finding::warning);
    }

    /** The schema of the configuration: no value is of a type that nobody knows. */
    void ofConfiguration(@Nullable Object schema, Located at) {
        visit(schema, at, Finding::error);
    }

    private void visit(
            @Nullable Object schema, Located at, BiFunction<Located.Place, String, Finding> found) {
        if (schema instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                visit(list.get(i), at.item(i), found);
            }
        }
        if (!(schema instanceof Map<?, ?> map)) {
            return;
        }
        map.forEach((key, value) -> {
            Located part = at.part(key);
            if (key.equals("type")) {
                type(value, part, found);
            } else if (BY_NAME.contains(key) && value instanceof Map<?, ?> named) {
                named.forEach((name, each) -> visit(each, part.part(name), found));
            } else if (WITHIN.contains(key)) {
                visit(value, part, found);
            }
        });
    }

    private void type(
            @Nullable Object type, Located at, BiFunction<Located.Place, String, Finding> found) {
        if (type instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                type(list.get(i), at.item(i), found);
            }
        } else if (type instanceof String name && !TYPES.contains(name) && !name.contains("{")) {
            findings.add(
                    found.apply(
                            at.place(),
                            "JSON schemas have no type %s; it is one of %s."
                                    .formatted(name, String.join(", ", TYPES))));
        }
    }
}
