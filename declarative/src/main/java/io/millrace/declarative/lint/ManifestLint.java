package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Located;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.manifest.YamlProblem;
import io.millrace.declarative.manifest.YamlText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds what is wrong with manifests: by their schema, and by their meaning. */
public final class ManifestLint {
    private ManifestLint() {}

    /** All findings of a manifest in YAML or JSON, in the order of the text. */
    public static List<Finding> check(String text) {
        List<Finding> findings = new ArrayList<>();
        try {
            check(YamlText.locate(text), findings);
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

    private static void check(Located document, List<Finding> findings) {
        if (!(document instanceof Located.Mapping written)) {
            findings.add(Finding.error(document.place(), "A manifest has to be an object."));
            return;
        }
        var references = new LocatedReferences(written, findings);
        Located.Mapping resolved = references.resolve();
        references.reportUnused();
        Map<Object, Object> plain = new LinkedHashMap<>();
        if (resolved.value() instanceof Map<?, ?> value) {
            plain.putAll(value);
        }
        plain.putIfAbsent("type", "DeclarativeSource");
        Map<String, Object> completed = Manifest.completed(plain);
        new ComponentCheck(findings).check(completed, resolved);
        new MeaningCheck(findings).check(completed, resolved);
    }
}
