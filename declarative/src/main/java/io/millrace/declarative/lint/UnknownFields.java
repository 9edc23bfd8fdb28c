package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Definition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A look at the names of fields alone, which every start can afford. It may be wrong where
 * something looks like a component and isn't; {@link ComponentCheck} knows, and knows the places.
 */
final class UnknownFields {
    /** Fields that hold the user's own words, or what components were made of. */
    private static final Set<String> FREE =
            Set.of("$parameters", "connection_specification", "schema", "metadata", "definitions");

    private final ComponentSchema schema = ComponentSchema.load();

    private UnknownFields() {}

    static boolean maybeIn(Definition manifest) {
        return new UnknownFields().within(manifest.fields());
    }

    private boolean within(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> inObject(map);
            case List<?> list -> list.stream().anyMatch(this::within);
            case null, default -> false;
        };
    }

    private boolean inObject(Map<?, ?> map) {
        String type = map.get("type") instanceof String name ? name : "";
        Map<?, ?> expected = type.equals("DeclarativeSource") ? schema.root() : schema.ofType(type);
        Map<?, ?> known = ComponentSchema.properties(expected);
        for (var field : map.entrySet()) {
            Object name = field.getKey();
            boolean slip =
                    !known.containsKey(name) && !ComponentCheck.mayHave(map, name, expected, type);
            if (slip || (!FREE.contains(String.valueOf(name)) && within(field.getValue()))) {
                return true;
            }
        }
        return false;
    }
}
