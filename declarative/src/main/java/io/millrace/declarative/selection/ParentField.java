package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of a record that each item of a list in it gets a copy of.
 *
 * @param from where it stands in the record, without patterns; what isn't there is null
 * @param to where the item has it, without patterns
 */
record ParentField(List<@Nullable Object> from, List<@Nullable Object> to, String path) {

    static ParentField compile(Definition definition, Compilation compilation) {
        return new ParentField(
                // A number stands for a key as well as for a place in a list.
                path(definition, "parent_path", compilation).stream()
                        .<@Nullable Object>map(Python::str)
                        .toList(),
                path(definition, "record_path", compilation),
                definition.path());
    }

    private static List<@Nullable Object> path(
            Definition definition, String field, Compilation compilation) {
        List<@Nullable Object> path =
                Segments.evaluate(compilation.strings(definition, field), compilation.context());
        if (path.isEmpty() || path.stream().anyMatch(Segments::isPattern)) {
            throw definition.malformed(field, "a path of one field, without patterns");
        }
        return path;
    }

    void copy(Object parent, Object item) {
        Object value = Paths.get(parent, from);
        try {
            Paths.create(item, to, Python.isMissing(value) ? null : Copies.deep(value));
        } catch (PythonError error) {
            throw new ConfigurationFailure(
                    "The manifest can't put a field of a record to %s.record_path: items have another"
                                    .formatted(path)
                            + " value on the way there.",
                    String.valueOf(error.getMessage()),
                    error);
        }
    }
}
