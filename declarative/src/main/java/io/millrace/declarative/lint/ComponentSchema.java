package io.millrace.declarative.lint;

import io.millrace.declarative.interpolation.python.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The schema of manifests: every type of component, with its fields. Immutable. */
final class ComponentSchema {
    private static final String DEFINITIONS = "#/definitions/";

    private final Map<?, ?> root;

    private ComponentSchema(Map<?, ?> root) {
        this.root = root;
    }

    static ComponentSchema load() {
        try (InputStream file =
                Objects.requireNonNull(
                        ComponentSchema.class.getResourceAsStream("components.json"))) {
            byte[] bytes = file.readAllBytes();
            if (Json.parse(bytes, 0, bytes.length) instanceof Map<?, ?> root) {
                return new ComponentSchema(root);
            }
            throw new IllegalStateException("the schema of components is no object");
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** The schema of a whole manifest. */
    Map<?, ?> root() {
        return root;
    }

    /** The schema itself, or what it refers to. */
    Map<?, ?> resolve(@Nullable Object schema) {
        Object at = schema;
        while (at instanceof Map<?, ?> map
                && map.get("$ref") instanceof String reference
                && reference.startsWith(DEFINITIONS)) {
            at = definitions().get(reference.substring(DEFINITIONS.length()));
        }
        return at instanceof Map<?, ?> map ? map : Map.of();
    }

    private Map<?, ?> definitions() {
        return root.get("definitions") instanceof Map<?, ?> map ? map : Map.of();
    }

    /** The schema of the components of a type; empty where there is no such type. */
    Map<?, ?> ofType(String type) {
        return definitions().get(type) instanceof Map<?, ?> schema ? schema : Map.of();
    }

    /** The names of all types. */
    Set<String> types() {
        Set<String> types = new TreeSet<>();
        definitions().values().forEach(each -> typeOf(resolve(each)).ifPresent(types::add));
        return types;
    }

    /** What a component of this schema has as its type. */
    static Optional<String> typeOf(Map<?, ?> schema) {
        return properties(schema).get("type") instanceof Map<?, ?> type
                        && type.get("enum") instanceof List<?> names
                        && names.size() == 1
                        && names.getFirst() instanceof String name
                ? Optional.of(name)
                : Optional.empty();
    }

    static Map<?, ?> properties(Map<?, ?> schema) {
        return schema.get("properties") instanceof Map<?, ?> map ? map : Map.of();
    }

    /** The alternatives of a schema, those of alternatives among them; the schema alone without. */
    List<Map<?, ?>> alternatives(Map<?, ?> schema) {
        for (String word : List.of("anyOf", "oneOf")) {
            if (schema.get(word) instanceof List<?> list && !schema.containsKey("properties")) {
                return list.stream()
                        .<Map<?, ?>>map(this::resolve)
                        .flatMap(each -> alternatives(each).stream())
                        .toList();
            }
        }
        return List.of(schema);
    }
}
