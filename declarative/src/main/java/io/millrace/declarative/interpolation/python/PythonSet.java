package io.millrace.declarative.interpolation.python;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A Python set, in the order in which its items came; CPython's own order follows its hashes and is
 * nobody's contract.
 */
public final class PythonSet implements Iterable<@Nullable Object> {
    private final Map<Object, Object> items = new LinkedHashMap<>();

    static PythonSet of(Iterator<?> items) {
        var set = new PythonSet();
        items.forEachRemaining(set::add);
        return set;
    }

    /** Adds an item. Fails for one that can't be hashed. */
    void add(@Nullable Object item) {
        Dicts.put(items, item, true);
    }

    boolean contains(@Nullable Object item) {
        return Dicts.contains(items, item);
    }

    boolean remove(@Nullable Object item) {
        return !Python.isMissing(Dicts.remove(items, item));
    }

    @Nullable Object pop() {
        Iterator<@Nullable Object> iterator = iterator();
        if (!iterator.hasNext()) {
            throw new NoSuchElementException();
        }
        Object item = iterator.next();
        remove(item);
        return item;
    }

    void clear() {
        items.clear();
    }

    int size() {
        return items.size();
    }

    /**
     * The items; whole numbers come in ascending order, as they do in CPython as long as they are
     * few and small.
     */
    @Override
    public Iterator<@Nullable Object> iterator() {
        List<Object> sorted = new ArrayList<>(items.keySet());
        if (sorted.stream().allMatch(item -> item instanceof Long || item instanceof BigInteger)) {
            sorted.sort(Comparator.comparing(Numbers::big));
        }
        return sorted.iterator();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof PythonSet set) || set.size() != size()) {
            return false;
        }
        for (Object item : this) {
            if (!set.contains(item)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (Object item : this) {
            hash += Dicts.hash(item);
        }
        return hash;
    }
}
