package io.millrace.protocol.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at eight bytes of text at a time. */
final class Octets {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private Octets() {}

    /** The first byte from {@code from} on that a JSON string escapes; {@code to} without one. */
    static int findEscaped(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long word = (long) LONG.get(bytes, at);
            long found = controls(word) | zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES);
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            byte octet = bytes[at];
            if ((octet >= 0 && octet < ' ') || octet == '"' || octet == '\\') {
                return at;
            }
        }
        return to;
    }

    /**
     * The first byte from {@code from} on that is no plain character of a JSON string: one that is
     * escaped, or not ASCII; {@code to} without one.
     */
    static int findSpecial(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long word = (long) LONG.get(bytes, at);
            long found =
                    controls(word)
                            | zeros(word ^ QUOTES)
                            | zeros(word ^ BACKSLASHES)
                            | (word & HIGH_BITS);
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            byte octet = bytes[at];
            if (octet < ' ' || octet == '"' || octet == '\\') {
                return at; // bytes beyond ASCII are negative
            }
        }
        return to;
    }

    /** The first control character from {@code from} on; {@code to} without one. */
    static int findControl(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long found = controls((long) LONG.get(bytes, at));
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] >= 0 && bytes[at] < ' ') {
                return at;
            }
        }
        return to;
    }

    /**
     * The index behind the UTF-8 sequence that begins at {@code at} with a byte beyond ASCII; -1
     * where it is none (cut off, overlong, a surrogate, beyond U+10FFFF).
     */
    static int skipUtf8(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xFF;
        if (lead >= 0xC2 && lead <= 0xDF) {
            return at + 1 < to && continues(bytes[at + 1]) ? at + 2 : -1;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            if (at + 2 >= to || !continues(bytes[at + 1]) || !continues(bytes[at + 2])) {
                return -1;
            }
            int second = bytes[at + 1] & 0xFF;
            boolean overlong = lead == 0xE0 && second < 0xA0;
            boolean surrogate = lead == 0xED && second > 0x9F;
            return overlong || surrogate ? -1 : at + 3;
        }
        if (lead >= 0xF0 && lead <= 0xF4) {
            if (at + 3 >= to
                    || !continues(bytes[at + 1])
                    || !continues(bytes[at + 2])
                    || !continues(bytes[at + 3])) {
                return -1;
            }
            int second = bytes[at + 1] & 0xFF;
            boolean overlong = lead == 0xF0 && second < 0x90;
            boolean beyond = lead == 0xF4 && second > 0x8F;
            return overlong || beyond ? -1 : at + 4;
        }
        return -1;
    }

    /**
     * Whether the text stands at {@code at}; {@code bytes} has at least as many bytes from there on
     * as the text.
     */
    static boolean equal(byte[] bytes, int at, byte[] text) {
        int size = text.length;
        if (size < 8) {
            for (int i = 0; i < size; i++) {
                if (bytes[at + i] != text[i]) {
                    return false;
                }
            }
            return true;
        }
        for (int i = 0; i + 8 <= size; i += 8) {
            if ((long) LONG.get(bytes, at + i) != (long) LONG.get(text, i)) {
                return false;
            }
        }
        return (long) LONG.get(bytes, at + size - 8) == (long) LONG.get(text, size - 8);
    }

    /** Whether the bytes are UTF-8. */
    static boolean isUtf8(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (at + 8 <= to && ((long) LONG.get(bytes, at) & HIGH_BITS) == 0) {
                at += 8;
            } else if (bytes[at] >= 0) {
                at++;
            } else {
                at = skipUtf8(bytes, at, to);
                if (at < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean continues(byte octet) {
        return (octet & 0xC0) == 0x80;
    }

    /**
     * A bit for each byte below a space; bits above the lowest one may be false, as in {@link
     * #zeros}.
     */
    private static long controls(long word) {
        return (word - SPACES) & ~word & HIGH_BITS;
    }

    private static long zeros(long word) {
        return (word - ONES) & ~word & HIGH_BITS;
    }
}
