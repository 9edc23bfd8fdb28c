package io.millrace.connector.postgres.common;

import io.millrace.protocol.schema.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Numbers in the binary form of {@code numeric}: digits to the base of 10,000, grouped from the
 * decimal point outward, with the number of decimal places to print (numeric.c, numeric_recv). One
 * thread uses it.
 */
final class NumericEncoder {
    private static final int POSITIVE = 0;
    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xC000;
    private static final int POSITIVE_INFINITY = 0xD000;
    private static final int NEGATIVE_INFINITY = 0xF000;

    /** Beyond, the fraction padded to whole groups doesn't fit 64 bits. */
    private static final int LARGEST_SHORT_SCALE = 16;

    private static final long[] POWERS = new long[19];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1] * 10;
        }
    }

    private int[] groups = new int[16];

    /**
     * Appends the 128-bit integer {@code high:low} divided by ten to the power of {@code scale}, or
     * one of {@link ColumnType.Decimal}'s special values.
     */
    void put(long low, long high, int scale, CopyBuffer out) {
        if (low == 0) {
            if (high == ColumnType.Decimal.NAN_HIGH) {
                putSpecial(NAN, out);
                return;
            }
            if (high == ColumnType.Decimal.POSITIVE_INFINITY_HIGH) {
                putSpecial(POSITIVE_INFINITY, out);
                return;
            }
            if (high == ColumnType.Decimal.NEGATIVE_INFINITY_HIGH) {
                putSpecial(NEGATIVE_INFINITY, out);
                return;
            }
        }
        if (high == low >> 63 && low != Long.MIN_VALUE && scale <= LARGEST_SHORT_SCALE) {
            putShort(low, scale, out);
        } else {
            BigInteger unscaled =
                    BigInteger.valueOf(high)
                            .shiftLeft(64)
                            .or(new BigInteger(Long.toUnsignedString(low)));
            putPlain(
                    new BigDecimal(unscaled, scale)
                            .toPlainString()
                            .getBytes(StandardCharsets.ISO_8859_1),
                    out);
        }
    }

    /**
     * Appends a number in decimal text, with an exponent or not, or a special value by its name.
     */
    void put(byte[] text, CopyBuffer out) {
        for (byte character : text) {
            switch (character) {
                case 'e', 'E' -> {
                    String number = new String(text, StandardCharsets.ISO_8859_1);
                    putPlain(
                            new BigDecimal(number)
                                    .toPlainString()
                                    .getBytes(StandardCharsets.ISO_8859_1),
                            out);
                    return;
                }
                case 'N' -> {
                    putSpecial(NAN, out);
                    return;
                }
                case 'I' -> {
                    putSpecial(text[0] == '-' ? NEGATIVE_INFINITY : POSITIVE_INFINITY, out);
                    return;
                }
                default -> {}
            }
        }
        putPlain(text, out);
    }

    private static void putSpecial(int sign, CopyBuffer out) {
        out.putIntLong(8, (long) sign << 16);
    }

    private void putShort(long value, int scale, CopyBuffer out) {
        long absolute = Math.abs(value);
        long whole = absolute / POWERS[scale];
        int fractionGroups = (scale + 3) >> 2;
        long fraction = (absolute - whole * POWERS[scale]) * POWERS[(fractionGroups << 2) - scale];
        // From the back: the groups of the fraction, then those of the whole part.
        int at = groups.length;
        for (int i = 0; i < fractionGroups; i++) {
            long rest = fraction / 10_000;
            groups[--at] = (int) (fraction - rest * 10_000);
            fraction = rest;
        }
        int wholeGroups = 0;
        while (whole != 0) {
            long rest = whole / 10_000;
            groups[--at] = (int) (whole - rest * 10_000);
            whole = rest;
            wholeGroups++;
        }
        putGroups(at, groups.length, wholeGroups - 1, value < 0, scale, out);
    }

    /** Appends an optional sign, digits, and an optional point with digits. */
    private void putPlain(byte[] text, CopyBuffer out) {
        int start = 0;
        boolean negative = false;
        if (text.length > 0 && (text[0] == '-' || text[0] == '+')) {
            negative = text[0] == '-';
            start = 1;
        }
        int point = start;
        while (point < text.length && text[point] != '.') {
            point++;
        }
        int wholeDigits = point - start;
        int scale = Math.max(0, text.length - point - 1);
        int wholeGroups = (wholeDigits + 3) >> 2;
        int count = wholeGroups + ((scale + 3) >> 2);
        if (groups.length < count) {
            groups = new int[count];
        }
        int at = start;
        int inGroup = (4 - (wholeDigits & 3)) & 3;
        int group = 0;
        int value = 0;
        for (; at < point; at++) {
            value = value * 10 + (text[at] - '0');
            if (++inGroup == 4) {
                groups[group++] = value;
                value = 0;
                inGroup = 0;
            }
        }
        for (at = point + 1; at < text.length; at++) {
            value = value * 10 + (text[at] - '0');
            if (++inGroup == 4) {
                groups[group++] = value;
                value = 0;
                inGroup = 0;
            }
        }
        if (inGroup > 0) {
            groups[group] = value * (int) POWERS[4 - inGroup];
        }
        putGroups(0, count, wholeGroups - 1, negative, scale, out);
    }

    /**
     * Appends {@code groups[from..to)}, the first of them of {@code weight}, without zeros around.
     */
    private void putGroups(
            int from, int to, int weight, boolean negative, int scale, CopyBuffer out) {
        int first = from;
        int firstWeight = weight;
        while (first < to && groups[first] == 0) {
            first++;
            firstWeight--;
        }
        int end = to;
        while (end > first && groups[end - 1] == 0) {
            end--;
        }
        int count = end - first;
        out.putInt(8 + 2 * count);
        out.putShort(count);
        out.putShort(count == 0 ? 0 : firstWeight);
        out.putShort(negative && count > 0 ? NEGATIVE : POSITIVE);
        out.putShort(scale);
        for (int i = first; i < end; i++) {
            out.putShort(groups[i]);
        }
    }
}
