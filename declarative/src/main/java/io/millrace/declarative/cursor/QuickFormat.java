package io.millrace.declarative.cursor;

import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and prints the datetime formats that nearly all manifests use: {@code %Y %m %d %H %M %S %f
 * %z} with text between them. It knows only texts that are written as they are printed, and leaves
 * all others to Python's rules: what it doesn't understand may still be valid.
 */
final class QuickFormat {
    private static final String DIRECTIVES = "YmdHMSfz";

    /** Directives as capital letters of the format after {@code %}, and literals between them. */
    private final char[] codes;

    private final boolean[] isDirective;

    private QuickFormat(char[] codes, boolean[] isDirective) {
        this.codes = codes;
        this.isDirective = isDirective;
    }

    /** Empty for a format with other directives, or that doesn't tell the date. */
    static Optional<QuickFormat> of(String format) {
        String text = format.replace("%_ms", "%f");
        char[] codes = new char[text.length()];
        boolean[] isDirective = new boolean[text.length()];
        int size = 0;
        String seen = "";
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                c = ++i < text.length() ? text.charAt(i) : '%';
                // A fraction of unknown length has to be followed by something else than a digit.
                boolean glued = size > 0 && isDirective[size - 1] && codes[size - 1] == 'f';
                if (DIRECTIVES.indexOf(c) < 0 || seen.indexOf(c) >= 0 || (glued && c != 'z')) {
                    return Optional.empty();
                }
                seen += c;
                isDirective[size] = true;
            } else if (c > '~'
                    || (c >= '0' && c <= '9')
                    || (c <= ' ' && size > 0 && !isDirective[size - 1] && codes[size - 1] <= ' ')) {
                return Optional.empty();
            }
            codes[size++] = c;
        }
        return seen.contains("Y")
                ? Optional.of(
                        new QuickFormat(
                                Arrays.copyOf(codes, size), Arrays.copyOf(isDirective, size)))
                : Optional.empty();
    }

    /** What the text says; null if that takes more than this. */
    @Nullable Moment parse(String text) {
        int at = 0;
        int year = 0;
        int month = 1;
        int day = 1;
        int hour = 0;
        int minute = 0;
        int second = 0;
        int micros = 0;
        int offset = 0;
        int length = text.length();
        for (int i = 0; i < codes.length; i++) {
            char code = codes[i];
            if (!isDirective[i]) {
                if (at >= length || text.charAt(at++) != code) {
                    return null;
                }
                continue;
            }
            if (code == 'f') {
                int from = at;
                while (at < length && at - from < 6 && isDigit(text.charAt(at))) {
                    micros = micros * 10 + text.charAt(at++) - '0';
                }
                if (at == from) {
                    return null;
                }
                for (int digits = at - from; digits < 6; digits++) {
                    micros *= 10;
                }
                continue;
            }
            if (code == 'z') {
                if (at < length && text.charAt(at) == 'Z') {
                    at++;
                    continue;
                }
                int size = length - at >= 6 && text.charAt(at + 3) == ':' ? 6 : 5;
                int hours = length - at >= size ? number(text, at + 1, 2) : -1;
                int minutes = length - at >= size ? number(text, at + size - 2, 2) : -1;
                char sign = at < length ? text.charAt(at) : ' ';
                at += size;
                // More digits or a colon after it would be seconds.
                if (hours < 0
                        || hours > 23
                        || minutes < 0
                        || minutes > 59
                        || (sign != '+' && sign != '-')
                        || (at < length && (isDigit(text.charAt(at)) || text.charAt(at) == ':'))) {
                    return null;
                }
                offset = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
                continue;
            }
            int size = code == 'Y' ? 4 : 2;
            int number = number(text, at, size);
            at += size;
            if (number < 0) {
                return null;
            }
            switch (code) {
                case 'Y' -> year = number;
                case 'm' -> month = number;
                case 'd' -> day = number;
                case 'H' -> hour = number;
                case 'M' -> minute = number;
                default -> second = number;
            }
        }
        if (at != length
                || year < 1
                || month < 1
                || month > 12
                || day < 1
                || (day > 28 && day > YearMonth.of(year, month).lengthOfMonth())
                || hour > 23
                || minute > 59
                || second > 59) {
            return null;
        }
        long seconds =
                daysSinceEpoch(year, month, day) * 86_400
                        + (hour * 60L + minute) * 60
                        + second
                        - offset;
        return new Moment(seconds * Moment.MICROS_PER_SECOND + micros, offset);
    }

    /** The number in {@code size} digits; -1 if they aren't there. */
    private static int number(String text, int from, int size) {
        if (from + size > text.length()) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < from + size; i++) {
            char c = text.charAt(i);
            if (!isDigit(c)) {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long daysSinceEpoch(int year, int month, int day) {
        // Years that begin in March have the leap day at their end.
        int shifted = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(shifted, 400);
        int yearOfEra = shifted - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468;
    }

    /** The text of a moment on its wall clock. */
    String print(Moment moment) {
        LocalDateTime local = moment.local();
        var text = new StringBuilder(32);
        for (int i = 0; i < codes.length; i++) {
            if (!isDirective[i]) {
                text.append(codes[i]);
                continue;
            }
            switch (codes[i]) {
                case 'Y' -> text.append(local.getYear()); // never padded, as the C library
                case 'm' -> two(local.getMonthValue(), text);
                case 'd' -> two(local.getDayOfMonth(), text);
                case 'H' -> two(local.getHour(), text);
                case 'M' -> two(local.getMinute(), text);
                case 'S' -> two(local.getSecond(), text);
                case 'f' -> {
                    String digits = Integer.toString(local.get(ChronoField.MICRO_OF_SECOND));
                    text.repeat('0', 6 - digits.length()).append(digits);
                }
                default -> offset(moment.offsetSeconds(), text);
            }
        }
        return text.toString();
    }

    private static void offset(int seconds, StringBuilder text) {
        int size = Math.abs(seconds);
        text.append(seconds < 0 ? '-' : '+');
        two(size / 3600, text);
        two(size / 60 % 60, text);
        if (size % 60 != 0) {
            two(size % 60, text);
        }
    }

    private static void two(int number, StringBuilder text) {
        if (number < 10) {
            text.append('0');
        }
        text.append(number);
    }

    /**
     * Whether later moments of one offset, of years with four digits, have texts that sort later.
     */
    boolean isSorted() {
        String order = "YmdHMSf";
        int next = 0;
        for (int i = 0; i < codes.length; i++) {
            if (isDirective[i] && codes[i] != 'z' && codes[i] != order.charAt(next++)) {
                return false;
            }
        }
        return true;
    }
}
