package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Datetime;
import io.millrace.declarative.interpolation.python.IsoDates;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.TimeDelta;
import java.time.Duration;
import java.util.Objects;

/**
 * A duration of a manifest: fixed, or of years and months, whose length depends on where it starts.
 */
sealed interface Span {
    record Fixed(long micros) implements Span {
        static final Fixed MILLISECOND = new Fixed(1000);
        static final Fixed SECOND = new Fixed(Moment.MICROS_PER_SECOND);
        static final Fixed DAY = new Fixed(86_400 * Moment.MICROS_PER_SECOND);
    }

    /**
     * @param duration as {@link IsoDates#duration} makes it
     */
    record Calendar(Object duration) implements Span {
        Moment after(Moment moment) {
            return Moment.of(
                    (Datetime) Objects.requireNonNull(Operators.add(moment.datetime(), duration)));
        }

        Moment before(Moment moment) {
            return Moment.of((Datetime) Operators.subtract(moment.datetime(), duration));
        }
    }

    /** Reads an ISO-8601 duration. Fails with a value error if it is none. */
    static Span parse(String text) {
        Object duration = IsoDates.duration(text);
        return duration instanceof TimeDelta delta ? fixed(delta) : new Calendar(duration);
    }

    static Fixed of(Duration duration) {
        return new Fixed(duration.toNanos() / 1000);
    }

    private static Span fixed(TimeDelta delta) {
        try {
            return new Fixed(
                    Math.addExact(
                            Math.multiplyExact(
                                    delta.days() * 86_400L + delta.seconds(),
                                    Moment.MICROS_PER_SECOND),
                            delta.microseconds()));
        } catch (ArithmeticException _) {
            throw PythonError.overflow("duration is out of range");
        }
    }

    /** Whether nothing changes by it; such a duration counts as none at all. */
    default boolean isZero() {
        return this instanceof Fixed fixed && fixed.micros == 0;
    }
}
