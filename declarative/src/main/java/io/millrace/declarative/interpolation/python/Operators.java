package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic operators on values of any type. */
public final class Operators {
    private Operators() {}

    /** {@code left + right}. */
    public static @Nullable Object add(@Nullable Object left, @Nullable Object right) {
        if (left instanceof String text && right instanceof String other) {
            Limits.checkSize((long) text.length() + other.length());
            return text + other;
        }
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.add(left, right);
        }
        refuseUndefined(left, right);
        if (left instanceof Markup || right instanceof Markup) {
            String text =
                    left instanceof Markup markup
                            ? markup.text()
                            : left instanceof String plain ? Markup.escape(plain) : null;
            String other =
                    right instanceof Markup markup
                            ? markup.text()
                            : right instanceof String plain ? Markup.escape(plain) : null;
            if (text != null && other != null) {
                Limits.checkSize((long) text.length() + other.length());
                return new Markup(text + other);
            }
        } else if (left instanceof List<?> list
                && right instanceof List<?> other
                && left instanceof Tuple == right instanceof Tuple) {
            Limits.checkSize((long) list.size() + other.size());
            List<Object> joined = new ArrayList<>(list.size() + other.size());
            joined.addAll(list);
            joined.addAll(other);
            return left instanceof Tuple ? Tuple.copyOf(joined) : joined;
        } else if (left instanceof Bytes bytes && right instanceof Bytes other) {
            var joined = new byte[bytes.size() + other.size()];
            System.arraycopy(bytes.content(), 0, joined, 0, bytes.size());
            System.arraycopy(other.content(), 0, joined, bytes.size(), other.size());
            return new Bytes(joined);
        }
        Object moved = addTime(left, right);
        if (moved == null) {
            moved = addTime(right, left);
        }
        if (moved != null) {
            return moved;
        }
        throw unsupported("+", left, right);
    }

    private static @Nullable Object addTime(@Nullable Object left, @Nullable Object right) {
        return switch (right) {
            case TimeDelta delta ->
                    switch (left) {
                        case TimeDelta other -> other.plus(delta);
                        case Datetime datetime -> datetime.plus(delta);
                        case LocalDate date -> plusDays(date, delta.days());
                        case CalendarDuration duration -> {
                            duration.checkWhole();
                            yield new CalendarDuration(
                                    duration.years(),
                                    duration.months(),
                                    duration.rest().plus(delta));
                        }
                        case null, default -> null;
                    };
            case CalendarDuration duration ->
                    switch (left) {
                        case CalendarDuration other -> other.plus(duration);
                        case Datetime datetime -> datetime.shift(duration, 1);
                        case LocalDate date ->
                                plusDays(shift(date, duration, 1), duration.rest().days());
                        case null, default -> null;
                    };
            case null, default -> null;
        };
    }

    private static LocalDate shift(LocalDate date, CalendarDuration duration, int direction) {
        YearMonth month = duration.shift(date.getYear(), date.getMonthValue(), direction);
        return month.atDay(Math.min(date.getDayOfMonth(), month.lengthOfMonth()));
    }

    private static LocalDate plusDays(LocalDate date, long days) {
        LocalDate moved = date.plusDays(days);
        if (moved.getYear() < 1 || moved.getYear() > 9999) {
            throw PythonError.overflow("date value out of range");
        }
        return moved;
    }

    /** {@code left - right}. */
    public static Object subtract(@Nullable Object left, @Nullable Object right) {
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.subtract(left, right);
        }
        refuseUndefined(left, right);
        Object difference =
                switch (right) {
                    case TimeDelta delta ->
                            switch (left) {
                                case TimeDelta other -> other.minus(delta);
                                case Datetime datetime -> datetime.plus(delta.negated());
                                // Python subtracts the days of the delta only, even where seconds
                                // make it nearly a day more.
                                case LocalDate date -> plusDays(date, -(long) delta.days());
                                case CalendarDuration duration ->
                                        new CalendarDuration(
                                                duration.years(),
                                                duration.months(),
                                                duration.rest().minus(delta));
                                case null, default -> null;
                            };
                    case CalendarDuration duration ->
                            switch (left) {
                                case CalendarDuration other -> other.plus(duration.negated());
                                case TimeDelta delta ->
                                        new CalendarDuration(
                                                        BigDecimal.ZERO, BigDecimal.ZERO, delta)
                                                .plus(duration.negated());
                                case Datetime datetime -> datetime.shift(duration, -1);
                                case LocalDate date ->
                                        plusDays(
                                                shift(date, duration, -1),
                                                -(long) duration.rest().days());
                                case null, default -> null;
                            };
                    case Datetime other ->
                            left instanceof Datetime datetime ? datetime.minus(other) : null;
                    case LocalDate other ->
                            left instanceof LocalDate date
                                    ? TimeDelta.ofDays(date.toEpochDay() - other.toEpochDay())
                                    : null;
                    case null, default -> null;
                };
        if (difference != null) {
            return difference;
        }
        if (((isSetLike(left) || isSetLike(right))
                        && Python.isIterable(left)
                        && Python.isIterable(right))
                || (left instanceof PythonSet
                        && (right instanceof PythonSet || right instanceof DictView))) {
            PythonSet rest = PythonSet.of(Python.iterate(left));
            for (Iterator<?> items = Python.iterate(right); items.hasNext(); ) {
                rest.remove(items.next());
            }
            return rest;
        }
        throw unsupported("-", left, right);
    }

    /**
     * Whether it is a view of a dict that subtracts like a set, from whatever can be gone through.
     */
    private static boolean isSetLike(@Nullable Object value) {
        return value instanceof DictView view && view.kind() != DictView.Kind.VALUES;
    }

    /** {@code left * right}. */
    public static Object multiply(@Nullable Object left, @Nullable Object right) {
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.multiply(left, right);
        }
        refuseUndefined(left, right);
        Object product = left == null || right == null ? null : repeat(left, right);
        if (product == null && left != null && right != null) {
            product = repeat(right, left);
        }
        if (product == null) {
            throw unsupported("*", left, right);
        }
        return product;
    }

    private static @Nullable Object repeat(Object value, Object count) {
        if (value instanceof TimeDelta delta && Numbers.isNumber(count)) {
            return delta.times(count);
        }
        if (!Numbers.isInteger(count)) {
            return null;
        }
        boolean sequence = Python.text(value) != null || value instanceof List<?>;
        if (sequence && count instanceof BigInteger) {
            throw PythonError.overflow("cannot fit 'int' into an index-sized integer");
        }
        return switch (value) {
            case String text -> Text.repeat(text, Numbers.clipped(count));
            case Markup markup -> new Markup(Text.repeat(markup.text(), Numbers.clipped(count)));
            case Tuple tuple -> Tuple.copyOf(repeat(tuple, Numbers.clipped(count)));
            case List<?> list -> repeat(list, Numbers.clipped(count));
            case CalendarDuration duration -> duration.times(Numbers.big(count));
            default -> null;
        };
    }

    private static List<Object> repeat(List<?> items, int count) {
        int times = Math.max(count, 0);
        Limits.checkSize((long) items.size() * times);
        List<Object> repeated = new ArrayList<>(items.size() * times);
        for (int i = 0; i < times && !items.isEmpty(); i++) {
            repeated.addAll(items);
        }
        return repeated;
    }

    /** {@code left / right}. */
    public static Object divide(@Nullable Object left, @Nullable Object right) {
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.divide(left, right);
        }
        refuseUndefined(left, right);
        if (left instanceof TimeDelta delta) {
            if (right instanceof TimeDelta other) {
                return Numbers.divide(
                        Numbers.normal(delta.micros()), Numbers.normal(other.micros()));
            }
            if (right != null && Numbers.isNumber(right)) {
                return delta.dividedBy(right);
            }
        }
        throw unsupported("/", left, right);
    }

    /** {@code left // right}. */
    public static Object floorDivide(@Nullable Object left, @Nullable Object right) {
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.floorDivide(left, right);
        }
        refuseUndefined(left, right);
        if (left instanceof TimeDelta delta) {
            if (right instanceof TimeDelta other) {
                return Numbers.floorDivide(
                        Numbers.normal(delta.micros()), Numbers.normal(other.micros()));
            }
            if (right != null && Numbers.isInteger(right)) {
                return TimeDelta.ofMicros(
                        Numbers.big(Numbers.floorDivide(Numbers.normal(delta.micros()), right)));
            }
        }
        throw unsupported("//", left, right);
    }

    /** {@code left % right}: a remainder, or text with its placeholders filled. */
    public static Object modulo(@Nullable Object left, @Nullable Object right) {
        if (left instanceof String text) {
            return PercentFormat.format(text, right);
        }
        if (left instanceof Markup markup) {
            return new Markup(PercentFormat.formatEscaped(markup.text(), right));
        }
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.modulo(left, right);
        }
        refuseUndefined(left, right);
        if (left instanceof TimeDelta delta && right instanceof TimeDelta other) {
            return TimeDelta.ofMicros(
                    Numbers.big(
                            Numbers.modulo(
                                    Numbers.normal(delta.micros()),
                                    Numbers.normal(other.micros()))));
        }
        throw unsupported("%", left, right);
    }

    /** {@code left ** right}. */
    public static Object power(@Nullable Object left, @Nullable Object right) {
        if (left != null && right != null && Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.power(left, right);
        }
        refuseUndefined(left, right);
        throw unsupported("** or pow()", left, right);
    }

    /** {@code -value}. */
    public static Object negate(@Nullable Object value) {
        if (value != null && Numbers.isNumber(value)) {
            return Numbers.negate(value);
        }
        return switch (value) {
            case TimeDelta delta -> delta.negated();
            case CalendarDuration duration -> duration.negated();
            case Undefined undefined -> throw undefined.failure();
            case null, default ->
                    throw PythonError.type(
                            "bad operand type for unary -: '%s'".formatted(Python.typeName(value)));
        };
    }

    /** {@code +value}. */
    public static Object plus(@Nullable Object value) {
        return switch (value) {
            case Double real -> real;
            case Undefined undefined -> throw undefined.failure();
            case TimeDelta delta -> delta;
            case null, default -> {
                if (value == null || !Numbers.isInteger(value)) {
                    throw PythonError.type(
                            "bad operand type for unary +: '%s'".formatted(Python.typeName(value)));
                }
                yield Numbers.normal(Numbers.big(value));
            }
        };
    }

    private static void refuseUndefined(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.failure();
        }
    }

    private static PythonError unsupported(
            String sign, @Nullable Object left, @Nullable Object right) {
        return PythonError.type(
                "unsupported operand type(s) for %s: '%s' and '%s'"
                        .formatted(sign, Python.typeName(left), Python.typeName(right)));
    }
}
