package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code ==} and its orderings. */
public final class Comparison {

    /** The orderings, for messages and for the answer to a three-way comparison. */
    public enum Ordering {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">=");

        private final String sign;

        Ordering(String sign) {
            this.sign = sign;
        }

        boolean holds(int comparison) {
            return switch (this) {
                case LESS -> comparison < 0;
                case LESS_OR_EQUAL -> comparison <= 0;
                case GREATER -> comparison > 0;
                case GREATER_OR_EQUAL -> comparison >= 0;
            };
        }
    }

    /** The answer of {@link #three} about a NaN: no ordering holds. */
    private static final int UNORDERED = Integer.MIN_VALUE;

    private Comparison() {}

    /** {@code left == right}. */
    public static boolean equal(@Nullable Object left, @Nullable Object right) {
        return equal(left, right, 0);
    }

    private static boolean equal(@Nullable Object left, @Nullable Object right, int depth) {
        if (left == null || right == null) {
            return left == null && right == null;
        }
        if (left instanceof String text) {
            return right instanceof String other
                    ? text.equals(other)
                    : right instanceof Markup markup && text.equals(markup.text());
        }
        if (Numbers.isNumber(left)) {
            return Numbers.isNumber(right) && Numbers.compare(left, right) == 0;
        }
        if (depth > Limits.DEPTH) {
            throw new PythonError(
                    PythonError.Kind.RECURSION, "maximum recursion depth exceeded in comparison");
        }
        return switch (left) {
            case Markup markup -> equal(markup.text(), right, depth);
            case Tuple tuple -> right instanceof Tuple other && sameItems(tuple, other, depth);
            case List<?> list ->
                    right instanceof List<?> other
                            && !(right instanceof Tuple)
                            && sameItems(list, other, depth);
            case Map<?, ?> map ->
                    right instanceof Map<?, ?> other && sameEntries(map, other, depth);
            case DictView view ->
                    (right instanceof DictView other && sameViews(view, other))
                            || (right instanceof PythonSet set && sameSet(view, set));
            case PythonSet set ->
                    right instanceof DictView view ? sameSet(view, set) : set.equals(right);
            case Datetime datetime -> right instanceof Datetime other && datetime.same(other);
            default -> left.equals(right);
        };
    }

    static boolean sameItems(List<?> left, List<?> right) {
        return sameItems(left, right, 0);
    }

    private static boolean sameItems(List<?> left, List<?> right, int depth) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!same(left.get(i), right.get(i), depth + 1)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Equality of elements: containers hold one object for equal to itself, which matters for NaN.
     */
    @SuppressWarnings("ReferenceEquality")
    static boolean same(@Nullable Object left, @Nullable Object right, int depth) {
        return left == right || equal(left, right, depth);
    }

    private static boolean sameEntries(Map<?, ?> left, Map<?, ?> right, int depth) {
        if (left.size() != right.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            Object other = Dicts.find(right, entry.getKey());
            if (Python.isMissing(other) || !same(entry.getValue(), other, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameViews(DictView left, DictView right) {
        if (left.kind() == DictView.Kind.VALUES || right.kind() == DictView.Kind.VALUES) {
            return left.equals(right);
        }
        if (left.size() != right.size()) {
            return false;
        }
        for (Object item : left) {
            if (!right.contains(item)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameSet(DictView view, PythonSet set) {
        if (view.kind() == DictView.Kind.VALUES || view.size() != set.size()) {
            return false;
        }
        for (Object item : view) {
            if (!set.contains(item)) {
                return false;
            }
        }
        return true;
    }

    /** {@code left < right} and its siblings. Fails for types that have no order. */
    public static boolean ordered(
            Ordering ordering, @Nullable Object left, @Nullable Object right) {
        if ((left instanceof PythonSet || left instanceof DictView)
                && !(right instanceof Undefined)) {
            return orderedSets(ordering, left, right);
        }
        int comparison = three(ordering.sign, left, right, 0);
        return comparison != UNORDERED && ordering.holds(comparison);
    }

    /**
     * Less than zero, zero or more than zero as {@code left} comes before, with or after {@code
     * right}: for sorting.
     */
    public static int compare(@Nullable Object left, @Nullable Object right) {
        return ordered(Ordering.LESS, left, right)
                ? -1
                : ordered(Ordering.LESS, right, left) ? 1 : 0;
    }

    private static int three(
            String sign, @Nullable Object left, @Nullable Object right, int depth) {
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return (left instanceof Double x && x.isNaN())
                            || (right instanceof Double y && y.isNaN())
                    ? UNORDERED
                    : Numbers.compare(left, right);
        }
        String text = Python.text(left);
        String other = Python.text(right);
        if (text != null && other != null) {
            return Text.compare(text, other);
        }
        if (depth > Limits.DEPTH) {
            throw new PythonError(
                    PythonError.Kind.RECURSION, "maximum recursion depth exceeded in comparison");
        }
        if (left instanceof List<?> x
                && right instanceof List<?> y
                && left instanceof Tuple == right instanceof Tuple) {
            for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
                if (!same(x.get(i), y.get(i), depth + 1)) {
                    return three(sign, x.get(i), y.get(i), depth + 1);
                }
            }
            return Integer.compare(x.size(), y.size());
        }
        if (left instanceof Datetime x && right instanceof Datetime y) {
            return x.compare(y);
        }
        if (left instanceof LocalDate x && right instanceof LocalDate y) {
            return x.compareTo(y);
        }
        if (left instanceof TimeDelta x && right instanceof TimeDelta y) {
            return x.micros().compareTo(y.micros());
        }
        if (left instanceof ClockTime x && right instanceof ClockTime y) {
            return x.time().compareTo(y.time());
        }
        if (left instanceof Bytes x && right instanceof Bytes y) {
            return Arrays.compareUnsigned(x.content(), y.content());
        }
        if (left instanceof Datetime || right instanceof Datetime) {
            throw PythonError.type(
                    "can't compare %s to %s"
                            .formatted(Python.typeName(left), Python.typeName(right)));
        }
        throw PythonError.type(
                "'%s' not supported between instances of '%s' and '%s'"
                        .formatted(sign, Python.typeName(left), Python.typeName(right)));
    }

    private static boolean orderedSets(Ordering ordering, Object left, @Nullable Object right) {
        if (!(right instanceof PythonSet) && !(right instanceof DictView)) {
            throw PythonError.type(
                    "'%s' not supported between instances of '%s' and '%s'"
                            .formatted(
                                    ordering.sign, Python.typeName(left), Python.typeName(right)));
        }
        int size = Python.length(left);
        int otherSize = Python.length(right);
        return switch (ordering) {
            case LESS -> size < otherSize && within(left, right);
            case LESS_OR_EQUAL -> size <= otherSize && within(left, right);
            case GREATER -> size > otherSize && within(right, left);
            case GREATER_OR_EQUAL -> size >= otherSize && within(right, left);
        };
    }

    private static boolean within(Object part, Object whole) {
        for (Iterator<?> items = Python.iterate(part); items.hasNext(); ) {
            if (!Python.contains(whole, items.next())) {
                return false;
            }
        }
        return true;
    }

    /** Compares a whole number with a float exactly, as Python does. */
    static int compareExactly(BigInteger integer, double real) {
        if (Double.isInfinite(real)) {
            return real > 0 ? -1 : 1;
        }
        return new BigDecimal(integer).compareTo(new BigDecimal(real));
    }
}
