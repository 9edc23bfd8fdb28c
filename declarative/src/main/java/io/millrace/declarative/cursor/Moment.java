package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Datetime;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Zone;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * An instant, ordered as instants are. It remembers the offset that it was written with, since it
 * is printed on that wall clock.
 *
 * @param micros microseconds since 1970
 * @param offsetSeconds east of Greenwich
 */
record Moment(long micros, int offsetSeconds) implements Comparable<Moment> {
    static final long MICROS_PER_SECOND = 1_000_000;

    /** From the year 1 to the last microsecond of 9999, as Python's dates. */
    private static final long FIRST = -62_135_596_800L * MICROS_PER_SECOND;

    private static final long LAST = 253_402_300_800L * MICROS_PER_SECOND - 1;

    static Moment of(Datetime datetime) {
        Zone zone = datetime.zone();
        return new Moment(datetime.epochMicros(), zone == null ? 0 : zone.offsetSeconds());
    }

    static Moment of(Instant instant) {
        return new Moment(ChronoUnit.MICROS.between(Instant.EPOCH, instant), 0);
    }

    /** The moment at which a wall clock of that offset shows {@code local}. */
    static Moment of(LocalDateTime local, int offsetSeconds) {
        return checked(
                (local.toEpochSecond(ZoneOffset.UTC) - offsetSeconds) * MICROS_PER_SECOND
                        + local.get(ChronoField.MICRO_OF_SECOND),
                offsetSeconds);
    }

    private static Moment checked(long micros, int offsetSeconds) {
        long shown = micros + offsetSeconds * MICROS_PER_SECOND;
        if (shown < FIRST || shown > LAST) {
            throw PythonError.overflow("date value out of range");
        }
        return new Moment(micros, offsetSeconds);
    }

    /** What the wall clock shows. */
    LocalDateTime local() {
        long shown = micros + offsetSeconds * MICROS_PER_SECOND;
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(shown, MICROS_PER_SECOND),
                (int) Math.floorMod(shown, MICROS_PER_SECOND) * 1000,
                ZoneOffset.UTC);
    }

    Instant instant() {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    Datetime datetime() {
        Datetime utc = Datetime.utc(instant());
        return offsetSeconds == 0 ? utc : utc.in(Zone.ofOffset(offsetSeconds));
    }

    /** Fails with an overflow error beyond the years 1 to 9999. */
    Moment plus(Span span) {
        return switch (span) {
            case Span.Fixed fixed -> checked(add(micros, fixed.micros()), offsetSeconds);
            case Span.Calendar calendar -> calendar.after(this);
        };
    }

    /** Fails with an overflow error beyond the years 1 to 9999. */
    Moment minus(Span span) {
        return switch (span) {
            case Span.Fixed fixed -> checked(add(micros, -fixed.micros()), offsetSeconds);
            case Span.Calendar calendar -> calendar.before(this);
        };
    }

    /** Stays beyond the range rather than wrapping around into it. */
    private static long add(long micros, long difference) {
        long sum = micros + difference;
        return ((micros ^ sum) & (difference ^ sum)) >= 0
                ? sum
                : difference > 0 ? Long.MAX_VALUE / 2 : Long.MIN_VALUE / 2;
    }

    boolean isBefore(Moment other) {
        return micros < other.micros;
    }

    /** The later one; this if they are at the same instant, whatever their wall clocks. */
    Moment orLater(@Nullable Moment other) {
        return other != null && isBefore(other) ? other : this;
    }

    @Override
    public int compareTo(Moment other) {
        return Long.compare(micros, other.micros);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Moment moment && micros == moment.micros;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(micros);
    }
}
