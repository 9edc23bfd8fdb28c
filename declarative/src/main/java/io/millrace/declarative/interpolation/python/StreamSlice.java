package io.millrace.declarative.interpolation.python;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a stream that a request is for, as templates see it: a mapping of the partition's and
 * the cursor's keys, whose parts can also be had as attributes. It can't be changed.
 */
public final class StreamSlice extends AbstractMap<String, Object> implements PythonObject {
    public static final StreamSlice EMPTY = new StreamSlice(Map.of(), Map.of(), Map.of());

    private final Map<String, Object> partition;
    private final Map<String, Object> cursor;
    private final Map<String, Object> extraFields;
    private final Map<String, Object> all;

    /**
     * A slice of three mappings, which belong to it from then on. Fails with a value error if
     * partition and cursor share a key.
     */
    public StreamSlice(
            Map<String, Object> partition,
            Map<String, Object> cursor,
            Map<String, Object> extraFields) {
        if (!Collections.disjoint(partition.keySet(), cursor.keySet())) {
            throw PythonError.value(
                    "Keys for partition and incremental sync cursor should not overlap");
        }
        this.partition = partition;
        this.cursor = cursor;
        this.extraFields = extraFields;
        Map<String, Object> union = new LinkedHashMap<>(partition);
        union.putAll(cursor);
        this.all = Collections.unmodifiableMap(union);
    }

    public Map<String, Object> partition() {
        return partition;
    }

    public Map<String, Object> cursor() {
        return cursor;
    }

    public Map<String, Object> extraFields() {
        return extraFields;
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
        return all.entrySet();
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
        return all.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return all.containsKey(key);
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "partition", "_partition" -> partition;
            case "cursor_slice" -> cursor;
            case "extra_fields" -> extraFields;
            case "get" -> new BoundMethod(this, name, ContainerMethods::get);
            case "keys" ->
                    new BoundMethod(
                            this,
                            name,
                            (_, arguments) ->
                                    ContainerMethods.view(all, arguments, DictView.Kind.KEYS));
            case "values" ->
                    new BoundMethod(
                            this,
                            name,
                            (_, arguments) ->
                                    ContainerMethods.view(all, arguments, DictView.Kind.VALUES));
            case "items" ->
                    new BoundMethod(
                            this,
                            name,
                            (_, arguments) ->
                                    ContainerMethods.view(all, arguments, DictView.Kind.ITEMS));
            default -> Python.MISSING;
        };
    }

    @Override
    public String typeName() {
        return "StreamSlice";
    }

    @Override
    public boolean isTrue() {
        return !all.isEmpty() || !extraFields.isEmpty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Map<?, ?> map && all.equals(map);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }
}
