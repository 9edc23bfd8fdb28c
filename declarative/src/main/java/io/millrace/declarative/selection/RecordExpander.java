package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of the items of lists within a record.
 *
 * @param merge whether each has the fields of the record that it stood in, where it has no such
 *     field itself
 * @param fields what each gets of that record, whatever it has itself
 * @param remain whether each carries a copy of that record
 * @param emitParent what becomes of a record without items: it is given itself, or nothing
 * @param cutOff lists that have more items than the record
 */
record RecordExpander(
        List<InterpolatedString> path,
        Context context,
        boolean merge,
        List<ParentField> fields,
        boolean remain,
        boolean emitParent,
        Optional<CutOffLists> cutOff) {

    static RecordExpander compile(
            Definition definition, Compilation compilation, CompleteLists lists) {
        String without = definition.findText("on_no_records").orElse("skip");
        if (!without.equals("skip") && !without.equals("emit_parent")) {
            throw definition.malformed("on_no_records", "skip or emit_parent");
        }
        return new RecordExpander(
                compilation.strings(definition, "expand_records_from_field"),
                compilation.context(),
                definition.flag("merge_parent", false),
                definition.children("parent_fields").stream()
                        .map(field -> ParentField.compile(field, compilation))
                        .toList(),
                definition.flag("remain_original_record", false),
                without.equals("emit_parent"),
                CutOffLists.compile(definition, compilation, lists));
    }

    void expand(SourceRecord record, RecordSink sink) throws InterruptedException {
        if (!record.isObject() || path.isEmpty()) {
            sink.accept(record);
            return;
        }
        List<@Nullable Object> segments = Segments.evaluate(path, context);
        Optional<Object> base = merge ? Optional.of(base(record, segments)) : Optional.empty();
        List<@Nullable Object> complete =
                cutOff.isPresent() ? cutOff.get().complete(record) : List.of();
        if (!complete.isEmpty()) {
            for (Object item : complete) {
                sink.accept(SourceRecord.ofValue(expanded(item, record, base)));
            }
            return;
        }
        boolean any = false;
        for (Object found : Paths.values(record.value(), segments)) {
            if (found instanceof List<?> items) {
                for (Object item : items) {
                    any = true;
                    sink.accept(SourceRecord.ofValue(expanded(item, record, base)));
                }
            }
        }
        if (!any && emitParent) {
            sink.accept(record);
        }
    }

    /** The record without the lists that are taken apart. */
    private static Object base(SourceRecord record, List<?> segments) {
        Object copy = Copies.deep(record.value());
        if (copy == null) {
            return Map.of();
        }
        Paths.removeLists(copy, segments);
        return copy;
    }

    private @Nullable Object expanded(
            @Nullable Object item, SourceRecord record, Optional<Object> base) {
        boolean carries = remain || merge || !fields.isEmpty();
        if (!carries && !Python.isDict(item)) {
            return item;
        }
        Map<Object, Object> copy = new LinkedHashMap<>();
        if (base.isPresent() && Copies.deep(base.get()) instanceof Map<?, ?> parent) {
            copy.putAll(parent);
        }
        if (item instanceof Map<?, ?> own) {
            copy.putAll(own);
        } else {
            put(copy, "value", item);
        }
        Object parent = record.value();
        if (parent != null) {
            fields.forEach(field -> field.copy(parent, copy));
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
