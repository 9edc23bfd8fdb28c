package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.record.SourceRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A {@code ParentStreamConfig}: how the records of a parent become partitions.
 *
 * @param parentKey where in a record the value of the partition is
 * @param field the key of the value in slices
 * @param incremental whether the parent is read from where it was left
 * @param lazyPath where in a record the first page of the child is; empty if it isn't there
 */
record ParentConfiguration(
        ParentStream stream,
        List<Object> parentKey,
        String field,
        Optional<RequestOption> option,
        boolean incremental,
        List<Object> lazyPath,
        List<ExtraField> extraFields) {
    private static final String PARENT_SLICE = "parent_slice";

    /** A value that a slice carries along without being told apart by it. */
    record ExtraField(String name, List<Object> path) {}

    static ParentConfiguration compile(
            Definition definition, ParentStreams parents, Compilation compilation) {
        List<Object> lazyPath = evaluate(definition, "lazy_read_pointer", compilation);
        if (definition.texts("lazy_read_pointer").stream().anyMatch(part -> part.contains("*"))) {
            throw definition.malformed("lazy_read_pointer", "a path without wildcards");
        }
        return new ParentConfiguration(
                parents.parent(definition.child("stream")),
                Paths.split(text(definition, "parent_key", compilation)),
                text(definition, "partition_field", compilation),
                definition
                        .find("request_option")
                        .map(option -> RequestOption.compile(option, compilation)),
                definition.flag("incremental_dependency", false),
                lazyPath,
                extraFields(definition, compilation));
    }

    private static String text(Definition definition, String field, Compilation compilation) {
        return compilation.string(definition, field).evaluateText(compilation.context());
    }

    private static List<Object> evaluate(
            Definition definition, String field, Compilation compilation) {
        List<Object> path = new ArrayList<>();
        for (InterpolatedString segment : compilation.strings(definition, field)) {
            path.add(orText(segment.evaluate(compilation.context())));
        }
        return path;
    }

    /** A segment of a path is a text or a number. */
    private static Object orText(@Nullable Object segment) {
        return segment instanceof Long ? segment : Python.str(segment);
    }

    private static List<ExtraField> extraFields(Definition definition, Compilation compilation) {
        Object value = definition.value("extra_fields");
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> paths)) {
            throw definition.malformed("extra_fields", "a list of paths");
        }
        List<ExtraField> fields = new ArrayList<>();
        for (Object written : paths) {
            if (!(written instanceof List<?> segments)) {
                throw definition.malformed("extra_fields", "a list of paths");
            }
            List<Object> path = new ArrayList<>();
            for (Object segment : segments) {
                path.add(
                        segment instanceof String template
                                ? orText(
                                        compilation
                                                .string(template, definition)
                                                .evaluate(compilation.context()))
                                : orText(segment));
            }
            fields.add(
                    new ExtraField(
                            path.stream().map(Python::str).collect(Collectors.joining(".")), path));
        }
        return fields;
    }

    /** The partition of a record of the parent; empty if the record has no value for it. */
    Optional<StreamSlice> slice(SourceRecord record, StreamSlice parentSlice) {
        Object value =
                parentKey.size() == 1 && Paths.isLiteral(parentKey.getFirst())
                        ? record.field((String) parentKey.getFirst())
                        : Paths.get(record.value(), parentKey);
        if (value == null || Python.isMissing(value)) {
            return Optional.empty();
        }
        Map<String, Object> partition = LinkedHashMap.newLinkedHashMap(2);
        partition.put(field, value);
        partition.put(PARENT_SLICE, parentSlice.partition());
        return Optional.of(
                new StreamSlice(
                        Collections.unmodifiableMap(partition), Map.of(), extraFields(record)));
    }

    private Map<String, Object> extraFields(SourceRecord record) {
        if (lazyPath.isEmpty() && extraFields.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(extraFields.size() + 1);
        if (!lazyPath.isEmpty()) {
            put(result, PartitionRouter.CHILD_RESPONSE, lookUp(record, lazyPath, List::of));
        }
        for (ExtraField extra : extraFields) {
            put(result, extra.name, lookUp(record, extra.path, () -> null));
        }
        return Collections.unmodifiableMap(result);
    }

    private static @Nullable Object lookUp(
            SourceRecord record, List<Object> path, Supplier<@Nullable Object> otherwise) {
        Object value = Paths.get(record.value(), path);
        return Python.isMissing(value) ? otherwise.get() : value;
    }

    @SuppressWarnings("NullAway") // a value may be None
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    /**
     * The state that the parent continues from, as the state of the child tells it (reference:
     * 8.8); empty if it starts afresh.
     */
    Map<String, Object> parentState(Map<String, Object> streamState) {
        if (!incremental || streamState.isEmpty()) {
            return Map.of();
        }
        if (streamState.get("parent_state") instanceof Map<?, ?> states
                && states.get(stream.name()) instanceof Map<?, ?> own) {
            return state(own);
        }
        if (streamState.get("state") instanceof Map<?, ?> global) {
            return state(global);
        }
        // A child that had a cursor of its own, and was given partitions later.
        List<Object> values =
                streamState.entrySet().stream()
                        .filter(entry -> !entry.getKey().equals(NO_CURSOR))
                        .map(Map.Entry::getValue)
                        .toList();
        return values.size() == 1
                        && (values.getFirst() instanceof String
                                || values.getFirst() instanceof Number)
                ? stream.cursorField()
                        .map(cursor -> Map.of(cursor, values.getFirst()))
                        .orElse(Map.of())
                : Map.of();
    }

    /** Marks the state of a stream that has no cursor. */
    private static final String NO_CURSOR = "__ab_no_cursor_state_message";

    private static Map<String, Object> state(Map<?, ?> map) {
        Map<String, Object> state = new LinkedHashMap<>();
        map.forEach((key, value) -> put(state, Python.str(key), value));
        return state;
    }
}
