package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings the fields of one nested object to the top, unless one of them is there already.
 *
 * @param deleteOrigin whether the object goes from where it was
 * @param replaceRecord whether all else goes
 */
record DpathFlattenFields(
        List<InterpolatedString> path,
        boolean deleteOrigin,
        boolean replaceRecord,
        Optional<InterpolatedString> prefix,
        Optional<InterpolatedString> suffix)
        implements Transformation {

    static DpathFlattenFields compile(Definition definition, Compilation compilation) {
        Optional<Definition> keys = definition.find("key_transformation");
        return new DpathFlattenFields(
                compilation.strings(definition, "field_path"),
                definition.flag("delete_origin_value", false),
                definition.flag("replace_record", false),
                keys.flatMap(each -> compilation.findString(each, "prefix")),
                keys.flatMap(each -> compilation.findString(each, "suffix")));
    }

    @Override
    public void apply(Map<String, Object> record, Context variables) {
        List<@Nullable Object> segments = new ArrayList<>(path.size());
        for (InterpolatedString segment : path) {
            segments.add(segment.evaluate(variables));
        }
        if (!(find(record, segments) instanceof Map<?, ?> found)) {
            return;
        }
        Map<String, Object> extracted = renamed(found, variables);
        if (replaceRecord && !extracted.isEmpty()) {
            Fields.replaceAll(record, extracted);
        } else if (Collections.disjoint(extracted.keySet(), record.keySet())) {
            if (deleteOrigin) {
                Paths.delete(record, segments);
            }
            record.putAll(extracted);
        }
    }

    private static @Nullable Object find(Map<String, Object> record, List<?> segments) {
        if (!segments.contains("*")) {
            return Paths.get(record, segments);
        }
        List<?> values = Paths.values(record, segments);
        return values.isEmpty() ? Python.MISSING : values.getFirst();
    }

    private Map<String, Object> renamed(Map<?, ?> found, Context variables) {
        String before = text(prefix, variables);
        String behind = text(suffix, variables);
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(found.size());
        found.forEach((key, value) -> Fields.put(result, before + Fields.key(key) + behind, value));
        return result;
    }

    private static String text(Optional<InterpolatedString> template, Context variables) {
        Object value = template.isPresent() ? template.get().evaluate(variables) : null;
        return Python.isTrue(value) ? Python.str(value) : "";
    }
}
