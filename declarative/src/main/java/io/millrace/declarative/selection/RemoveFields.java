package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Removes what pointers with patterns lead to. With a condition the pointers don't count, but for
 * how many they are: every leaf of the record that the condition holds for goes, as manifests have
 * come to rely on.
 */
public record RemoveFields(List<List<Object>> pointers, Optional<InterpolatedBoolean> condition)
        implements Transformation {

    static RemoveFields compile(Definition definition, Compilation compilation) {
        return new RemoveFields(
                pointers(definition), compilation.findCondition(definition, "condition"));
    }

    /** The paths in {@code field_pointers}, also of a configuration's transformation. */
    public static List<List<Object>> pointers(Definition definition) {
        if (!(definition.value("field_pointers") instanceof List<?> written)) {
            throw definition.malformed("field_pointers", "a list of paths");
        }
        List<List<Object>> pointers = new ArrayList<>();
        for (Object pointer : written) {
            if (!(pointer instanceof List<?> segments)
                    || segments.stream().anyMatch(java.util.Objects::isNull)) {
                throw definition.malformed("field_pointers", "a list of lists of keys");
            }
            pointers.add(List.copyOf(segments));
        }
        return List.copyOf(pointers);
    }

    @Override
    public void apply(Map<String, Object> record, Context variables) {
        for (List<Object> pointer : pointers) {
            if (condition.isEmpty()) {
                Paths.delete(record, pointer);
            } else {
                Paths.deleteLeaves(
                        record, leaf -> condition.get().evaluate(variables.with("property", leaf)));
            }
        }
    }
}
