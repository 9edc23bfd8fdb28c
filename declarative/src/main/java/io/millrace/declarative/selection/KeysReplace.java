package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.LinkedHashMap;
import java.util.Map;

/** Replaces a part of keys, in objects at every depth but not within lists. */
record KeysReplace(InterpolatedString old, InterpolatedString replacement)
        implements Transformation {

    static KeysReplace compile(Definition definition, Compilation compilation) {
        return new KeysReplace(
                compilation.string(definition, "old"), compilation.string(definition, "new"));
    }

    @Override
    public void apply(Map<String, Object> record, Context variables) {
        Context all = variables.with("record", record);
        Fields.replaceAll(
                record, renamed(record, old.evaluateText(all), replacement.evaluateText(all)));
    }

    private static Map<String, Object> renamed(Map<?, ?> fields, String from, String to) {
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(fields.size());
        fields.forEach((key, value) ->
                Fields.put(
                        result,
                        Fields.key(key).replace(from, to),
                        value instanceof Map<?, ?> nested ? renamed(nested, from, to) : value));
        return result;
    }
}
