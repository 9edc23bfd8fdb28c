package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Located;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.manifest.YamlProblem;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.protocol.text.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds what is wrong with manifests: by their schema, and by their meaning. */
public final class ManifestLint {
    private static final String SPECIFICATION = "spec";

    private ManifestLint() {}

    /** All findings of a manifest in YAML or JSON, in the order of the text. */
    public static List<Finding> check(String text) {
        return check(text, Optional.empty());
    }

    /**
     * The same of a manifest in a folder, with what is wrong with the files beside it.
     *
     * @param folder empty where that isn't known
     */
    public static List<Finding> check(String text, Optional<Path> folder) {
        List<Finding> findings = new ArrayList<>();
        try {
            Located document = YamlText.locate(text);
            if (document instanceof Located.Mapping written) {
                check(written, folder, findings);
            } else {
                findings.add(Finding.error(document.place(), "A manifest has to be an object."));
            }
        } catch (YamlProblem problem) {
            findings.add(
                    Finding.error(
                            problem.place(), "This is no YAML: " + problem.getMessage() + "."));
        }
        return findings.stream()
                .distinct()
                .sorted(
                        Comparator.comparingInt((Finding each) -> each.place().line())
                                .thenComparingInt(each -> each.place().column()))
                .toList();
    }

    /**
     * The fields of a manifest that no component of their type has, in the order of the text. The
     * engine, as the reference, goes on without them, so that a slip of the pen may mean fewer
     * records. Quick where there are none.
     *
     * @param manifest what {@code text} means
     */
    public static List<Finding> ignoredFields(Manifest manifest, String text) {
        return UnknownFields.maybeIn(manifest.root())
                ? check(text).stream().filter(Finding::ignored).toList()
                : List.of();
    }

    /**
     * The Python classes that the components of a manifest are, in the order of the components;
     * none where it can't be read.
     */
    public static List<PythonClass> pythonClasses(String text) {
        try {
            if (YamlText.locate(text) instanceof Located.Mapping written) {
                Located.Mapping resolved =
                        new LocatedReferences(written, new ArrayList<>()).resolve();
                return PythonClass.find(completed(resolved), resolved);
            }
            return List.of();
        } catch (YamlProblem _) {
            return List.of(); // whoever reads it next tells that
        }
    }

    /**
     * An option that a configuration has for nothing.
     *
     * @param path its key, and those that it lies in
     */
    public record UnusedOption(List<String> path, String message) {}

    /**
     * The options of {@code configuration} that the specification doesn't know and no template
     * mentions. The reference lets them be, and so they are no errors.
     */
    public static List<UnusedOption> unusedOptions(
            Manifest manifest, Map<String, Object> configuration) {
        ConfigKeys keys = ConfigKeys.of(manifest.root().fields());
        return keys.unknownOf(configuration).stream()
                .filter(path -> !isMentioned(path.getLast(), manifest.root().fields()))
                .map(path ->
                        new UnusedOption(
                                path,
                                "The manifest has no option \"%s\", so this has no effect%s"
                                        .formatted(
                                                path.getLast(),
                                                NearestName.hint(
                                                        path.getLast(),
                                                        keys.unknown(path).orElseThrow().known()))))
                .toList();
    }

    /** Whether a template may ask for {@code key}: {@code config['key']}, {@code config.key}. */
    private static boolean isMentioned(String key, Object within) {
        return switch (within) {
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .filter(entry -> !SPECIFICATION.equals(entry.getKey()))
                            .anyMatch(entry ->
                                    entry.getValue() != null && isMentioned(key, entry.getValue()));
            case List<?> list ->
                    list.stream().anyMatch(item -> item != null && isMentioned(key, item));
            case String text ->
                    text.contains("config")
                            && Pattern.compile("(\\.|['\"])%s\\b".formatted(Pattern.quote(key)))
                                    .matcher(text)
                                    .find();
            default -> false;
        };
    }

    private static Map<String, Object> completed(Located.Mapping resolved) {
        Map<Object, Object> plain = new LinkedHashMap<>();
        if (resolved.value() instanceof Map<?, ?> value) {
            plain.putAll(value);
        }
        plain.putIfAbsent("type", "DeclarativeSource");
        return Manifest.completed(plain);
    }

    private static void check(
            Located.Mapping written, Optional<Path> folder, List<Finding> findings) {
        var references = new LocatedReferences(written, findings);
        Located.Mapping resolved = references.resolve();
        references.reportUnused();
        Map<String, Object> completed = completed(resolved);
        boolean fixed = completed.get("dynamic_streams") == null;
        new ComponentCheck(ConfigKeys.of(completed), fixed, findings).check(completed, resolved);
        new MeaningCheck(findings).check(completed, resolved);
        folder.ifPresent(
                place -> checkClasses(place, PythonClass.find(completed, resolved), findings));
    }

    /** Classes have to be in the file beside the manifest, where they are named so. */
    private static void checkClasses(
            Path folder, List<PythonClass> classes, List<Finding> findings) {
        Path file = folder.resolve(CustomComponents.FILE);
        Optional<String> code = Optional.empty();
        try {
            if (Files.exists(file)) {
                code = Optional.of(Files.readString(file));
            }
        } catch (IOException unreadable) {
            classes.stream()
                    .findFirst()
                    .ifPresent(first ->
                            findings.add(
                                    Finding.error(
                                            first.place(),
                                            "%s can't be read: %s"
                                                    .formatted(file, unreadable.getMessage()))));
            return;
        }
        for (PythonClass each : classes) {
            Optional<String> name = each.nameInFile();
            if (name.isPresent() && !(code.isPresent() && defines(code.get(), name.get()))) {
                findings.add(
                        Finding.error(
                                each.place(),
                                code.isPresent()
                                        ? "%s has no class %s."
                                                .formatted(CustomComponents.FILE, name.get())
                                        : "There is no %s beside the manifest, which would have the class %s."
                                                .formatted(CustomComponents.FILE, name.get())));
            }
        }
    }

    /** A class may also be imported, or made by a call. */
    private static boolean defines(String code, String name) {
        return Pattern.compile(
                        "^(class\\s+%1$s\\b|%1$s\\s*=|.*\\bimport\\b.*\\b%1$s\\b)"
                                .formatted(Pattern.quote(name)),
                        Pattern.MULTILINE)
                .matcher(code)
                .find();
    }
}
