package io.millrace.declarative.manifest;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Components whose behaviour is a Python class beside the manifest (reference: 14). */
public final class CustomComponents {
    /** The file beside a manifest that has its classes. */
    public static final String FILE = "components.py";

    /** What to do where there is no Python that could run them. */
    public static final String ADVICE =
            "Install Python 3 with the package airbyte-cdk (pip install airbyte-cdk), as python3 on"
                + " the PATH or named by MILLRACE_PYTHON, or set MILLRACE_PYTHON=install to have it"
                + " installed from PyPI; the manifest then runs through it.";

    private CustomComponents() {}

    /** Whether a component of this definition is such a class. */
    public static boolean isCustom(Definition definition) {
        return definition.has("class_name") || definition.type().startsWith("Custom");
    }

    /** What to throw where {@code definition} would have to run here. */
    public static SyncFailure refused(Definition definition) {
        String name = definition.findText("class_name").orElse("(without class_name)");
        return new ConfigurationFailure(
                "The manifest needs the Python class %s (%s at %s), which this engine can't run. %s"
                        .formatted(name, definition.type(), definition.path(), ADVICE));
    }

    /**
     * The first such component that {@code manifest} uses, whether what it belongs to is asked for
     * or not.
     */
    public static Optional<Definition> find(Definition manifest) {
        for (String field : List.of("spec", "streams", "dynamic_streams")) {
            Optional<Definition> found = find(manifest.value(field), field);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<Definition> find(@Nullable Object value, String path) {
        return switch (value) {
            case Map<?, ?> map -> findInObject(map, path);
            case List<?> list -> findInList(list, path);
            case null, default -> Optional.empty();
        };
    }

    private static Optional<Definition> findInObject(Map<?, ?> map, String path) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Optional<Definition> found = find(entry.getValue(), path + "." + entry.getKey());
            if (found.isPresent()) {
                return found;
            }
            if (entry.getKey() instanceof String key && entry.getValue() != null) {
                fields.put(key, entry.getValue());
            }
        }
        Definition definition = Definition.of(fields, path);
        return definition.has("class_name") && definition.type().startsWith("Custom")
                ? Optional.of(definition)
                : Optional.empty();
    }

    private static Optional<Definition> findInList(List<?> list, String path) {
        for (int i = 0; i < list.size(); i++) {
            Optional<Definition> found = find(list.get(i), "%s[%d]".formatted(path, i));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
