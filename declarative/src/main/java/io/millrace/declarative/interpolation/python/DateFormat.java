package io.millrace.declarative.interpolation.python;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code strftime} as Python and the GNU C library have it in the C locale, and Python's {@code
 * strptime}.
 */
public final class DateFormat {
    private static final List<String> DAYS =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
    private static final List<String> MONTHS =
            List.of(
                    "January",
                    "February",
                    "March",
                    "April",
                    "May",
                    "June",
                    "July",
                    "August",
                    "September",
                    "October",
                    "November",
                    "December");

    /**
     * Formats come from manifests, so there are few; the bound is for templates that make formats
     * up.
     */
    private static final int CACHED_FORMATS = 1000;

    private static final Map<String, Reader> READERS = new ConcurrentHashMap<>();

    private DateFormat() {}

    static String print(Datetime datetime, String format) {
        return new Writer(datetime.local(), datetime.zone()).print(format, 0);
    }

    static String print(LocalDate date, String format) {
        return new Writer(date.atStartOfDay(), null).print(format, 0);
    }

    static String print(ClockTime time, String format) {
        return new Writer(LocalDate.of(1900, 1, 1).atTime(time.time()), time.zone())
                .print(format, 0);
    }

    /** {@code strftime} of an aware or naive datetime, for others than templates. */
    public static String strftime(Datetime datetime, String format) {
        return print(datetime, format);
    }

    /** {@code datetime.strptime(text, format)}. */
    public static Datetime parse(String text, String format) {
        Reader reader = READERS.get(format);
        if (reader == null) {
            reader = Reader.of(format);
            if (READERS.size() < CACHED_FORMATS) {
                READERS.put(format, reader);
            }
        }
        return reader.read(text);
    }

    private record Writer(LocalDateTime at, @Nullable Zone zone) {

        String print(String format, int depth) {
            var result = new StringBuilder();
            for (int i = 0; i < format.length(); i++) {
                char c = format.charAt(i);
                if (c != '%' || i + 1 == format.length()) {
                    result.append(c);
                    continue;
                }
                int start = i++;
                char flag = 0;
                while (i < format.length() && "_-0^#".indexOf(format.charAt(i)) >= 0) {
                    flag = format.charAt(i++);
                }
                int width = 0;
                while (i < format.length() && format.charAt(i) >= '0' && format.charAt(i) <= '9') {
                    width = width * 10 + format.charAt(i++) - '0';
                    Limits.checkSize(width);
                }
                if (i < format.length() && (format.charAt(i) == 'E' || format.charAt(i) == 'O')) {
                    i++;
                }
                String printed =
                        i < format.length()
                                ? directive(format.charAt(i), flag, width, depth)
                                : null;
                result.append(
                        printed != null
                                ? printed
                                : format.substring(start, Math.min(i + 1, format.length())));
            }
            return result.toString();
        }

        private @Nullable String directive(char code, char flag, int width, int depth) {
            LocalDate date = at.toLocalDate();
            int hour12 = at.getHour() % 12 == 0 ? 12 : at.getHour() % 12;
            return switch (code) {
                case 'a' -> text(dayName().substring(0, 3), flag, width);
                case 'A' -> text(dayName(), flag, width);
                case 'b', 'h' -> text(monthName().substring(0, 3), flag, width);
                case 'B' -> text(monthName(), flag, width);
                case 'c' -> text(print("%a %b %e %H:%M:%S %Y", depth + 1), flag, width);
                case 'C' -> number(at.getYear() / 100, 1, '0', flag, width);
                case 'd' -> number(at.getDayOfMonth(), 2, '0', flag, width);
                case 'D', 'x' -> text(print("%m/%d/%y", depth + 1), flag, width);
                case 'e' -> number(at.getDayOfMonth(), 2, ' ', flag, width);
                case 'f' -> "%06d".formatted(at.getNano() / 1000);
                case 'F' -> text(print("%Y-%m-%d", depth + 1), flag, width);
                case 'g' -> number(date.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0', flag, width);
                case 'G' -> number(date.get(IsoFields.WEEK_BASED_YEAR), 1, '0', flag, width);
                case 'H' -> number(at.getHour(), 2, '0', flag, width);
                case 'I' -> number(hour12, 2, '0', flag, width);
                case 'j' -> number(at.getDayOfYear(), 3, '0', flag, width);
                case 'k' -> number(at.getHour(), 2, ' ', flag, width);
                case 'l' -> number(hour12, 2, ' ', flag, width);
                case 'm' -> number(at.getMonthValue(), 2, '0', flag, width);
                case 'M' -> number(at.getMinute(), 2, '0', flag, width);
                case 'n' -> "\n";
                case 'p' ->
                        text(
                                flag == '#' ? halfDay().toLowerCase(Locale.ROOT) : halfDay(),
                                flag == '#' ? 0 : flag,
                                width);
                case 'P' -> text(halfDay().toLowerCase(Locale.ROOT), flag, width);
                case 'r' -> text(print("%I:%M:%S %p", depth + 1), flag, width);
                case 'R' -> text(print("%H:%M", depth + 1), flag, width);
                // The C library asks the machine for its zone here; ours is UTC, whatever the zone
                // of the value.
                case 's' -> Long.toString(at.toEpochSecond(ZoneOffset.UTC));
                case 'S' -> number(at.getSecond(), 2, '0', flag, width);
                case 't' -> "\t";
                case 'T', 'X' -> text(print("%H:%M:%S", depth + 1), flag, width);
                case 'u' -> number(at.getDayOfWeek().getValue(), 1, '0', flag, width);
                case 'U' ->
                        number(
                                (at.getDayOfYear() + 6 - at.getDayOfWeek().getValue() % 7) / 7,
                                2,
                                '0',
                                flag,
                                width);
                case 'V' ->
                        number(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', flag, width);
                case 'w' -> number(at.getDayOfWeek().getValue() % 7, 1, '0', flag, width);
                case 'W' ->
                        number(
                                (at.getDayOfYear() + 6 - (at.getDayOfWeek().getValue() + 6) % 7)
                                        / 7,
                                2,
                                '0',
                                flag,
                                width);
                case 'y' -> number(at.getYear() % 100, 2, '0', flag, width);
                // The C library doesn't pad years, unlike most others.
                case 'Y' -> number(at.getYear(), 1, '0', flag, width);
                case 'z' -> zone == null ? "" : Zone.offset(zone.offsetSeconds(), false);
                case 'Z' -> zone == null ? "" : zone.name();
                case '%' -> "%";
                default -> null;
            };
        }

        private String dayName() {
            return DAYS.get(at.getDayOfWeek().getValue() - 1);
        }

        private String monthName() {
            return MONTHS.get(at.getMonthValue() - 1);
        }

        private String halfDay() {
            return at.getHour() < 12 ? "AM" : "PM";
        }

        private static String text(String text, char flag, int width) {
            String result = flag == '^' || flag == '#' ? text.toUpperCase(Locale.ROOT) : text;
            String pad = flag == '0' ? "0" : " ";
            return result.length() < width ? pad.repeat(width - result.length()) + result : result;
        }

        private static String number(int number, int digits, char pad, char flag, int width) {
            String text = Integer.toString(number);
            int size = width > 0 ? width : digits;
            if (flag == '-' || text.length() >= size) {
                return text;
            }
            char filler = flag == '_' ? ' ' : flag == '0' ? '0' : pad;
            return Character.toString(filler).repeat(size - text.length()) + text;
        }
    }

    /** One format, made into a regular expression as Python makes it. */
    private record Reader(Pattern pattern, String directives, boolean isoWeeks) {

        static Reader of(String format) {
            var pattern = new StringBuilder();
            var directives = new StringBuilder();
            append(pattern, directives, format);
            return new Reader(
                    Pattern.compile(
                            pattern.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE),
                    directives.toString(),
                    directives.indexOf("G") >= 0);
        }

        private static void append(StringBuilder pattern, StringBuilder directives, String format) {
            for (int i = 0; i < format.length(); i++) {
                char c = format.charAt(i);
                if (Text.isSpace(c)) {
                    while (i + 1 < format.length() && Text.isSpace(format.charAt(i + 1))) {
                        i++;
                    }
                    pattern.append("\\s+");
                } else if (c != '%') {
                    pattern.append(Pattern.quote(Character.toString(c)));
                } else {
                    if (++i == format.length()) {
                        throw PythonError.value("stray %% in format '%s'".formatted(format));
                    }
                    directive(pattern, directives, format.charAt(i), format);
                }
            }
        }

        private static void directive(
                StringBuilder pattern, StringBuilder directives, char code, String format) {
            switch (code) {
                case 'c' -> append(pattern, directives, "%a %b %d %H:%M:%S %Y");
                case 'x' -> append(pattern, directives, "%m/%d/%y");
                case 'X' -> append(pattern, directives, "%H:%M:%S");
                case '%' -> pattern.append('%');
                default -> {
                    String expression =
                            switch (code) {
                                case 'd' -> "3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]";
                                case 'f' -> "[0-9]{1,6}";
                                case 'H' -> "2[0-3]|[0-1]\\d|\\d";
                                case 'I' -> "1[0-2]|0[1-9]|[1-9]";
                                case 'G', 'Y' -> "\\d\\d\\d\\d";
                                case 'j' ->
                                        "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]";
                                case 'm' -> "1[0-2]|0[1-9]|[1-9]";
                                case 'M' -> "[0-5]\\d|\\d";
                                case 'S' -> "6[0-1]|[0-5]\\d|\\d";
                                case 'U', 'W' -> "5[0-3]|[0-4]\\d|\\d";
                                case 'w' -> "[0-6]";
                                case 'u' -> "[1-7]";
                                case 'V' -> "5[0-3]|0[1-9]|[1-4]\\d|\\d";
                                case 'y' -> "\\d\\d";
                                case 'z' ->
                                        "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|(?-i:Z)";
                                case 'Z' -> "utc|gmt";
                                case 'a' ->
                                        DAYS.stream()
                                                .map(day -> day.substring(0, 3))
                                                .collect(Collectors.joining("|"));
                                case 'A' -> String.join("|", DAYS);
                                case 'b' ->
                                        MONTHS.stream()
                                                .map(month -> month.substring(0, 3))
                                                .collect(Collectors.joining("|"));
                                case 'B' -> String.join("|", MONTHS);
                                case 'p' -> "am|pm";
                                default ->
                                        throw PythonError.value(
                                                "'%c' is a bad directive in format '%s'"
                                                        .formatted(code, format));
                            };
                    if (directives.indexOf(Character.toString(code)) >= 0) {
                        throw new PythonError(
                                PythonError.Kind.PATTERN,
                                "redefinition of group name '%c'".formatted(code));
                    }
                    directives.append(code);
                    pattern.append("(?<")
                            .append(group(code))
                            .append('>')
                            .append(expression)
                            .append(')');
                }
            }
        }

        private static String group(char code) {
            return "g" + code;
        }

        private Datetime read(String text) {
            Matcher matcher = pattern.matcher(Text.asciiDigits(text));
            if (!matcher.lookingAt()) {
                throw PythonError.value("time data does not match format");
            }
            if (matcher.end() != text.length()) {
                throw PythonError.value("unconverted data remains");
            }
            int year = 1900;
            boolean yearGiven = false;
            int month = 1;
            int day = 1;
            int hour = 0;
            int minute = 0;
            int second = 0;
            int micros = 0;
            int weekday = -1;
            int dayOfYear = -1;
            int week = -1;
            char weekKind = 0;
            boolean afternoon = false;
            boolean halfDayGiven = false;
            Zone zone = null;
            for (int i = 0; i < directives.length(); i++) {
                char code = directives.charAt(i);
                String found = matcher.group(group(code));
                switch (code) {
                    case 'y' -> {
                        int twoDigits = Integer.parseInt(found);
                        year = twoDigits <= 68 ? 2000 + twoDigits : 1900 + twoDigits;
                        yearGiven = true;
                    }
                    case 'Y', 'G' -> {
                        year = Integer.parseInt(found);
                        yearGiven = true;
                    }
                    case 'm' -> month = Integer.parseInt(found);
                    case 'B' -> month = position(MONTHS, found);
                    case 'b' -> month = position(MONTHS, found);
                    case 'd' -> day = Integer.parseInt(found.strip());
                    case 'H' -> hour = Integer.parseInt(found);
                    case 'I' -> hour = Integer.parseInt(found);
                    case 'p' -> {
                        halfDayGiven = true;
                        afternoon = found.equalsIgnoreCase("pm");
                    }
                    case 'M' -> minute = Integer.parseInt(found);
                    case 'S' -> second = Integer.parseInt(found);
                    case 'f' -> micros = Integer.parseInt(found + "0".repeat(6 - found.length()));
                    case 'a', 'A' -> weekday = position(DAYS, found) - 1;
                    case 'w' -> weekday = (Integer.parseInt(found) + 6) % 7;
                    case 'u' -> weekday = Integer.parseInt(found) - 1;
                    case 'j' -> dayOfYear = Integer.parseInt(found);
                    case 'U', 'W', 'V' -> {
                        week = Integer.parseInt(found);
                        weekKind = code;
                    }
                    case 'z' -> zone = zone(found);
                    default -> {}
                }
            }
            if (directives.indexOf("I") >= 0 && directives.indexOf("H") < 0) {
                hour = hour % 12 + (halfDayGiven && afternoon ? 12 : 0);
            }
            checkWeeks(week, weekKind, weekday, dayOfYear, yearGiven);
            try {
                LocalDate date;
                if (week >= 0 && weekKind == 'V') {
                    date = isoWeek(year, week, weekday);
                } else if (week >= 0 && weekday >= 0 && dayOfYear < 0) {
                    date = weekOfYear(year, week, weekday, weekKind == 'W');
                } else if (dayOfYear > 0 && directives.indexOf("d") < 0) {
                    date = LocalDate.of(year, 1, 1).plusDays(dayOfYear - 1L);
                } else {
                    // Without a year, 29 February needs a leap year to stand in, and 1900 is none.
                    date = LocalDate.of(year, month, day);
                }
                return new Datetime(date.atTime(hour, minute, second, micros * 1000), zone);
            } catch (DateTimeException _) {
                throw PythonError.value("A part of the date is out of range.");
            }
        }

        private void checkWeeks(
                int week, char weekKind, int weekday, int dayOfYear, boolean yearGiven) {
            if (isoWeeks && (dayOfYear >= 0 || weekKind != 'V' || weekday < 0)) {
                throw PythonError.value(
                        "ISO year directive '%G' must be used with the ISO week directive '%V' and"
                                + " a weekday directive.");
            }
            if (week >= 0 && weekKind == 'V' && (!yearGiven || !isoWeeks)) {
                throw PythonError.value(
                        "ISO week directive '%V' must be used with the ISO year directive '%G' and"
                                + " a weekday directive.");
            }
        }

        private static LocalDate isoWeek(int year, int week, int weekday) {
            LocalDate fourth = LocalDate.of(year, 1, 4);
            return fourth.minusDays(fourth.getDayOfWeek().getValue() - 1L)
                    .plusWeeks(week - 1L)
                    .plusDays(weekday);
        }

        private static LocalDate weekOfYear(int year, int week, int weekday, boolean mondayFirst) {
            LocalDate first = LocalDate.of(year, 1, 1);
            int firstWeekday = first.getDayOfWeek().getValue() - 1;
            int start = mondayFirst ? firstWeekday : (firstWeekday + 1) % 7;
            int offset = mondayFirst ? weekday : (weekday + 1) % 7;
            long day = week == 0 ? offset - start : (7L - start) % 7 + (week - 1) * 7L + offset;
            return first.plus(day, ChronoUnit.DAYS);
        }

        private static int position(List<String> names, String found) {
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).regionMatches(true, 0, found, 0, 3)) {
                    return i + 1;
                }
            }
            throw new IllegalStateException("The pattern let pass what it can't have: " + found);
        }

        private static Zone zone(String text) {
            if (text.equals("Z")) {
                return Zone.UTC;
            }
            String digits = text.substring(1).replace(":", "");
            int point = digits.indexOf('.');
            String whole = point < 0 ? digits : digits.substring(0, point);
            int seconds =
                    Integer.parseInt(whole.substring(0, 2)) * 3600
                            + Integer.parseInt(whole.substring(2, 4)) * 60
                            + (whole.length() > 4 ? Integer.parseInt(whole.substring(4)) : 0);
            if (seconds >= 86_400) {
                throw PythonError.value("offset must be strictly between -24 and 24 hours");
            }
            return Zone.ofOffset(text.startsWith("-") ? -seconds : seconds);
        }
    }

    /**
     * {@code time.isoformat()} and its siblings live with their types; this is {@code
     * date.ctime()}.
     */
    static String ctime(LocalDate date, LocalTime time) {
        return new Writer(date.atTime(time), null).print("%a %b %e %H:%M:%S %Y", 0);
    }
}
