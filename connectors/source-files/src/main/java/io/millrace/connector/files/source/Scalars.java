package io.millrace.connector.files.source;

/**
 * Reads values from the bytes of their text, and takes a text for a value only if the value printed
 * is that text again: {@code 007}, {@code +1}, {@code 1e5} and {@code -0} are no numbers here.
 */
final class Scalars {
    /** No value. As a number it is one that is not told as 64 bits here. */
    static final long INVALID = Long.MIN_VALUE;

    /** Digits of a number that is told as one. */
    static final int MAX_DIGITS = 1000;

    /** The forms of timestamps; in each a fraction of up to six digits ends in no zero. */
    static final int NO_TIMESTAMP = 0;

    /** {@code 2026-01-31T10:00:00}. */
    static final int LOCAL_T = 1;

    /** {@code 2026-01-31 10:00:00}. */
    static final int LOCAL_SPACE = 2;

    /** {@code 2026-01-31T10:00:00Z}. */
    static final int UTC_T = 3;

    /** {@code 2026-01-31 10:00:00+00}. */
    static final int UTC_SPACE = 4;

    private static final int[] DAYS_IN_MONTH = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20
    };

    private Scalars() {}

    /** A 64-bit integer, or {@link #INVALID}. */
    static long integer(byte[] in, int from, int to) {
        int at = from;
        boolean negative = in[at] == '-';
        if (negative) {
            at++;
        }
        int digits = to - at;
        if (digits <= 0 || digits > 19 || (in[at] == '0' && (digits > 1 || negative))) {
            return INVALID;
        }
        long value = 0;
        for (; at < to; at++) {
            int digit = in[at] - '0';
            if (digit < 0 || digit > 9) {
                return INVALID;
            }
            value = value * 10 + digit;
        }
        if (value < 0) { // 19 digits fit into 64 bits without sign
            return INVALID;
        }
        return negative ? -value : value;
    }

    /**
     * The shape of a number in plain decimals: digits before the point in the upper 32 bits, behind
     * it in the lower; or {@link #INVALID}.
     */
    static long shape(byte[] in, int from, int to) {
        int at = from;
        boolean negative = in[at] == '-';
        if (negative) {
            at++;
        }
        int begin = at;
        boolean zero = true;
        while (at < to && in[at] >= '0' && in[at] <= '9') {
            zero &= in[at] == '0';
            at++;
        }
        int whole = at - begin;
        if (whole == 0 || whole > MAX_DIGITS || (whole > 1 && in[begin] == '0')) {
            return INVALID;
        }
        int fraction = 0;
        if (at < to) {
            if (in[at] != '.') {
                return INVALID;
            }
            at++;
            int point = at;
            while (at < to && in[at] >= '0' && in[at] <= '9') {
                zero &= in[at] == '0';
                at++;
            }
            fraction = at - point;
            if (at < to || fraction == 0 || fraction > MAX_DIGITS) {
                return INVALID;
            }
        }
        if (negative && zero) {
            return INVALID;
        }
        return (long) whole << 32 | fraction;
    }

    static int whole(long shape) {
        return (int) (shape >>> 32);
    }

    static int fraction(long shape) {
        return (int) shape;
    }

    /** Whether a number of that shape is what a double prints as; see {@link #real}. */
    static boolean isReal(byte[] in, int from, int to, long shape) {
        return !Double.isNaN(real(in, from, to, shape));
    }

    /**
     * The double that a number of that shape is the printed text of: it has a point, no needless
     * zero behind it, and no more digits than tell the double. NaN where there is none.
     */
    static double real(byte[] in, int from, int to, long shape) {
        int fraction = fraction(shape);
        int whole = whole(shape);
        if (fraction == 0 || (in[to - 1] == '0' && fraction > 1) || whole > 15) {
            return Double.NaN;
        }
        int first = in[from] == '-' ? from + 1 : from;
        int zeros = 0; // in front of the first other digit
        for (int at = first; at < to && (in[at] == '0' || in[at] == '.'); at++) {
            zeros += in[at] == '0' ? 1 : 0;
        }
        int digits = whole + fraction - zeros;
        if (digits == 0) {
            return 0; // 0.0
        }
        if (zeros > 4 || digits > 17) {
            return Double.NaN; // below 0.0001 some print exponents
        }
        if (digits <= 15) {
            // Every decimal of 15 digits comes back from its double; both parts are exact in one,
            // so that their quotient is the nearest.
            return unscaled(in, from, to) / POWERS[fraction];
        }
        String text = ascii(in, from, to);
        double value = Double.parseDouble(text);
        double magnitude = Math.abs(value);
        String printed = Double.toString(value);
        if (magnitude < 1e-3 || magnitude >= 1e7) {
            printed = new java.math.BigDecimal(printed).toPlainString();
        }
        return printed.equals(text) ? value : Double.NaN;
    }

    /** The digits of a number with up to 18 as an integer, the point left out. */
    static long unscaled(byte[] in, int from, int to) {
        boolean negative = in[from] == '-';
        long value = 0;
        for (int at = negative ? from + 1 : from; at < to; at++) {
            if (in[at] != '.') {
                value = value * 10 + (in[at] - '0');
            }
        }
        return negative ? -value : value;
    }

    private static String ascii(byte[] in, int from, int to) {
        return new String(in, from, to - from, java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Days since 1970 of {@code 2026-01-31}, or {@link #INVALID}. Years 1 to 9999. */
    static long date(byte[] in, int from, int to) {
        if (to - from != 10 || in[from + 4] != '-' || in[from + 7] != '-') {
            return INVALID;
        }
        int century = two(in, from);
        int ofCentury = two(in, from + 2);
        int month = two(in, from + 5);
        int day = two(in, from + 8);
        if ((century | ofCentury | month | day) < 0) {
            return INVALID;
        }
        int year = century * 100 + ofCentury;
        if (year == 0 || month < 1 || month > 12 || day < 1) {
            return INVALID;
        }
        if (day > DAYS_IN_MONTH[month - 1]) {
            boolean leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
            if (month != 2 || day != 29 || !leap) {
                return INVALID;
            }
        }
        // Years from March on, so that the leap day is the last.
        int shifted = month > 2 ? year : year - 1;
        int monthOfYear = month > 2 ? month - 3 : month + 9;
        return 365L * shifted
                + shifted / 4
                - shifted / 100
                + shifted / 400
                + (153 * monthOfYear + 2) / 5
                + day
                - 719_469;
    }

    /** The form of a timestamp, as far as its length and separators tell. */
    static int timestampForm(byte[] in, int from, int to) {
        int length = to - from;
        if (length < 19 || in[from + 4] != '-') {
            return NO_TIMESTAMP;
        }
        byte separator = in[from + 10];
        if (separator == 'T') {
            return in[to - 1] == 'Z' ? UTC_T : LOCAL_T;
        }
        if (separator != ' ') {
            return NO_TIMESTAMP;
        }
        return length >= 22 && in[to - 3] == '+' && in[to - 2] == '0' && in[to - 1] == '0'
                ? UTC_SPACE
                : LOCAL_SPACE;
    }

    /** Microseconds since 1970 of a timestamp of {@code form}, or {@link #INVALID}. */
    static long timestamp(byte[] in, int from, int to, int form) {
        int end = form == UTC_T ? to - 1 : form == UTC_SPACE ? to - 3 : to;
        int length = end - from;
        if (length < 19 || length == 20 || length > 26) {
            return INVALID;
        }
        long days = date(in, from, from + 10);
        int hour = two(in, from + 11);
        int minute = two(in, from + 14);
        int second = two(in, from + 17);
        if (days == INVALID
                || in[from + 10] != (form == LOCAL_T || form == UTC_T ? 'T' : ' ')
                || in[from + 13] != ':'
                || in[from + 16] != ':'
                || (hour | minute | second) < 0
                || hour > 23
                || minute > 59
                || second > 59) {
            return INVALID;
        }
        long micros = 0;
        if (length > 19) {
            if (in[from + 19] != '.' || in[end - 1] == '0') {
                return INVALID;
            }
            int at = from + 20;
            for (int digit = 0; digit < 6; digit++, at++) {
                int value = at < end ? in[at] - '0' : 0;
                if (value < 0 || value > 9) {
                    return INVALID;
                }
                micros = micros * 10 + value;
            }
        }
        return ((days * 24 + hour) * 60 + minute) * 60_000_000L + second * 1_000_000L + micros;
    }

    /** Two digits, or a negative number. */
    private static int two(byte[] in, int at) {
        int tens = in[at] - '0';
        int ones = in[at + 1] - '0';
        return (tens | ones | (9 - tens) | (9 - ones)) < 0 ? -1 : tens * 10 + ones;
    }

    static boolean isTrue(byte[] in, int from, int to) {
        return to - from == 4
                && in[from] == 't'
                && in[from + 1] == 'r'
                && in[from + 2] == 'u'
                && in[from + 3] == 'e';
    }

    static boolean isFalse(byte[] in, int from, int to) {
        return to - from == 5
                && in[from] == 'f'
                && in[from + 1] == 'a'
                && in[from + 2] == 'l'
                && in[from + 3] == 's'
                && in[from + 4] == 'e';
    }
}
