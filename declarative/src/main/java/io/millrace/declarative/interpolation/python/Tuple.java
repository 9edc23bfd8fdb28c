package io.millrace.declarative.interpolation.python;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A Python tuple. It is a {@link List}, so that what reads sequences reads it too; what tells lists
 * from tuples has to ask for this type first.
 */
public final class Tuple extends AbstractList<@Nullable Object> implements RandomAccess {
    public static final Tuple EMPTY = new Tuple(List.of(), new @Nullable Object[0]);

    private final List<String> names;
    private final @Nullable Object[] items;

    private Tuple(List<String> names, @Nullable Object[] items) {
        this.names = names;
        this.items = items;
    }

    public static Tuple of(@Nullable Object... items) {
        return items.length == 0 ? EMPTY : new Tuple(List.of(), items.clone());
    }

    public static Tuple copyOf(List<? extends @Nullable Object> items) {
        return items.isEmpty() ? EMPTY : new Tuple(List.of(), items.toArray());
    }

    /** A tuple whose items can also be had as attributes, the n-th item by the n-th name. */
    public static Tuple named(List<String> names, @Nullable Object... items) {
        return new Tuple(List.copyOf(names), items.clone());
    }

    /** The position of the item with this name, or -1. */
    int position(String name) {
        return names.indexOf(name);
    }

    @Override
    public @Nullable Object get(int index) {
        return items[index];
    }

    @Override
    public int size() {
        return items.length;
    }

    /** Equality as Python has it, so that tuples serve as keys. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Tuple tuple && Comparison.sameItems(this, tuple);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (Object item : items) {
            hash = 31 * hash + Dicts.hash(item);
        }
        return hash;
    }
}
