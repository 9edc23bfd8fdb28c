package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Located;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Python class that a manifest needs.
 *
 * @param component the type of the component that it is, such as {@code CustomRetriever}
 * @param name as the manifest names it: {@code source_declarative_manifest.components.Orders}
 * @param place where the manifest names it
 */
public record PythonClass(String component, String name, Located.Place place) {
    /** Modules that stand for the file beside a manifest. */
    private static final List<String> BESIDE =
            List.of("source_declarative_manifest.components.", "components.");

    /** The name within {@code components.py}, if that is where it has to be. */
    Optional<String> nameInFile() {
        return BESIDE.stream()
                .filter(name::startsWith)
                .map(module -> name.substring(module.length()))
                .filter(rest -> !rest.contains("."))
                .findFirst();
    }

    /**
     * Why the manifest in {@code file} can't be run, where there is no Python for its classes.
     *
     * @param classes at least one
     */
    public static ConfigurationFailure refused(Path file, List<PythonClass> classes) {
        PythonClass first = classes.getFirst();
        long others = classes.stream().map(PythonClass::name).distinct().count() - 1;
        return new ConfigurationFailure(
                "%s:%d:%d: The manifest needs the Python class %s (%s)%s, and there is no Python that can run it. %s"
                        .formatted(
                                file,
                                first.place.line(),
                                first.place.column(),
                                first.name,
                                first.component,
                                switch ((int) others) {
                                    case 0 -> "";
                                    case 1 -> " and one more";
                                    default -> " and %d more".formatted(others);
                                },
                                CustomComponents.ADVICE));
    }

    /** Those of a manifest whose references are resolved. */
    static List<PythonClass> find(Map<?, ?> manifest, Located written) {
        List<PythonClass> found = new ArrayList<>();
        visit(manifest, written, found);
        return found.stream().distinct().toList();
    }

    private static void visit(@Nullable Object value, Located at, List<PythonClass> found) {
        if (value instanceof Map<?, ?> map) {
            if (map.get("class_name") instanceof String name
                    && map.get("type") instanceof String type
                    && type.startsWith("Custom")) {
                found.add(new PythonClass(type, name, at.part("class_name").place()));
            }
            map.forEach((key, each) -> {
                if (!"$parameters".equals(key)) {
                    visit(each, at.part(key), found);
                }
            });
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                visit(list.get(i), at.item(i), found);
            }
        }
    }
}
