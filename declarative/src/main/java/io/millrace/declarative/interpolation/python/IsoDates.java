package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * ISO-8601 dates and durations, with the leniency of the libraries that the reference engine parses
 * them with (dateutil's isoparser, isodate's durations): any one character between date and time,
 * truncated fractions, 24:00, week dates.
 */
public final class IsoDates {
    private static final String NUMBER = "([0-9]+(?:[,.][0-9]+)?)";
    private static final Pattern DURATION =
            Pattern.compile(
                    "([+-])?P(?=[0-9A-Za-z_])(?:"
                            + NUMBER
                            + "Y)?(?:"
                            + NUMBER
                            + "M)?(?:"
                            + NUMBER
                            + "W)?(?:"
                            + NUMBER
                            + "D)?(?:T(?:"
                            + NUMBER
                            + "H)?(?:"
                            + NUMBER
                            + "M)?(?:"
                            + NUMBER
                            + "S)?)?\n?");
    private static final Pattern ALTERNATIVE_DATE =
            Pattern.compile("([0-9]{4})-?([0-9]{2})-?([0-9]{2})");
    private static final Pattern ALTERNATIVE_TIME =
            Pattern.compile("([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}(?:[,.][0-9]+)?))?)?");

    private final String text;

    private IsoDates(String text) {
        this.text = text;
    }

    /** Parses a date, or a date and a time; without a zone in the text, the result is naive. */
    public static Datetime parse(String text) {
        if (!text.chars().allMatch(c -> c < 128)) {
            throw PythonError.value("ISO-8601 strings should contain only ASCII characters");
        }
        try {
            return new IsoDates(text).parse();
        } catch (DateTimeException _) {
            throw PythonError.value("A part of the date is out of range.");
        }
    }

    private record Date(LocalDate date, int end) {}

    private Datetime parse() {
        // The common form is tried first, and its month and day are checked only when everything
        // was read.
        int[] common = common();
        Date date = common.length == 0 ? uncommon() : null;
        int end = date == null ? common[3] : date.end;
        int hour = 0;
        int minute = 0;
        int second = 0;
        int micros = 0;
        Zone zone = null;
        if (end < text.length()) {
            var time = new Time(text.substring(end + 1));
            time.read();
            hour = time.parts[0];
            minute = time.parts[1];
            second = time.parts[2];
            micros = time.parts[3];
            zone = time.zone;
        }
        LocalDate day = date == null ? LocalDate.of(common[0], common[1], common[2]) : date.date;
        boolean midnight = hour == 24;
        LocalDateTime local = day.atTime(midnight ? 0 : hour, minute, second, micros * 1000);
        return new Datetime(midnight ? local.plusDays(1) : local, zone);
    }

    /** Year, month, day and where they end; empty if the text isn't of this form. */
    private int[] common() {
        int[] none = {};
        int length = text.length();
        if (length < 4) {
            return none;
        }
        int year = number(0, 4);
        if (year < 0) {
            return none;
        }
        if (length == 4) {
            return new int[] {year, 1, 1, 4};
        }
        boolean separated = text.charAt(4) == '-';
        int at = separated ? 5 : 4;
        if (length - at < 2) {
            return none;
        }
        int month = number(at, at + 2);
        if (month < 0) {
            return none;
        }
        at += 2;
        if (at >= length) {
            return separated ? new int[] {year, month, 1, at} : none;
        }
        if (separated) {
            if (text.charAt(at) != '-') {
                return none;
            }
            at++;
        }
        if (length - at < 2) {
            return none;
        }
        int day = number(at, at + 2);
        return day < 0 ? none : new int[] {year, month, day, at + 2};
    }

    private Date uncommon() {
        if (text.length() < 4) {
            throw PythonError.value("ISO string too short");
        }
        int year = required(0, 4);
        boolean separated = text.length() > 4 && text.charAt(4) == '-';
        int at = separated ? 5 : 4;
        if (at < text.length() && text.charAt(at) == 'W') {
            int week = required(at + 1, at + 3);
            at += 3;
            int day = 1;
            if (text.length() > at) {
                if ((text.charAt(at) == '-') != separated) {
                    throw PythonError.value("Inconsistent use of dash separator");
                }
                at += separated ? 1 : 0;
                day = required(at, at + 1);
                at++;
            }
            if (week < 1 || week > 53 || day < 1 || day > 7) {
                throw PythonError.value("Invalid week or weekday");
            }
            LocalDate fourth = LocalDate.of(year, 1, 4);
            return new Date(
                    fourth.minusDays(fourth.getDayOfWeek().getValue() - 1L)
                            .plusDays((week - 1) * 7L + day - 1),
                    at);
        }
        if (text.length() - at < 3) {
            throw PythonError.value("Invalid ordinal day");
        }
        int dayOfYear = required(at, at + 3);
        return new Date(LocalDate.ofYearDay(year, dayOfYear), at + 3);
    }

    private int number(int start, int end) {
        return number(text, start, end);
    }

    private int required(int start, int end) {
        int number = number(start, end);
        if (number < 0) {
            throw PythonError.value("invalid literal for int()");
        }
        return number;
    }

    /**
     * What Python's {@code int()} makes of a part of the text, blanks and sign included; -1 if
     * nothing valid.
     */
    private static int number(String text, int start, int end) {
        if (start < end && end <= text.length() && areDigits(text, start, end)) {
            return Integer.parseInt(text, start, end, 10);
        }
        try {
            Object number =
                    Numbers.parseInteger(
                            text.substring(
                                    Math.min(start, text.length()), Math.min(end, text.length())),
                            10);
            return number instanceof Long value && value >= 0 && value <= Integer.MAX_VALUE
                    ? value.intValue()
                    : -1;
        } catch (PythonError _) {
            return -1;
        }
    }

    private static boolean areDigits(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return end - start < 10;
    }

    private static final class Time {
        private final String text;
        private final int[] parts = new int[4];
        private @Nullable Zone zone;

        private Time(String text) {
            this.text = text;
        }

        private void read() {
            if (text.length() < 2) {
                throw PythonError.value("ISO time too short");
            }
            boolean separated = false;
            int at = 0;
            for (int part = 0; at < text.length() && part < 5; part++) {
                if ("-+Zz".indexOf(text.charAt(at)) >= 0) {
                    zone = zone(text.substring(at));
                    at = text.length();
                    break;
                }
                if (part == 1 && text.charAt(at) == ':') {
                    separated = true;
                    at++;
                } else if (part == 2 && separated) {
                    if (text.charAt(at) != ':') {
                        throw PythonError.value("Inconsistent use of colon separator");
                    }
                    at++;
                }
                if (part < 3) {
                    parts[part] = number(text, at, at + 2);
                    if (parts[part] < 0) {
                        throw PythonError.value("invalid literal for int()");
                    }
                    at += 2;
                } else if (part == 3) {
                    at = fraction(at);
                }
            }
            if (at < text.length()) {
                throw PythonError.value("Unused components in ISO string");
            }
            if (parts[0] == 24 && (parts[1] != 0 || parts[2] != 0 || parts[3] != 0)) {
                throw PythonError.value("Hour may only be 24 at 24:00:00.000");
            }
        }

        private int fraction(int at) {
            if (text.charAt(at) != '.' && text.charAt(at) != ',') {
                return at;
            }
            int end = at + 1;
            while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
                end++;
            }
            if (end == at + 1) {
                return at;
            }
            String digits = text.substring(at + 1, Math.min(end, at + 7));
            parts[3] = Integer.parseInt(digits + "0".repeat(6 - digits.length()));
            return end;
        }

        private static Zone zone(String text) {
            if (text.equals("Z") || text.equals("z")) {
                return Zone.UTC;
            }
            if ((text.length() != 3 && text.length() != 5 && text.length() != 6)
                    || (text.charAt(0) != '+' && text.charAt(0) != '-')) {
                throw PythonError.value("Time zone offset must be 1, 3, 5 or 6 characters");
            }
            int hours = number(text, 1, 3);
            int minutes =
                    text.length() == 3
                            ? 0
                            : number(text, text.charAt(3) == ':' ? 4 : 3, text.length());
            if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
                throw PythonError.value("Invalid time zone offset");
            }
            int seconds = (hours * 60 + minutes) * 60;
            return Zone.ofOffset(text.charAt(0) == '-' ? -seconds : seconds);
        }
    }

    /**
     * Parses a duration: a {@link TimeDelta}, or a calendar duration where years or months are
     * named.
     */
    public static Object duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return alternativeDuration(text);
        }
        BigDecimal years = decimal(matcher, 2);
        BigDecimal months = decimal(matcher, 3);
        // The parts are floats in the reference, and sum up in microseconds, each rounded half to
        // even.
        BigDecimal days = real(matcher, 4).multiply(BigDecimal.valueOf(7)).add(real(matcher, 5));
        BigDecimal seconds =
                real(matcher, 6)
                        .multiply(BigDecimal.valueOf(3600))
                        .add(real(matcher, 7).multiply(BigDecimal.valueOf(60)))
                        .add(real(matcher, 8))
                        .add(days.multiply(BigDecimal.valueOf(86_400)));
        TimeDelta rest = TimeDelta.ofSeconds(seconds);
        boolean negative = "-".equals(matcher.group(1));
        if (years.signum() == 0 && months.signum() == 0) {
            return negative ? rest.negated() : rest;
        }
        var duration = new CalendarDuration(years, months, rest);
        return negative ? duration.negated() : duration;
    }

    private static BigDecimal decimal(Matcher matcher, int group) {
        String number = matcher.group(group);
        return number == null ? BigDecimal.ZERO : new BigDecimal(number.replace(',', '.'));
    }

    private static BigDecimal real(Matcher matcher, int group) {
        return new BigDecimal(decimal(matcher, group).doubleValue());
    }

    /** {@code PYYYY-MM-DDThh:mm:ss}. */
    private static Object alternativeDuration(String text) {
        int time = text.startsWith("P") ? text.indexOf('T') : -1;
        Matcher date = time < 0 ? null : ALTERNATIVE_DATE.matcher(text.substring(1, time));
        Matcher clock = time < 0 ? null : ALTERNATIVE_TIME.matcher(text.substring(time + 1));
        if (!text.startsWith("P")
                || date == null
                || clock == null
                || !date.matches()
                || !clock.matches()) {
            throw PythonError.value("Unable to parse duration string %s".formatted(Repr.of(text)));
        }
        try {
            LocalDate day =
                    LocalDate.of(
                            Integer.parseInt(date.group(1)),
                            Math.max(Integer.parseInt(date.group(2)), 1),
                            Math.max(Integer.parseInt(date.group(3)), 1));
            BigDecimal seconds =
                    BigDecimal.valueOf(day.getDayOfMonth() * 86_400L)
                            .add(decimal(clock, 1).multiply(BigDecimal.valueOf(3600)))
                            .add(decimal(clock, 2).multiply(BigDecimal.valueOf(60)))
                            .add(decimal(clock, 3).setScale(6, RoundingMode.DOWN));
            return new CalendarDuration(
                    BigDecimal.valueOf(day.getYear()),
                    BigDecimal.valueOf(day.getMonthValue()),
                    TimeDelta.ofSeconds(seconds));
        } catch (DateTimeException _) {
            throw PythonError.value("Unable to parse duration string %s".formatted(Repr.of(text)));
        }
    }
}
