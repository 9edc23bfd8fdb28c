package io.millrace.connector.faker;

import java.nio.charset.StandardCharsets;

/** A text in the making, as bytes; used again for each value. One thread. */
final class TextBuilder {
    private final byte[] bytes = new byte[512];
    private int size;

    TextBuilder clear() {
        size = 0;
        return this;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    TextBuilder add(byte[] text) {
        System.arraycopy(text, 0, bytes, size, text.length);
        size += text.length;
        return this;
    }

    TextBuilder add(String text) {
        return add(text.getBytes(StandardCharsets.US_ASCII));
    }

    TextBuilder add(char ascii) {
        bytes[size++] = (byte) ascii;
        return this;
    }

    /** Appends {@code number}, which is not negative, with at least {@code digits} digits. */
    TextBuilder add(long number, int digits) {
        int length = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            length++;
        }
        length = Math.max(length, digits);
        long rest = number;
        for (int at = size + length - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += length;
        return this;
    }

    /** Appends the letters of {@code text} in lower case; all that isn't ASCII is left out. */
    TextBuilder addLetters(byte[] text) {
        for (byte octet : text) {
            int lower = octet | 0x20;
            if (lower >= 'a' && lower <= 'z') {
                bytes[size++] = (byte) lower;
            }
        }
        return this;
    }
}
