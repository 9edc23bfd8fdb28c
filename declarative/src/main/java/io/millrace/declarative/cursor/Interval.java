package io.millrace.declarative.cursor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A range of the cursor that has been read completely.
 *
 * @param mostRecent the highest value of the records in it; null if there were none
 */
record Interval<V>(V start, V end, @Nullable V mostRecent) {

    /** The value that tells how far it was read: that of a record, as long as there was one. */
    V reached() {
        return mostRecent != null ? mostRecent : start;
    }

    /**
     * In order, and those that touch put together.
     *
     * @param next the value after another one: ranges touch if nothing lies between them
     */
    static <V> List<Interval<V>> merge(
            List<Interval<V>> intervals, Comparator<? super V> order, UnaryOperator<V> next) {
        if (intervals.size() < 2) {
            return intervals;
        }
        List<Interval<V>> sorted = new ArrayList<>(intervals);
        sorted.sort(
                Comparator.<Interval<V>, V>comparing(Interval::start, order)
                        .thenComparing(Interval::end, order));
        List<Interval<V>> merged = new ArrayList<>();
        Interval<V> last = sorted.getFirst();
        BinaryOperator<V> highest = BinaryOperator.maxBy(order);
        for (Interval<V> interval : sorted.subList(1, sorted.size())) {
            if (order.compare(next.apply(last.end), interval.start) >= 0) {
                last =
                        new Interval<>(
                                last.start,
                                highest.apply(last.end, interval.end),
                                later(last.mostRecent, interval.mostRecent, highest));
            } else {
                merged.add(last);
                last = interval;
            }
        }
        merged.add(last);
        return merged;
    }

    private static <V> @Nullable V later(
            @Nullable V one, @Nullable V other, BinaryOperator<V> highest) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return highest.apply(other, one);
    }
}
