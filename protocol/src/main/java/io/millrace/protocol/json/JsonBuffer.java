package io.millrace.protocol.json;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow at their end, with what JSON needs to be written into them. One thread. */
public final class JsonBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** The largest array that every virtual machine grants. */
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    byte[] bytes;
    int size;

    public JsonBuffer(int capacity) {
        bytes = new byte[Math.max(capacity, 64)];
    }

    /** The bytes from 0 to {@link #size}; another array after the next write. */
    public byte[] array() {
        return bytes;
    }

    public int size() {
        return size;
    }

    /** Forgets the content and keeps the room. */
    public void clear() {
        size = 0;
    }

    /** Drops what stands from {@code newSize} on. */
    public void truncate(int newSize) {
        size = newSize;
    }

    public void writeTo(OutputStream output) throws IOException {
        output.write(bytes, 0, size);
    }

    /** A copy of the content. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    /** The content, as text. */
    public String text() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    public void append(int octet) {
        reserve(1);
        bytes[size++] = (byte) octet;
    }

    /** Appends {@code source} as it is. */
    public void append(byte[] source) {
        append(source, 0, source.length);
    }

    public void append(byte[] source, int from, int count) {
        reserve(count);
        System.arraycopy(source, from, bytes, size, count);
        size += count;
    }

    /** Appends {@code text} in UTF-8, as it is. */
    public void append(String text) {
        append(text.getBytes(StandardCharsets.UTF_8));
    }

    public void appendLong(long value) {
        reserve(NumberFormatter.LONGEST_LONG);
        size = NumberFormatter.write(bytes, size, value);
    }

    /** Appends {@code text} as a JSON string. */
    public void appendString(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        append('"');
        append(utf8);
        escapeFrom(size - utf8.length);
        append('"');
    }

    /** Makes room for {@code count} more bytes. */
    void reserve(int count) {
        if (count > bytes.length - size) {
            grow(count);
        }
    }

    private void grow(int count) {
        long needed = (long) size + count;
        if (needed > LARGEST) {
            throw new IllegalStateException("a buffer has grown beyond 2 GiB");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(LARGEST, Math.max(needed, bytes.length * 2L)));
    }

    /** Makes the text from {@code start} to the end fit to stand between quotes. */
    void escapeFrom(int start) {
        int first = Octets.findEscaped(bytes, start, size);
        if (first < size) {
            escape(first);
        }
    }

    /** Rewrites from {@code first}, the first byte that needs it: from behind, in place. */
    private void escape(int first) {
        int extra = 0;
        for (int i = first; i < size; i++) {
            extra += escapedLength(bytes[i]) - 1;
        }
        reserve(extra);
        int to = size + extra;
        for (int from = size - 1; from >= first; from--) {
            byte octet = bytes[from];
            switch (escapedLength(octet)) {
                case 1 -> bytes[--to] = octet;
                case 2 -> {
                    bytes[--to] =
                            switch (octet) {
                                case '\n' -> 'n';
                                case '\r' -> 'r';
                                case '\t' -> 't';
                                case '\b' -> 'b';
                                case '\f' -> 'f';
                                default -> octet;
                            };
                    bytes[--to] = '\\';
                }
                default -> {
                    bytes[--to] = HEX[octet & 15];
                    bytes[--to] = HEX[octet >> 4];
                    bytes[--to] = '0';
                    bytes[--to] = '0';
                    bytes[--to] = 'u';
                    bytes[--to] = '\\';
                }
            }
        }
        size += extra;
    }

    private static int escapedLength(byte octet) {
        if (octet < 0 || octet >= ' ') {
            return octet == '"' || octet == '\\' ? 2 : 1;
        }
        return switch (octet) {
            case '\n', '\r', '\t', '\b', '\f' -> 2;
            default -> 6;
        };
    }
}
