package io.millrace.declarative.interpolation.python;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Python's {@code bytes}. The array belongs to this object once it was given. */
public final class Bytes {
    private final byte[] content;

    public Bytes(byte[] content) {
        this.content = content;
    }

    static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] content() {
        return content;
    }

    int size() {
        return content.length;
    }

    /** The n-th byte as a number from 0 to 255. */
    long get(int index) {
        return content[index] & 0xFF;
    }

    /**
     * The bytes as text of equally many characters from 0 to 255: for what works on text and bytes
     * alike.
     */
    String latin1() {
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }
}
