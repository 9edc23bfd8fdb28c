package io.millrace.protocol.json;

import io.millrace.protocol.schema.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Reads one number's text, and gives it as what is asked for. The text has an optional sign, digits
 * with an optional point somewhere, and an optional exponent; no white space. One thread.
 */
final class NumberParser {
    private static final int MAX_SIGNIFICANT = 18;

    /** More digits than any fixed type needs to tell whether a value fits. */
    private static final int MAX_EXAMINED = 800;

    /**
     * Digits of the longest number that PostgreSQL's numeric holds, before and behind the point.
     */
    private static final int MAX_PLAIN_LENGTH = 131_072 + 16_383;

    private static final int EXPONENT_LIMIT = 1_000_000_000;
    private static final double[] DOUBLE_POWERS = doublePowers();

    private byte[] in = new byte[0];
    private int from;
    private int to;

    private boolean negative;
    private int digitsFrom;
    private int digitsTo; // behind the digits and the point
    private int point; // where it stands, or digitsTo
    private int exponent;
    private int significant; // digits from the first that isn't 0
    private long mantissa; // of the first 18 significant digits
    private int scale; // the value is the mantissa, while it has all digits, times 10^-scale

    // What the last conversion gave.
    private long low;
    private long high;
    private double real;

    private static double[] doublePowers() {
        double[] powers = new double[23]; // exact in a double up to 10^22
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    /** Takes a text to convert; false if it is no number. */
    boolean read(byte[] source, int start, int end) {
        in = source;
        from = start;
        to = end;
        int at = start;
        negative = false;
        if (at < end && (source[at] == '-' || source[at] == '+')) {
            negative = source[at++] == '-';
        }
        digitsFrom = at;
        point = -1;
        mantissa = 0;
        significant = 0;
        int digits = 0;
        int decimals = 0;
        for (; at < end; at++) {
            int digit = source[at] - '0';
            if (digit >= 0 && digit <= 9) {
                digits++;
                if (significant > 0 || digit != 0) {
                    if (significant < MAX_SIGNIFICANT) {
                        mantissa = mantissa * 10 + digit;
                    }
                    significant++;
                }
                if (point >= 0) {
                    decimals++;
                }
            } else if (source[at] == '.' && point < 0) {
                point = at;
            } else {
                break;
            }
        }
        digitsTo = at;
        if (point < 0) {
            point = at;
        }
        if (digits == 0) {
            return false;
        }
        exponent = 0;
        if (at < end) {
            if ((source[at] | 0x20) != 'e') {
                return false;
            }
            at = readExponent(at + 1);
            if (at != end) {
                return false;
            }
        }
        scale = decimals - exponent;
        return true;
    }

    private int readExponent(int start) {
        int at = start;
        boolean minus = false;
        if (at < to && (in[at] == '-' || in[at] == '+')) {
            minus = in[at++] == '-';
        }
        int first = at;
        int value = 0;
        for (; at < to && in[at] >= '0' && in[at] <= '9'; at++) {
            if (value < EXPONENT_LIMIT) {
                value = value * 10 + (in[at] - '0');
            }
        }
        exponent = Math.min(value, EXPONENT_LIMIT) * (minus ? -1 : 1);
        return at == first ? -1 : at;
    }

    /** The lower half, or the whole, of what the last conversion gave. */
    long low() {
        return low;
    }

    long high() {
        return high;
    }

    double real() {
        return real;
    }

    /** The number as a 64-bit integer, in {@link #low}. */
    Fit toLong() {
        if (significant == 0) {
            low = 0;
            return Fit.EXACT;
        }
        if (significant <= MAX_SIGNIFICANT) {
            if (scale > 0) {
                if (scale > 18 || mantissa % NumberFormatter.power(scale) != 0) {
                    return Fit.MISMATCH;
                }
                low = signed(mantissa / NumberFormatter.power(scale));
                return Fit.EXACT;
            }
            if (-scale > 18) {
                return Fit.OUT_OF_RANGE;
            }
            long factor = NumberFormatter.power(-scale);
            if (Math.multiplyHigh(mantissa, factor) == 0 && mantissa * factor >= 0) {
                low = signed(mantissa * factor);
                return Fit.EXACT;
            }
            return Fit.OUT_OF_RANGE;
        }
        if (significant > MAX_EXAMINED) {
            return scale > 0 ? Fit.MISMATCH : Fit.OUT_OF_RANGE;
        }
        if (magnitude() > 20) {
            return Fit.OUT_OF_RANGE;
        }
        if (magnitude() <= 0) {
            return Fit.MISMATCH; // below 1
        }
        BigInteger whole;
        try {
            whole = decimal().toBigIntegerExact();
        } catch (ArithmeticException _) {
            return Fit.MISMATCH; // a fraction
        }
        if (whole.bitLength() > 63) {
            return Fit.OUT_OF_RANGE;
        }
        low = whole.longValue();
        return Fit.EXACT;
    }

    /** The number as an unscaled decimal, in {@link #low} and {@link #high}. */
    Fit toDecimal(ColumnType.Decimal type) {
        if (significant == 0) {
            low = 0;
            high = 0;
            return Fit.EXACT;
        }
        long shift = (long) type.scale() - scale;
        if (significant <= MAX_SIGNIFICANT && shift >= 0 && significant + shift <= 18) {
            if (significant + shift > type.precision()) {
                return Fit.OUT_OF_RANGE;
            }
            low = signed(mantissa * NumberFormatter.power((int) shift));
            high = low >> 63;
            return Fit.EXACT;
        }
        if (significant > MAX_EXAMINED || magnitude() > ColumnType.Decimal.MAX_PRECISION) {
            return Fit.OUT_OF_RANGE;
        }
        if (magnitude() < -ColumnType.Decimal.MAX_PRECISION) {
            return Fit.OUT_OF_RANGE; // and not zero: finer than any scale
        }
        BigInteger unscaled;
        try {
            unscaled = decimal().setScale(type.scale()).unscaledValue();
        } catch (ArithmeticException _) {
            return Fit.OUT_OF_RANGE; // more decimals than there is room for
        }
        if (digitsBeyond(unscaled, type.precision())) {
            return Fit.OUT_OF_RANGE;
        }
        low = unscaled.longValue();
        high = unscaled.shiftRight(64).longValue();
        return Fit.EXACT;
    }

    private static boolean digitsBeyond(BigInteger unscaled, int precision) {
        return unscaled.abs().compareTo(BigInteger.TEN.pow(precision)) >= 0;
    }

    /**
     * The number as a double, in {@link #real}. Exact means that the double, or the shortest
     * decimal that reads as it, is the same number.
     */
    Fit toDouble() {
        if (significant == 0) {
            real = negative ? -0.0 : 0.0;
            return Fit.EXACT;
        }
        // Both operands are exact, so that the one operation rounds correctly.
        if (significant <= 15 && scale >= -22 && scale <= 22) {
            double magnitude =
                    scale > 0 ? mantissa / DOUBLE_POWERS[scale] : mantissa * DOUBLE_POWERS[-scale];
            real = negative ? -magnitude : magnitude;
            return Fit.EXACT;
        }
        real = Double.parseDouble(text());
        if (Double.isInfinite(real)) {
            return Fit.OUT_OF_RANGE;
        }
        if (significant > MAX_EXAMINED) {
            return Fit.ROUNDED;
        }
        return isWritten(Double.toString(real)) ? Fit.EXACT : Fit.ROUNDED;
    }

    /** The number in single precision, in {@link #real}; exact as in {@link #toDouble}. */
    Fit toFloat() {
        float value = Float.parseFloat(text());
        real = value;
        if (Float.isInfinite(value)) {
            return Fit.OUT_OF_RANGE;
        }
        if (significant == 0) {
            return Fit.EXACT;
        }
        if (significant > MAX_EXAMINED) {
            return Fit.ROUNDED;
        }
        return isWritten(Float.toString(value)) ? Fit.EXACT : Fit.ROUNDED;
    }

    private boolean isWritten(String shortest) {
        // The value is not 0 here, while its double may be.
        if (real == 0) {
            return false;
        }
        BigDecimal value = decimal();
        return new BigDecimal(shortest).compareTo(value) == 0
                || new BigDecimal(real).compareTo(value) == 0;
    }

    /** Writes the number with every digit and without exponent; nothing if that is too long. */
    Fit writePlain(JsonBuffer out) {
        int start = out.size;
        if (negative) {
            out.append('-');
        }
        if (exponent == 0) {
            int whole = firstSignificant(digitsFrom, point);
            if (whole == point) {
                out.append('0');
            }
            out.append(in, whole, point - whole);
            if (point + 1 < digitsTo) {
                out.append(in, point, digitsTo - point);
            }
            return Fit.EXACT;
        }
        // The digits without their point, and where it stands after the exponent moved it.
        int count = digitsTo - digitsFrom - (point < digitsTo ? 1 : 0);
        long place = (long) (point - digitsFrom) + exponent;
        if (Math.max(place, count - Math.min(place, 0)) > MAX_PLAIN_LENGTH) {
            out.truncate(start);
            return Fit.OUT_OF_RANGE;
        }
        boolean begun = false;
        for (int i = (int) Math.min(0, place); i < Math.max(count, place); i++) {
            if (i == place) {
                out.append(begun ? "." : "0.");
                begun = true;
            }
            byte digit = i < 0 || i >= count ? (byte) '0' : digit(i);
            if (begun || digit != '0' || i + 1 == place) {
                out.append(digit);
                begun = true;
            }
        }
        return Fit.EXACT;
    }

    /**
     * Writes the number as JSON has numbers: no plus, no leading zeros, digits around the point.
     */
    void writeJson(JsonBuffer out) {
        if (negative) {
            out.append('-');
        }
        int whole = firstSignificant(digitsFrom, point);
        if (whole == point) {
            out.append('0');
        }
        out.append(in, whole, point - whole);
        if (point + 1 < digitsTo) {
            out.append(in, point, digitsTo - point);
        }
        out.append(in, digitsTo, to - digitsTo);
    }

    private int firstSignificant(int start, int end) {
        int at = start;
        while (at < end && in[at] == '0') {
            at++;
        }
        return at;
    }

    private byte digit(int index) {
        int at = digitsFrom + index;
        return in[at >= point ? at + 1 : at];
    }

    /** The power of ten that the value stays below. */
    private long magnitude() {
        return (long) significant - scale;
    }

    private long signed(long value) {
        return negative ? -value : value;
    }

    private String text() {
        return new String(in, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private BigDecimal decimal() {
        return new BigDecimal(text());
    }
}
