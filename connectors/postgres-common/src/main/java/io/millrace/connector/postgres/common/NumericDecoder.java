package io.millrace.connector.postgres.common;

import static io.millrace.connector.postgres.common.FieldDecoder.SHORTS;

import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.schema.ColumnType;
import java.nio.charset.StandardCharsets;

/**
 * PostgreSQL's binary numeric ({@code numeric_send} in {@code src/backend/utils/adt/numeric.c}):
 * four numbers of 16 bits (how many digits, the first digit's weight, sign, decimal digits behind
 * the point), then the digits, each 0 to 9999. Digit i counts 10000^(weight - i).
 */
final class NumericDecoder {
    private static final int HEADER = 8;
    private static final int POSITIVE = 0x0000;
    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xC000;
    private static final int POSITIVE_INFINITY = 0xD000;
    private static final int NEGATIVE_INFINITY = 0xF000;
    private static final int BASE = 10_000;
    private static final long[] POWERS = new long[19];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1] * 10;
        }
    }

    private NumericDecoder() {}

    private static int unsignedShort(byte[] row, int at) {
        return (short) SHORTS.get(row, at) & 0xFFFF;
    }

    private static SystemFailure malformed() {
        return new SystemFailure(
                "PostgreSQL sent a numeric value in a format that this version doesn't know.");
    }

    /** Into 128-bit integers of a fixed scale, with no object made on the way. */
    static final class ToDecimal {
        private final int scale;
        private final int integerDigits;
        private long low;
        private long high;

        ToDecimal(ColumnType.Decimal type) {
            scale = type.scale();
            integerDigits = type.precision() - type.scale();
        }

        /** The lower half of the value that was decoded last. */
        long low() {
            return low;
        }

        /** The upper half of that value. */
        long high() {
            return high;
        }

        /** Decodes a value; false where it has digits that the type has no room for. */
        boolean decode(byte[] row, int at, int size) {
            int count = (short) SHORTS.get(row, at);
            int weight = (short) SHORTS.get(row, at + 2);
            int sign = unsignedShort(row, at + 4);
            if (size != HEADER + 2 * count) {
                throw FieldDecoder.unexpectedSize(size, HEADER + 2 * count);
            }
            if (sign != POSITIVE && sign != NEGATIVE) {
                set(0, special(sign));
                return true;
            }
            if (count == 0) {
                set(0, 0);
                return true;
            }
            int digits = at + HEADER;
            int end = digits + 2 * count;
            // By how many decimal digits the last digit's end lies left of the scale's end; below
            // zero the digit reaches beyond it, with zeros.
            int shift = scale - 4 * (count - 1 - weight);
            if (!fits(unsignedShort(row, digits), weight, shift)) {
                return false;
            }
            if (4 * count + Math.max(shift, 0) <= 18) {
                long value = 0;
                for (int i = digits; i < end; i += 2) {
                    value = value * BASE + unsignedShort(row, i);
                }
                if (shift >= 0) {
                    value *= POWERS[shift];
                } else {
                    long power = POWERS[-shift];
                    long quotient = value / power;
                    if (quotient * power != value) {
                        return false;
                    }
                    value = quotient;
                }
                long signed = sign == NEGATIVE ? -value : value;
                set(signed, signed >> 63);
                return true;
            }
            return decodeLong(row, digits, end, shift, sign);
        }

        private boolean fits(int firstDigit, int weight, int shift) {
            int length = firstDigit >= 1000 ? 4 : firstDigit >= 100 ? 3 : firstDigit >= 10 ? 2 : 1;
            return shift > -4 && 4 * weight + length <= integerDigits;
        }

        private void set(long newLow, long newHigh) {
            low = newLow;
            high = newHigh;
        }

        private boolean decodeLong(byte[] row, int digits, int end, int shift, int sign) {
            low = 0;
            high = 0;
            for (int i = digits; i < end - 2; i += 2) {
                multiplyAdd(BASE, unsignedShort(row, i));
            }
            int last = unsignedShort(row, end - 2);
            if (shift < 0) {
                // The last digit is cut before it is added: with it whole, 38 digits could need
                // more than 128 bits.
                int power = (int) POWERS[-shift];
                if (last % power != 0) {
                    return false;
                }
                multiplyAdd(BASE / power, last / power);
            } else {
                multiplyAdd(BASE, last);
                for (int left = shift; left > 0; left -= 18) {
                    multiplyAdd(POWERS[Math.min(left, 18)], 0);
                }
            }
            if (sign == NEGATIVE) {
                low = -low;
                high = ~high + (low == 0 ? 1 : 0);
            }
            return true;
        }

        private void multiplyAdd(long factor, long addend) {
            long carry = Math.unsignedMultiplyHigh(low, factor);
            low *= factor;
            high = high * factor + carry;
            low += addend;
            if (Long.compareUnsigned(low, addend) < 0) {
                high++;
            }
        }

        private static long special(int sign) {
            return switch (sign) {
                case NAN -> ColumnType.Decimal.NAN_HIGH;
                case POSITIVE_INFINITY -> ColumnType.Decimal.POSITIVE_INFINITY_HIGH;
                case NEGATIVE_INFINITY -> ColumnType.Decimal.NEGATIVE_INFINITY_HIGH;
                default -> throw malformed();
            };
        }
    }

    /** Into plain decimal text with every digit that the value has, trailing zeros too. */
    static final class ToText {
        private static final byte[] NAN_TEXT = "NaN".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] INFINITY_TEXT = "Infinity".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] NEGATIVE_INFINITY_TEXT =
                "-Infinity".getBytes(StandardCharsets.US_ASCII);

        private byte[] text = new byte[64];
        private int length;

        /** What holds the text of the value that was decoded last. */
        byte[] text() {
            return text;
        }

        /** How many bytes that text has. */
        int length() {
            return length;
        }

        void decode(byte[] row, int at, int size) {
            int count = (short) SHORTS.get(row, at);
            int weight = (short) SHORTS.get(row, at + 2);
            int sign = unsignedShort(row, at + 4);
            int scale = unsignedShort(row, at + 6);
            if (size != HEADER + 2 * count) {
                throw FieldDecoder.unexpectedSize(size, HEADER + 2 * count);
            }
            switch (sign) {
                case POSITIVE, NEGATIVE ->
                        length = write(row, at + HEADER, count, weight, sign, scale);
                case NAN -> put(NAN_TEXT);
                case POSITIVE_INFINITY -> put(INFINITY_TEXT);
                case NEGATIVE_INFINITY -> put(NEGATIVE_INFINITY_TEXT);
                default -> throw malformed();
            }
        }

        private void put(byte[] special) {
            System.arraycopy(special, 0, text, 0, special.length);
            length = special.length;
        }

        private int write(byte[] row, int digits, int count, int weight, int sign, int scale) {
            int most = 8 + 4 * (Math.max(weight, 0) + 1) + scale + 4;
            if (text.length < most) {
                text = new byte[most];
            }
            int end = 0;
            if (sign == NEGATIVE) {
                text[end++] = '-';
            }
            int first = end;
            for (int i = 0; i <= weight; i++) {
                end = writeDigit(i < count ? unsignedShort(row, digits + 2 * i) : 0, end);
            }
            end = dropLeadingZeros(first, end);
            if (scale > 0) {
                text[end++] = '.';
                int point = end;
                for (int i = weight + 1; end - point < scale; i++) {
                    end =
                            writeDigit(
                                    i >= 0 && i < count ? unsignedShort(row, digits + 2 * i) : 0,
                                    end);
                }
                end = point + scale;
            }
            return end;
        }

        private int writeDigit(int digit, int at) {
            text[at] = (byte) ('0' + digit / 1000);
            text[at + 1] = (byte) ('0' + digit / 100 % 10);
            text[at + 2] = (byte) ('0' + digit / 10 % 10);
            text[at + 3] = (byte) ('0' + digit % 10);
            return at + 4;
        }

        /** Leaves at least one digit. */
        private int dropLeadingZeros(int first, int length) {
            if (length == first) {
                text[first] = '0';
                return first + 1;
            }
            int kept = first;
            while (kept < length - 1 && text[kept] == '0') {
                kept++;
            }
            System.arraycopy(text, kept, text, first, length - kept);
            return length - (kept - first);
        }
    }
}
