package io.millrace.protocol.json;

import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.Timestamps;

/**
 * Reads dates and times as lenient as the protocol asks for (reference: protocol 3.3.3): the parts
 * of a date apart by {@code -}, {@code /}, {@code .} or a space, a {@code T} or a space before the
 * time, up to nine decimals and more, offsets with and without colon and minutes, {@code BC}, years
 * with a sign, {@code infinity}, 24:00. A date alone is a timestamp at midnight; years have at
 * least four digits, since a shorter one could be a day or a month. One thread.
 */
final class TemporalParser {
    /** No such date or time: between everything that is one. */
    static final long INVALID = Long.MIN_VALUE / 2;

    /** A date or time that 32 bits of days or 64 bits of microseconds can't tell. */
    static final long OUT_OF_RANGE = INVALID + 1;

    private static final long FIRST_DAY = Timestamps.MIN_MICROS / TemporalFormatter.MICROS_PER_DAY;

    /** The day after 294276-12-31, PostgreSQL's last. */
    private static final long END_DAY = daysOf(294_277, 1, 1);

    private static final int MAX_YEAR_DIGITS = 9;
    private static final int MAX_OFFSET_SECONDS = 57_599;

    private byte[] in = new byte[0];
    private int at;
    private int end;
    private boolean truncated;
    private long written;

    private int year;
    private boolean signed;
    private int month;
    private int day;

    /** Whether the last value had decimals behind the microseconds, which are gone. */
    boolean truncated() {
        return truncated;
    }

    /** Days since 1970, or {@link #INVALID} or {@link #OUT_OF_RANGE}. */
    long date(byte[] source, int from, int to) {
        begin(source, from, to);
        int infinity = infinity();
        if (infinity != 0) {
            return infinity > 0 ? Timestamps.DATE_INFINITY : Timestamps.DATE_NEGATIVE_INFINITY;
        }
        if (!scanDate()) {
            return INVALID;
        }
        long days = finishDate();
        if (days == INVALID) {
            return INVALID;
        }
        return Math.abs(days) >= Timestamps.DATE_INFINITY ? OUT_OF_RANGE : days;
    }

    /** Microseconds since midnight, whatever offset follows; or {@link #INVALID}. */
    long time(byte[] source, int from, int to) {
        begin(source, from, to);
        long micros = scanTime();
        if (micros == INVALID || scanOffset() == INVALID || at != end) {
            return INVALID;
        }
        return micros;
    }

    /** A time with offset as {@link ColumnType.TimeTz} encodes it, UTC without one. */
    long timeTz(byte[] source, int from, int to) {
        begin(source, from, to);
        long micros = scanTime();
        if (micros == INVALID) {
            return INVALID;
        }
        long offset = scanOffset();
        if (offset == INVALID || at != end) {
            return INVALID;
        }
        return ColumnType.TimeTz.encode(micros, (int) offset);
    }

    /**
     * Microseconds since 1970, or {@link #INVALID} or {@link #OUT_OF_RANGE}.
     *
     * @param utc whether an offset counts; else it is dropped, and the clock's time stays
     */
    long timestamp(byte[] source, int from, int to, boolean utc) {
        begin(source, from, to);
        int infinity = infinity();
        if (infinity != 0) {
            return infinity > 0 ? Timestamps.INFINITY : Timestamps.NEGATIVE_INFINITY;
        }
        if (!scanDate()) {
            return INVALID;
        }
        long ofDay = 0;
        long offset = 0;
        if (beginsTime()) {
            ofDay = scanTime();
            if (ofDay == INVALID) {
                return INVALID;
            }
            offset = scanOffset();
            if (offset == INVALID) {
                return INVALID;
            }
        }
        long days = finishDate();
        if (days == INVALID) {
            return INVALID;
        }
        if (days < FIRST_DAY || days >= END_DAY) {
            return OUT_OF_RANGE;
        }
        // Wraps around beyond the year 294247, as PostgreSQL's instants do in our columns.
        long micros = days * TemporalFormatter.MICROS_PER_DAY + ofDay;
        if (utc) {
            micros -= offset * 1_000_000;
        }
        boolean before = days <= FIRST_DAY && micros < Timestamps.MIN_MICROS;
        if (before || micros == Timestamps.INFINITY || micros == Timestamps.NEGATIVE_INFINITY) {
            return OUT_OF_RANGE;
        }
        return micros;
    }

    /**
     * Whether the text is a moment as {@link TemporalFormatter#timestamp} writes it, in UTC, to the
     * second and of a year of four digits: {@code 2024-02-29T10:00:00Z}. The moment is {@link
     * #written}.
     */
    boolean isWritten(byte[] source, int from, int to) {
        if (to - from != 20
                || source[from + 4] != '-'
                || source[from + 7] != '-'
                || source[from + 10] != 'T'
                || source[from + 13] != ':'
                || source[from + 16] != ':'
                || source[from + 19] != 'Z') {
            return false;
        }
        int century = pair(source, from);
        int ofCentury = pair(source, from + 2);
        int ofYear = pair(source, from + 5);
        int ofMonth = pair(source, from + 8);
        int hour = pair(source, from + 11);
        int minute = pair(source, from + 14);
        int second = pair(source, from + 17);
        if ((century | ofCentury | ofYear | ofMonth | hour | minute | second) < 0
                || ofYear < 1
                || ofYear > 12
                || ofMonth < 1
                || ofMonth > lengthOfMonth(century * 100 + ofCentury, ofYear)
                || hour > 23
                || minute > 59
                || second > 59) {
            return false;
        }
        long days = daysOf(century * 100L + ofCentury, ofYear, ofMonth);
        written = ((days * 24 + hour) * 60 + minute) * 60_000_000L + second * 1_000_000L;
        return true;
    }

    /** Microseconds since 1970 of the last text for which {@link #isWritten} was true. */
    long written() {
        return written;
    }

    /** Two digits as a number; negative where there are others. */
    private static int pair(byte[] source, int at) {
        int tens = source[at] - '0';
        int ones = source[at + 1] - '0';
        return (tens | ones | (9 - tens) | (9 - ones)) < 0 ? -1 : tens * 10 + ones;
    }

    private void begin(byte[] source, int from, int to) {
        in = source;
        at = from;
        end = to;
        truncated = false;
    }

    /** 1 or -1 where the text is infinity; else 0. */
    private int infinity() {
        int start = at;
        int sign = 1;
        if (start < end && (in[start] == '-' || in[start] == '+')) {
            sign = in[start] == '-' ? -1 : 1;
            start++;
        }
        return end - start == 8 && matches(start, "infinity") ? sign : 0;
    }

    private boolean matches(int start, String lowerCase) {
        if (end - start < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if ((in[start + i] | 0x20) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Reads year, month and day, and leaves the rest. */
    private boolean scanDate() {
        boolean negative = false;
        signed = false;
        if (at < end && (in[at] == '-' || in[at] == '+')) {
            signed = true;
            negative = in[at] == '-';
            at++;
        }
        int start = at;
        int number = scanNumber(MAX_YEAR_DIGITS);
        if (number < 0 || at - start < 4 || at == end || !separates(in[at])) {
            return false;
        }
        byte separator = in[at++];
        year = negative ? -number : number;
        month = scanNumber(2);
        if (month < 1 || month > 12 || at == end || in[at++] != separator) {
            return false;
        }
        day = scanNumber(2);
        return day >= 1 && day <= 31;
    }

    private static boolean separates(byte octet) {
        return octet == '-' || octet == '/' || octet == '.' || octet == ' ';
    }

    /** Reads what may follow date and time, and gives the days since 1970. */
    private long finishDate() {
        skipSpaces();
        if (end - at == 2 && matches(at, "bc")) {
            if (signed || year == 0) {
                return INVALID;
            }
            year = 1 - year;
            at += 2;
        } else if (end - at == 2 && matches(at, "ad")) {
            at += 2;
        }
        if (at != end || day > lengthOfMonth(year, month)) {
            return INVALID;
        }
        return daysOf(year, month, day);
    }

    private boolean beginsTime() {
        if (at == end) {
            return false;
        }
        if ((in[at] | 0x20) == 't') {
            at++;
            return true;
        }
        if (in[at] != ' ') {
            return false;
        }
        skipSpaces();
        return at < end && isDigit(in[at]);
    }

    private long scanTime() {
        int hour = scanNumber(2);
        if (hour < 0 || hour > 24 || at == end || in[at++] != ':') {
            return INVALID;
        }
        int start = at;
        int minute = scanNumber(2);
        if (minute < 0 || minute > 59 || at - start != 2) {
            return INVALID;
        }
        int second = 0;
        int micros = 0;
        if (at < end && in[at] == ':') {
            start = ++at;
            second = scanNumber(2);
            if (second < 0 || second > 59 || at - start != 2) {
                return INVALID;
            }
            if (at < end && (in[at] == '.' || in[at] == ',')) {
                at++;
                micros = scanFraction();
                if (micros < 0) {
                    return INVALID;
                }
            }
        }
        long ofDay = ((hour * 60L + minute) * 60 + second) * 1_000_000 + micros;
        return ofDay > TemporalFormatter.MICROS_PER_DAY ? INVALID : ofDay;
    }

    private int scanFraction() {
        int start = at;
        int micros = 0;
        for (; at < end && isDigit(in[at]); at++) {
            if (at - start < 6) {
                micros = micros * 10 + (in[at] - '0');
            } else if (in[at] != '0') {
                truncated = true;
            }
        }
        if (at == start) {
            return -1;
        }
        for (int digits = at - start; digits < 6; digits++) {
            micros *= 10;
        }
        return micros;
    }

    /** Seconds east of UTC; 0 without an offset. */
    private long scanOffset() {
        int start = at;
        skipSpaces();
        if (at == end) {
            return start == end ? 0 : INVALID;
        }
        byte first = in[at];
        if ((first | 0x20) == 'z') {
            at++;
            return 0;
        }
        if (matches(at, "utc") || matches(at, "gmt")) {
            at += 3;
            return 0;
        }
        if (first != '+' && first != '-') {
            at = start; // BC may follow
            return 0;
        }
        at++;
        int hours = scanPair();
        if (hours < 0) {
            return INVALID;
        }
        int seconds = hours * 3_600;
        for (int unit = 60; unit >= 1 && at < end && in[at] != ' '; unit /= 60) {
            if (in[at] == ':') {
                at++;
            }
            int part = scanPair();
            if (part < 0 || part > 59) {
                return INVALID;
            }
            seconds += part * unit;
        }
        if (seconds > MAX_OFFSET_SECONDS) {
            return INVALID;
        }
        return first == '-' ? -seconds : seconds;
    }

    private int scanPair() {
        int start = at;
        int number = scanNumber(2);
        return at - start == 2 ? number : -1;
    }

    /** Up to {@code digits} digits; -1 without one. */
    private int scanNumber(int digits) {
        int start = at;
        int limit = Math.min(end, at + digits);
        int number = 0;
        while (at < limit && isDigit(in[at])) {
            number = number * 10 + (in[at++] - '0');
        }
        return at == start ? -1 : number;
    }

    private void skipSpaces() {
        while (at < end && in[at] == ' ') {
            at++;
        }
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    private static int lengthOfMonth(int year, int month) {
        return switch (month) {
            case 4, 6, 9, 11 -> 30;
            case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
            default -> 31;
        };
    }

    /** Days since 1970 of a day that there is; counts years from March on, in eras of 400 years. */
    private static long daysOf(long year, int month, int day) {
        long shiftedYear = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(shiftedYear, 400L);
        long yearOfEra = shiftedYear - era * 400;
        int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }
}
