package io.millrace.protocol.json;

import io.millrace.protocol.schema.ColumnType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Numbers as text. Every method writes at {@code at} into an array with room enough, and returns
 * the index behind what it wrote.
 */
final class NumberFormatter {
    static final int LONGEST_LONG = 20;

    /** Sign, "0.", and 38 digits. */
    static final int LONGEST_DECIMAL = 41;

    static final int LONGEST_DOUBLE = 26;

    private static final byte[] PAIRS = pairs();
    private static final long[] POWERS = powers();
    private static final double[] DOUBLE_POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};

    /** Decimals below this number with six more digits are exact in a double's 53 bits. */
    private static final double LARGEST_PLAIN = 1e7;

    private static final double SMALLEST_PLAIN = 1e-3;

    private NumberFormatter() {}

    private static byte[] pairs() {
        byte[] pairs = new byte[200];
        for (int i = 0; i < 100; i++) {
            pairs[2 * i] = (byte) ('0' + i / 10);
            pairs[2 * i + 1] = (byte) ('0' + i % 10);
        }
        return pairs;
    }

    private static long[] powers() {
        long[] powers = new long[19];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    /** 10 to the power of {@code exponent}, 0 to 18. */
    static long power(int exponent) {
        return POWERS[exponent];
    }

    static int write(byte[] out, int at, long value) {
        if (value < 0) {
            if (value == Long.MIN_VALUE) {
                return writeAscii(out, at, "-9223372036854775808");
            }
            out[at] = '-';
            return writePositive(out, at + 1, -value);
        }
        return writePositive(out, at, value);
    }

    private static int writePositive(byte[] out, int at, long value) {
        return writeDigits(out, at, value, digits(value));
    }

    /** How many digits a number of at least 0 has. */
    static int digits(long value) {
        // 1233 / 4096 is a little above the decimal logarithm of 2.
        int guess = ((64 - Long.numberOfLeadingZeros(value | 1)) * 1233) >>> 12;
        return guess < POWERS.length && value >= POWERS[guess] ? guess + 1 : Math.max(guess, 1);
    }

    /** {@code count} digits with leading zeros. */
    static int writeDigits(byte[] out, int at, long value, int count) {
        int end = at + count;
        int to = end;
        long rest = value;
        while (rest > Integer.MAX_VALUE && to - 2 >= at) {
            long next = rest / 100;
            to = writePair(out, to, (int) (rest - next * 100));
            rest = next;
        }
        int small = (int) rest;
        while (to - 2 >= at) {
            int next = small / 100;
            to = writePair(out, to, small - next * 100);
            small = next;
        }
        if (to > at) {
            out[at] = (byte) ('0' + small % 10);
        }
        return end;
    }

    private static int writePair(byte[] out, int end, int pair) {
        out[end - 1] = PAIRS[2 * pair + 1];
        out[end - 2] = PAIRS[2 * pair];
        return end - 2;
    }

    static void twoDigits(byte[] out, int at, int value) {
        out[at] = PAIRS[2 * value];
        out[at + 1] = PAIRS[2 * value + 1];
    }

    /** Whether the 128 bits are one of the decimals that are no number. */
    static boolean isSpecial(long high) {
        return high == ColumnType.Decimal.NAN_HIGH
                || high == ColumnType.Decimal.POSITIVE_INFINITY_HIGH
                || high == ColumnType.Decimal.NEGATIVE_INFINITY_HIGH;
    }

    /** {@code NaN}, {@code Infinity} or {@code -Infinity}. */
    static String specialText(long high) {
        if (high == ColumnType.Decimal.NAN_HIGH) {
            return "NaN";
        }
        return high > 0 ? "Infinity" : "-Infinity";
    }

    /** A decimal that is a number. */
    static int writeDecimal(byte[] out, int at, long low, long high, int scale) {
        if (high == low >> 63 && low != Long.MIN_VALUE) {
            int to = at;
            long magnitude = low;
            if (low < 0) {
                out[to++] = '-';
                magnitude = -low;
            }
            if (scale == 0) {
                return writePositive(out, to, magnitude);
            }
            if (scale <= 18) {
                long whole = magnitude / POWERS[scale];
                to = writePositive(out, to, whole);
                out[to++] = '.';
                return writeDigits(out, to, magnitude - whole * POWERS[scale], scale);
            }
        }
        BigInteger unscaled = toBigInteger(low, high);
        int to = at;
        if (unscaled.signum() < 0) {
            out[to++] = '-';
        }
        String digits = unscaled.abs().toString();
        if (scale == 0) {
            return writeAscii(out, to, digits);
        }
        int whole = digits.length() - scale;
        if (whole > 0) {
            to = writeAscii(out, to, digits.substring(0, whole));
        } else {
            out[to++] = '0';
        }
        out[to++] = '.';
        for (int i = whole; i < 0; i++) {
            out[to++] = '0';
        }
        return writeAscii(out, to, digits.substring(Math.max(whole, 0)));
    }

    static BigInteger toBigInteger(long low, long high) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 8; i++) {
            bytes[7 - i] = (byte) (high >>> (8 * i));
            bytes[15 - i] = (byte) (low >>> (8 * i));
        }
        return new BigInteger(bytes);
    }

    /** The shortest text that reads as {@code value} again, as {@link Double#toString} has it. */
    static int write(byte[] out, int at, double value) {
        double magnitude = Math.abs(value);
        if (magnitude >= SMALLEST_PLAIN && magnitude < LARGEST_PLAIN) {
            // A decimal of up to 15 digits that reads as the value (the division is exact to the
            // last bit) is the only such decimal, hence the shortest once it has no trailing zeros.
            for (int scale = 1; scale < DOUBLE_POWERS.length; scale++) {
                long scaled = (long) (magnitude * DOUBLE_POWERS[scale] + 0.5);
                if (scaled / DOUBLE_POWERS[scale] == magnitude) {
                    return writeDecimal(
                            out, at, value < 0 ? -scaled : scaled, value < 0 ? -1 : 0, scale);
                }
            }
        }
        return writeAscii(out, at, Double.toString(value));
    }

    /** As {@link #write(byte[], int, double)}, in single precision. */
    static int write(byte[] out, int at, float value) {
        return writeAscii(out, at, Float.toString(value));
    }

    @SuppressWarnings("deprecation") // the only copy of ASCII without an array in between
    static int writeAscii(byte[] out, int at, String text) {
        text.getBytes(0, text.length(), out, at);
        return at + text.length();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
