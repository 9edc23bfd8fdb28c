package io.millrace.declarative.interpolation.python;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code sorted(…)}. */
public final class Sorting {

    /** The key by which an item is sorted. */
    public interface Key {
        @Nullable Object of(@Nullable Object item);
    }

    private Sorting() {}

    /** The items in the order of their keys: stable in both directions, each key computed once. */
    public static List<Object> sorted(List<?> items, Key key, boolean reverse) {
        List<Object[]> keyed = new ArrayList<>(items.size());
        for (Object item : items) {
            keyed.add(new Object[] {key.of(item), item});
        }
        if (keyed.size() > 1) {
            Comparator<Object[]> order = (left, right) -> Comparison.compare(left[0], right[0]);
            try {
                keyed.sort(reverse ? order.reversed() : order);
            } catch (IllegalArgumentException _) {
                throw PythonError.value("The items have no consistent order.");
            }
        }
        List<Object> result = new ArrayList<>(items.size());
        for (Object[] pair : keyed) {
            result.add(pair[1]);
        }
        return result;
    }
}
