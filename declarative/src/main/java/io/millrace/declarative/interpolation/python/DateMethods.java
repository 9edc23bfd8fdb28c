package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attributes and methods of dates, times and durations. The methods that would ask the machine for
 * the time ({@code now}, {@code today}) are missing on purpose: the macros have the clock.
 */
final class DateMethods {
    /** The proleptic Gregorian ordinal of 1970-01-01, where Java's count starts. */
    private static final long EPOCH_ORDINAL = 719_163;

    static final Map<String, Method> DATE =
            Map.ofEntries(
                    Map.entry(
                            "strftime",
                            (self, arguments) ->
                                    DateFormat.print(
                                            (LocalDate) self, format("strftime", arguments))),
                    Map.entry(
                            "isoformat",
                            none("isoformat", self -> Python.isoDate((LocalDate) self))),
                    Map.entry(
                            "weekday",
                            none(
                                    "weekday",
                                    self -> ((LocalDate) self).getDayOfWeek().getValue() - 1L)),
                    Map.entry(
                            "isoweekday",
                            none(
                                    "isoweekday",
                                    self -> (long) ((LocalDate) self).getDayOfWeek().getValue())),
                    Map.entry(
                            "isocalendar",
                            none("isocalendar", self -> isoCalendar((LocalDate) self))),
                    Map.entry(
                            "toordinal",
                            none(
                                    "toordinal",
                                    self -> ((LocalDate) self).toEpochDay() + EPOCH_ORDINAL)),
                    Map.entry(
                            "ctime",
                            none(
                                    "ctime",
                                    self ->
                                            DateFormat.ctime(
                                                    (LocalDate) self, LocalTime.MIDNIGHT))),
                    Map.entry(
                            "replace",
                            (self, arguments) -> {
                                @Nullable Object[] bound =
                                        arguments.bind("replace", 0, "year", "month", "day");
                                LocalDate date = (LocalDate) self;
                                return made(() ->
                                        checked(
                                                LocalDate.of(
                                                        or(bound[0], date.getYear()),
                                                        or(bound[1], date.getMonthValue()),
                                                        or(bound[2], date.getDayOfMonth()))));
                            }),
                    Map.entry(
                            "fromisoformat",
                            (_, arguments) -> {
                                arguments.checkPositional("fromisoformat", 1, 1);
                                Datetime parsed =
                                        IsoDates.parse(
                                                Python.requireText(
                                                        "fromisoformat: argument must be str",
                                                        arguments.get(0)));
                                return parsed.date();
                            }),
                    Map.entry(
                            "fromordinal",
                            (_, arguments) -> {
                                arguments.checkPositional("fromordinal", 1, 1);
                                return made(() ->
                                        checked(
                                                LocalDate.ofEpochDay(
                                                        Python.index(arguments.get(0))
                                                                - EPOCH_ORDINAL)));
                            }));

    static final Map<String, Method> DATETIME = datetimeTable();

    static final Map<String, Method> TIME =
            Map.of(
                    "strftime",
                            (self, arguments) ->
                                    DateFormat.print(
                                            (ClockTime) self, format("strftime", arguments)),
                    "isoformat",
                            (self, arguments) -> {
                                Object precision = arguments.bind("isoformat", 0, "timespec")[0];
                                ClockTime time = (ClockTime) self;
                                return isoTime(time.time(), precision)
                                        + (time.zone() == null
                                                ? ""
                                                : Zone.offset(time.zone().offsetSeconds(), true));
                            },
                    "replace",
                            (self, arguments) -> {
                                @Nullable Object[] bound =
                                        arguments.bind(
                                                "replace",
                                                0,
                                                "hour",
                                                "minute",
                                                "second",
                                                "microsecond",
                                                "tzinfo");
                                ClockTime time = (ClockTime) self;
                                return made(() ->
                                        new ClockTime(
                                                LocalTime.of(
                                                        or(bound[0], time.time().getHour()),
                                                        or(bound[1], time.time().getMinute()),
                                                        or(bound[2], time.time().getSecond()),
                                                        or(bound[3], time.microsecond()) * 1000),
                                                Python.isMissing(bound[4])
                                                        ? time.zone()
                                                        : zone(bound[4])));
                            });

    static final Map<String, Method> TIMEDELTA =
            Map.of(
                    "total_seconds",
                    none("total_seconds", self -> ((TimeDelta) self).totalSeconds()));

    static final Map<String, Method> DURATION =
            Map.of(
                    "total_seconds",
                    none("total_seconds", self -> ((CalendarDuration) self).rest().totalSeconds()),
                    "totimedelta",
                    (self, arguments) -> {
                        @Nullable Object[] bound = arguments.bind("totimedelta", 0, "start", "end");
                        Object start = Python.isMissing(bound[0]) ? null : bound[0];
                        Object end = Python.isMissing(bound[1]) ? null : bound[1];
                        if (start == null == (end == null)) {
                            throw PythonError.value("either start or end is required");
                        }
                        return start != null
                                ? Operators.subtract(Operators.add(start, self), start)
                                : Operators.subtract(end, Operators.subtract(end, self));
                    });

    static final Map<String, Method> ZONE =
            Map.of(
                    "tzname", (self, _) -> ((Zone) self).name(),
                    "utcoffset",
                            (self, _) ->
                                    TimeDelta.ofMicros(((Zone) self).offsetSeconds() * 1_000_000L));

    private DateMethods() {}

    private interface Getter {
        @Nullable Object of(Object self);
    }

    private interface Maker<T> {
        T make();
    }

    private static Method none(String name, Getter getter) {
        return (self, arguments) -> {
            arguments.checkPositional(name, 0, 0);
            return getter.of(self);
        };
    }

    private static <T> T made(Maker<T> maker) {
        try {
            return maker.make();
        } catch (DateTimeException _) {
            throw PythonError.value("A part of the date is out of range.");
        }
    }

    private static LocalDate checked(LocalDate date) {
        if (date.getYear() < 1 || date.getYear() > 9999) {
            throw PythonError.value("year %d is out of range".formatted(date.getYear()));
        }
        return date;
    }

    private static int or(@Nullable Object given, int otherwise) {
        return Python.isMissing(given) ? otherwise : Python.index(given);
    }

    private static @Nullable Zone zone(@Nullable Object value) {
        if (value == null || value instanceof Zone) {
            return (Zone) value;
        }
        throw PythonError.type(
                "tzinfo argument must be None or of a tzinfo subclass, not type '%s'"
                        .formatted(Python.typeName(value)));
    }

    private static String format(String name, Arguments arguments) {
        return Python.requireText(
                "%s() argument 1 must be str".formatted(name),
                arguments.bind(name, 1, "format")[0]);
    }

    private static Tuple isoCalendar(LocalDate date) {
        return Tuple.named(
                List.of("year", "week", "weekday"),
                (long) date.get(IsoFields.WEEK_BASED_YEAR),
                (long) date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR),
                (long) date.getDayOfWeek().getValue());
    }

    private static Map<String, Method> datetimeTable() {
        Map<String, Method> table = new HashMap<>();
        for (String shared : List.of("weekday", "isoweekday", "isocalendar", "toordinal")) {
            Method method = Objects.requireNonNull(DATE.get(shared));
            table.put(
                    shared, (self, arguments) -> method.call(((Datetime) self).date(), arguments));
        }
        table.put(
                "strftime",
                (self, arguments) ->
                        DateFormat.print((Datetime) self, format("strftime", arguments)));
        table.put("timestamp", none("timestamp", self -> ((Datetime) self).timestamp()));
        table.put("date", none("date", self -> ((Datetime) self).date()));
        table.put(
                "time",
                none("time", self -> new ClockTime(((Datetime) self).local().toLocalTime(), null)));
        table.put(
                "timetz",
                none(
                        "timetz",
                        self ->
                                new ClockTime(
                                        ((Datetime) self).local().toLocalTime(),
                                        ((Datetime) self).zone())));
        table.put(
                "ctime",
                none(
                        "ctime",
                        self ->
                                DateFormat.ctime(
                                        ((Datetime) self).date(),
                                        ((Datetime) self).local().toLocalTime())));
        table.put(
                "utcoffset",
                none(
                        "utcoffset",
                        self -> {
                            Zone zone = ((Datetime) self).zone();
                            return zone == null
                                    ? null
                                    : TimeDelta.ofMicros(zone.offsetSeconds() * 1_000_000L);
                        }));
        table.put(
                "dst",
                none(
                        "dst",
                        self -> {
                            Zone zone = ((Datetime) self).zone();
                            return zone != null && zone.equals(Zone.PYTZ_UTC)
                                    ? TimeDelta.ZERO
                                    : null;
                        }));
        table.put(
                "tzname",
                none(
                        "tzname",
                        self -> {
                            Zone zone = ((Datetime) self).zone();
                            return zone == null ? null : zone.name();
                        }));
        table.put("isoformat", DateMethods::isoFormat);
        table.put(
                "astimezone",
                (self, arguments) -> {
                    Object given = arguments.bind("astimezone", 0, "tz")[0];
                    Zone zone = Python.isMissing(given) ? Zone.UTC : zone(given);
                    return ((Datetime) self).in(zone == null ? Zone.UTC : zone);
                });
        table.put("replace", DateMethods::replace);
        table.put(
                "strptime",
                (_, arguments) -> {
                    arguments.checkPositional("strptime", 2, 2);
                    return DateFormat.parse(
                            Python.requireText(
                                    "strptime() argument 1 must be str", arguments.get(0)),
                            Python.requireText(
                                    "strptime() argument 2 must be str", arguments.get(1)));
                });
        table.put(
                "fromisoformat",
                (_, arguments) -> {
                    arguments.checkPositional("fromisoformat", 1, 1);
                    return IsoDates.parse(
                            Python.requireText(
                                    "fromisoformat: argument must be str", arguments.get(0)));
                });
        table.put(
                "fromtimestamp",
                (_, arguments) -> {
                    @Nullable Object[] bound =
                            arguments.bind("fromtimestamp", 1, "timestamp", "tz");
                    return fromTimestamp(
                            bound[0], Python.isMissing(bound[1]) ? null : zone(bound[1]));
                });
        table.put(
                "utcfromtimestamp",
                (_, arguments) -> {
                    arguments.checkPositional("utcfromtimestamp", 1, 1);
                    return fromTimestamp(arguments.get(0), null);
                });
        table.put(
                "combine",
                (_, arguments) -> {
                    arguments.checkPositional("combine", 2, 3);
                    if (!(arguments.get(0) instanceof LocalDate date)
                            || !(arguments.get(1) instanceof ClockTime time)) {
                        throw PythonError.type("combine() takes a date and a time");
                    }
                    return new Datetime(
                            date.atTime(time.time()),
                            arguments.count() > 2 ? zone(arguments.get(2)) : time.zone());
                });
        return Map.copyOf(table);
    }

    /**
     * A timestamp, rounded half to even on the microsecond, as a datetime in {@code zone}, or naive
     * in UTC.
     */
    static Datetime fromTimestamp(@Nullable Object timestamp, @Nullable Zone zone) {
        if (timestamp instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!Numbers.isNumber(timestamp) || timestamp == null) {
            throw PythonError.type(
                    "'%s' object cannot be interpreted as an integer"
                            .formatted(Python.typeName(timestamp)));
        }
        BigDecimal seconds;
        if (timestamp instanceof Double real) {
            if (Double.isNaN(real) || Double.isInfinite(real)) {
                throw PythonError.value("cannot convert float NaN or infinity to integer");
            }
            seconds = new BigDecimal(real).setScale(6, RoundingMode.HALF_EVEN);
        } else {
            seconds = new BigDecimal(Numbers.big(timestamp));
        }
        if (seconds.abs().compareTo(BigDecimal.valueOf(1_000_000_000_000L)) > 0) {
            throw PythonError.value("year is out of range");
        }
        long micros = seconds.movePointRight(6).longValueExact();
        Instant instant = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        try {
            Datetime utc = Datetime.utc(instant);
            return zone == null ? utc.labelled(null) : utc.in(zone);
        } catch (PythonError _) {
            throw PythonError.value("year is out of range");
        }
    }

    private static Object isoFormat(Object self, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("isoformat", 0, "sep", "timespec");
        String separator =
                Python.isMissing(bound[0])
                        ? "T"
                        : Python.requireText(
                                "isoformat() argument 1 must be a unicode character", bound[0]);
        if (Text.length(separator) != 1) {
            throw PythonError.type("isoformat() argument 1 must be a unicode character, not str");
        }
        Datetime datetime = (Datetime) self;
        Zone zone = datetime.zone();
        return Python.isoDate(datetime.date())
                + separator
                + isoTime(datetime.local().toLocalTime(), bound[1])
                + (zone == null ? "" : Zone.offset(zone.offsetSeconds(), true));
    }

    private static String isoTime(LocalTime time, @Nullable Object precision) {
        String kind =
                Python.isMissing(precision)
                        ? "auto"
                        : Python.requireText("isoformat() argument 2 must be str", precision);
        int micros = time.getNano() / 1000;
        return switch (kind) {
            case "auto" -> ClockTime.isoTime(time);
            case "hours" -> "%02d".formatted(time.getHour());
            case "minutes" -> "%02d:%02d".formatted(time.getHour(), time.getMinute());
            case "seconds" ->
                    "%02d:%02d:%02d".formatted(time.getHour(), time.getMinute(), time.getSecond());
            case "milliseconds" ->
                    "%02d:%02d:%02d.%03d"
                            .formatted(
                                    time.getHour(),
                                    time.getMinute(),
                                    time.getSecond(),
                                    micros / 1000);
            case "microseconds" ->
                    "%02d:%02d:%02d.%06d"
                            .formatted(time.getHour(), time.getMinute(), time.getSecond(), micros);
            default -> throw PythonError.value("Unknown timespec value");
        };
    }

    private static Object replace(Object self, Arguments arguments) {
        @Nullable Object[] bound =
                arguments.bind(
                        "replace",
                        0,
                        "year",
                        "month",
                        "day",
                        "hour",
                        "minute",
                        "second",
                        "microsecond",
                        "tzinfo",
                        "fold");
        Datetime datetime = (Datetime) self;
        LocalDateTime local = datetime.local();
        return made(() ->
                new Datetime(
                        checked(
                                        LocalDate.of(
                                                or(bound[0], local.getYear()),
                                                or(bound[1], local.getMonthValue()),
                                                or(bound[2], local.getDayOfMonth())))
                                .atTime(
                                        or(bound[3], local.getHour()),
                                        or(bound[4], local.getMinute()),
                                        or(bound[5], local.getSecond()),
                                        or(bound[6], datetime.microsecond()) * 1000),
                        Python.isMissing(bound[7]) ? datetime.zone() : zone(bound[7])));
    }

    static @Nullable Object field(LocalDate date, String name) {
        return switch (name) {
            case "year" -> (long) date.getYear();
            case "month" -> (long) date.getMonthValue();
            case "day" -> (long) date.getDayOfMonth();
            case "min" -> LocalDate.of(1, 1, 1);
            case "max" -> LocalDate.of(9999, 12, 31);
            case "resolution" -> TimeDelta.ofDays(1);
            default -> Python.MISSING;
        };
    }

    static @Nullable Object field(Datetime datetime, String name) {
        LocalDateTime local = datetime.local();
        return switch (name) {
            case "hour" -> (long) local.getHour();
            case "minute" -> (long) local.getMinute();
            case "second" -> (long) local.getSecond();
            case "microsecond" -> (long) datetime.microsecond();
            case "tzinfo" -> datetime.zone();
            case "fold" -> 0L;
            case "min" -> new Datetime(LocalDateTime.of(1, 1, 1, 0, 0), null);
            case "max" ->
                    new Datetime(LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000), null);
            case "resolution" -> new TimeDelta(0, 0, 1);
            default -> field(local.toLocalDate(), name);
        };
    }

    static @Nullable Object field(ClockTime time, String name) {
        return switch (name) {
            case "hour" -> (long) time.time().getHour();
            case "minute" -> (long) time.time().getMinute();
            case "second" -> (long) time.time().getSecond();
            case "microsecond" -> (long) time.microsecond();
            case "tzinfo" -> time.zone();
            default -> Python.MISSING;
        };
    }

    static @Nullable Object field(TimeDelta delta, String name) {
        return switch (name) {
            case "days" -> (long) delta.days();
            case "seconds" -> (long) delta.seconds();
            case "microseconds" -> (long) delta.microseconds();
            default -> Python.MISSING;
        };
    }

    static @Nullable Object field(CalendarDuration duration, String name) {
        return switch (name) {
            // These are decimals in the reference library, which print alike as long as they are
            // whole.
            case "years" -> decimal(duration.years());
            case "months" -> decimal(duration.months());
            case "tdelta" -> duration.rest();
            default -> field(duration.rest(), name);
        };
    }

    private static Object decimal(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0
                ? Numbers.normal(number.toBigInteger())
                : (Object) number.doubleValue();
    }
}
