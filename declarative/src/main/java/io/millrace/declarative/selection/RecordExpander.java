package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of the items of lists within a record.
 *
 * @param remain whether each carries a copy of the record that it stood in
 * @param emitParent what becomes of a record without items: it is given itself, or nothing
 */
record RecordExpander(
        List<InterpolatedString> path, Context context, boolean remain, boolean emitParent) {

    static RecordExpander compile(Definition definition, Compilation compilation) {
        String without = definition.findText("on_no_records").orElse("skip");
        if (!without.equals("skip") && !without.equals("emit_parent")) {
            throw definition.malformed("on_no_records", "skip or emit_parent");
        }
        return new RecordExpander(
                compilation.strings(definition, "expand_records_from_field"),
                compilation.context(),
                definition.flag("remain_original_record", false),
                without.equals("emit_parent"));
    }

    void expand(SourceRecord record, RecordSink sink) throws InterruptedException {
        if (!record.isObject() || path.isEmpty()) {
            sink.accept(record);
            return;
        }
        List<@Nullable Object> segments = new ArrayList<>(path.size());
        for (InterpolatedString segment : path) {
            segments.add(segment.evaluate(context));
        }
        boolean any = false;
        for (Object found : Paths.values(record.value(), segments)) {
            if (found instanceof List<?> items) {
                for (Object item : items) {
                    any = true;
                    sink.accept(SourceRecord.ofValue(expanded(item, record)));
                }
            }
        }
        if (!any && emitParent) {
            sink.accept(record);
        }
    }

    private @Nullable Object expanded(@Nullable Object item, SourceRecord record) {
        if (!remain && !Python.isDict(item)) {
            return item;
        }
        Map<Object, Object> copy = new LinkedHashMap<>();
        if (item instanceof Map<?, ?> fields) {
            copy.putAll(fields);
        } else {
            put(copy, "value", item);
        }
        if (remain) {
            put(copy, "original_record", Copies.deep(record.value()));
        }
        return copy;
    }

    @SuppressWarnings("NullAway") // null is None
    private static void put(Map<Object, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }
}
