package io.millrace.declarative.interpolation.python;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code datetime}: a date and a time of day to the microsecond, with a zone ("aware") or
 * without ("naive"). A naive one stands for UTC wherever Python would ask the machine for its zone,
 * so that results don't depend on the machine.
 */
public final class Datetime {
    private static final int LAST_YEAR = 9999;

    private final LocalDateTime local;
    private final @Nullable Zone zone;

    Datetime(LocalDateTime local, @Nullable Zone zone) {
        this.local = local.truncatedTo(ChronoUnit.MICROS);
        this.zone = zone;
        if (local.getYear() < 1 || local.getYear() > LAST_YEAR) {
            throw PythonError.overflow("date value out of range");
        }
    }

    /** The instant as an aware datetime in UTC. */
    public static Datetime utc(Instant instant) {
        return new Datetime(LocalDateTime.ofInstant(instant, ZoneOffset.UTC), Zone.UTC);
    }

    /** The wall clock. */
    public LocalDateTime local() {
        return local;
    }

    public @Nullable Zone zone() {
        return zone;
    }

    public Datetime in(Zone other) {
        int moved = other.offsetSeconds() - offsetSeconds();
        return new Datetime(local.plusSeconds(moved), other);
    }

    /** The same wall clock in another zone, or in none. */
    public Datetime labelled(@Nullable Zone other) {
        return new Datetime(local, other);
    }

    public boolean isNaive() {
        return zone == null;
    }

    private int offsetSeconds() {
        return zone == null ? 0 : zone.offsetSeconds();
    }

    int microsecond() {
        return local.get(ChronoField.MICRO_OF_SECOND);
    }

    public LocalDate date() {
        return local.toLocalDate();
    }

    /** Microseconds since 1970 in UTC. */
    public long epochMicros() {
        return (local.toEpochSecond(ZoneOffset.UTC) - offsetSeconds()) * 1_000_000L + microsecond();
    }

    /** {@code timestamp()}: seconds since 1970. */
    public double timestamp() {
        return (double) Numbers.divide(epochMicros(), 1_000_000L);
    }

    Datetime plus(TimeDelta delta) {
        try {
            return new Datetime(
                    local.plusDays(delta.days())
                            .plusSeconds(delta.seconds())
                            .plusNanos(delta.microseconds() * 1000L),
                    zone);
        } catch (DateTimeException _) {
            throw PythonError.overflow("date value out of range");
        }
    }

    /**
     * This, moved by years and months to the last day of the month where the day doesn't exist,
     * then by the rest.
     */
    Datetime shift(CalendarDuration duration, int direction) {
        YearMonth month = duration.shift(local.getYear(), local.getMonthValue(), direction);
        LocalDate day = month.atDay(Math.min(local.getDayOfMonth(), month.lengthOfMonth()));
        return new Datetime(day.atTime(local.toLocalTime()), zone)
                .plus(direction > 0 ? duration.rest() : duration.rest().negated());
    }

    TimeDelta minus(Datetime other) {
        if (isNaive() != other.isNaive()) {
            throw PythonError.type("can't subtract offset-naive and offset-aware datetimes");
        }
        return TimeDelta.ofMicros(epochMicros() - other.epochMicros());
    }

    int compare(Datetime other) {
        if (isNaive() != other.isNaive()) {
            throw PythonError.type("can't compare offset-naive and offset-aware datetimes");
        }
        return Long.compare(epochMicros(), other.epochMicros());
    }

    boolean same(Datetime other) {
        return isNaive() == other.isNaive() && epochMicros() == other.epochMicros();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Datetime datetime && same(datetime);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(epochMicros());
    }

    String isoFormat(String separator) {
        return "%04d-%02d-%02d%s%s%s"
                .formatted(
                        local.getYear(),
                        local.getMonthValue(),
                        local.getDayOfMonth(),
                        separator,
                        ClockTime.isoTime(local.toLocalTime()),
                        zone == null ? "" : Zone.offset(zone.offsetSeconds(), true));
    }

    /** {@code 2024-05-06 07:08:09+00:00}. */
    @Override
    public String toString() {
        return isoFormat(" ");
    }

    String repr() {
        List<String> parts = new ArrayList<>();
        for (int part :
                List.of(
                        local.getYear(),
                        local.getMonthValue(),
                        local.getDayOfMonth(),
                        local.getHour(),
                        local.getMinute())) {
            parts.add(Integer.toString(part));
        }
        if (local.getSecond() != 0 || local.getNano() != 0) {
            parts.add(Integer.toString(local.getSecond()));
        }
        if (local.getNano() != 0) {
            parts.add(Integer.toString(microsecond()));
        }
        if (zone != null) {
            parts.add("tzinfo=" + zone.repr());
        }
        return "datetime.datetime(%s)".formatted(String.join(", ", parts));
    }
}
