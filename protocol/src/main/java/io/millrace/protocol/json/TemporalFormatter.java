package io.millrace.protocol.json;

import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.Timestamps;

/**
 * Dates and times in ISO 8601, years outside 0 to 9999 signed, seconds with six decimals or none.
 * Every method writes at {@code at} into an array with {@link #LONGEST} bytes of room, and returns
 * the index behind what it wrote.
 */
final class TemporalFormatter {
    static final int LONGEST = 48;

    static final long MICROS_PER_DAY = 86_400_000_000L;

    private TemporalFormatter() {}

    static int date(byte[] out, int at, int days) {
        if (days == Timestamps.DATE_INFINITY) {
            return NumberFormatter.writeAscii(out, at, "infinity");
        }
        if (days == Timestamps.DATE_NEGATIVE_INFINITY) {
            return NumberFormatter.writeAscii(out, at, "-infinity");
        }
        return day(out, at, days);
    }

    /** The civil day, by counting years from March on, in eras of 400 years. */
    private static int day(byte[] out, int at, long days) {
        long shifted = days + 719_468; // since 0000-03-01
        long era = Math.floorDiv(shifted, 146_097L);
        int dayOfEra = (int) (shifted - era * 146_097);
        int yearOfEra =
                (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shiftedMonth = (5 * dayOfYear + 2) / 153;
        int dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        int month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        int to = at;
        if (year >= 0 && year <= 9_999) {
            to = NumberFormatter.writeDigits(out, to, year, 4);
        } else {
            out[to++] = (byte) (year < 0 ? '-' : '+');
            long magnitude = Math.abs(year);
            to =
                    NumberFormatter.writeDigits(
                            out, to, magnitude, Math.max(4, NumberFormatter.digits(magnitude)));
        }
        out[to] = '-';
        NumberFormatter.twoDigits(out, to + 1, month);
        out[to + 3] = '-';
        NumberFormatter.twoDigits(out, to + 4, dayOfMonth);
        return to + 6;
    }

    static int time(byte[] out, int at, long micros) {
        int seconds = (int) (micros / 1_000_000);
        int fraction = (int) (micros - seconds * 1_000_000L);
        int minutes = seconds / 60;
        int hour = minutes / 60;
        NumberFormatter.twoDigits(out, at, hour);
        out[at + 2] = ':';
        NumberFormatter.twoDigits(out, at + 3, minutes - hour * 60);
        out[at + 5] = ':';
        NumberFormatter.twoDigits(out, at + 6, seconds - minutes * 60);
        if (fraction == 0) {
            return at + 8;
        }
        out[at + 8] = '.';
        return NumberFormatter.writeDigits(out, at + 9, fraction, 6);
    }

    static int timeTz(byte[] out, int at, long encoded) {
        int to = time(out, at, ColumnType.TimeTz.micros(encoded));
        int offset = ColumnType.TimeTz.offsetSeconds(encoded);
        if (offset == 0) {
            out[to] = 'Z';
            return to + 1;
        }
        out[to] = (byte) (offset < 0 ? '-' : '+');
        int seconds = Math.abs(offset);
        NumberFormatter.twoDigits(out, to + 1, seconds / 3_600);
        out[to + 3] = ':';
        NumberFormatter.twoDigits(out, to + 4, seconds / 60 % 60);
        to += 6;
        if (seconds % 60 != 0) {
            out[to] = ':';
            NumberFormatter.twoDigits(out, to + 1, seconds % 60);
            to += 3;
        }
        return to;
    }

    /**
     * @param utc whether the text ends in Z
     */
    static int timestamp(byte[] out, int at, long micros, boolean utc) {
        if (micros == Timestamps.INFINITY) {
            return NumberFormatter.writeAscii(out, at, "infinity");
        }
        if (micros == Timestamps.NEGATIVE_INFINITY) {
            return NumberFormatter.writeAscii(out, at, "-infinity");
        }
        long days;
        long ofDay;
        if (Timestamps.wrapped(micros)) { // as an unsigned number it is what was meant
            days = Long.divideUnsigned(micros, MICROS_PER_DAY);
            ofDay = Long.remainderUnsigned(micros, MICROS_PER_DAY);
        } else {
            days = Math.floorDiv(micros, MICROS_PER_DAY);
            ofDay = micros - days * MICROS_PER_DAY;
        }
        int to = day(out, at, days);
        out[to] = 'T';
        to = time(out, to + 1, ofDay);
        if (utc) {
            out[to++] = 'Z';
        }
        return to;
    }
}
