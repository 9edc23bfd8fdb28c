package io.millrace.declarative.decoder;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.json.JsonPages;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A document of JSON in memory, and how its elements are found: by their bytes if possible. */
final class JsonBody {
    private static final int MARK_BYTES = 3;
    private static final int LONGEST_WORD = 16;

    private final byte[] bytes;
    private final int from;

    private JsonBody(byte[] bytes, int from) {
        this.bytes = bytes;
        this.from = from;
    }

    /**
     * A mark of the byte order, which some servers put before UTF-8, is not part of the document.
     */
    static JsonBody of(byte[] bytes) {
        boolean marked =
                bytes.length >= MARK_BYTES
                        && (bytes[0] & 0xFF) == 0xEF
                        && (bytes[1] & 0xFF) == 0xBB
                        && (bytes[2] & 0xFF) == 0xBF;
        return new JsonBody(bytes, marked ? MARK_BYTES : 0);
    }

    byte[] bytes() {
        return bytes;
    }

    /** Whether it begins with one of these, in lower case, after white space. */
    boolean begins(String... words) {
        int start = from;
        while (start < bytes.length && bytes[start] <= ' ' && bytes[start] >= 0) {
            start++;
        }
        String text =
                new String(
                                bytes,
                                start,
                                Math.min(bytes.length - start, LONGEST_WORD),
                                StandardCharsets.ISO_8859_1)
                        .toLowerCase(Locale.ROOT);
        return Arrays.stream(words).anyMatch(text::startsWith);
    }

    /** Whether an object or an array begins, and no such one ends at the end. */
    boolean isBrokenOff() {
        int last = bytes.length - 1;
        while (last > from && bytes[last] <= ' ' && bytes[last] >= 0) {
            last--;
        }
        return (begins("{") && bytes[last] != '}') || (begins("[") && bytes[last] != ']');
    }

    /** Where the document begins. */
    int from() {
        return from;
    }

    /**
     * Gives the items of an array, or the one other value; false where there is none: rubbish, or
     * null.
     */
    boolean giveElements(RecordSink sink) throws InterruptedException {
        var pages = new JsonPages();
        return switch (pages.find(bytes, from, bytes.length, List.of())) {
            case ITEMS, OBJECT -> {
                for (int i = 0; i < pages.count(); i++) {
                    sink.accept(SourceRecord.ofBytes(bytes, pages.from(i), pages.to(i)));
                }
                yield true;
            }
            case SCALAR, NOTHING, IRREGULAR -> giveTree(sink);
        };
    }

    private boolean giveTree(RecordSink sink) throws InterruptedException {
        Object value = tree();
        if (value == null || Python.isMissing(value)) {
            return false;
        }
        if (value instanceof List<?> items) {
            for (Object item : items) {
                sink.accept(SourceRecord.ofValue(item));
            }
        } else {
            sink.accept(SourceRecord.ofValue(value));
        }
        return true;
    }

    /** The whole value; {@link Python#MISSING} where the bytes are no JSON. */
    @Nullable Object tree() {
        try {
            // Strictly: Jackson would let some bytes through that are no UTF-8.
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                            .toString();
            return inRange(Json.parse(text));
        } catch (CharacterCodingException | PythonError _) {
            return Python.MISSING; // what follows from that differs, and is the caller's
        }
    }

    /**
     * With floats in the place of whole numbers beyond 64 bits, as the parser has them that the
     * reference reads answers with.
     */
    private static @Nullable Object inRange(@Nullable Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    Object changed = inRange(entry.getValue());
                    if (changed instanceof Double) {
                        set(entry, changed);
                    }
                }
            }
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    Object changed = inRange(list.get(i));
                    if (changed instanceof Double) {
                        set(list, i, changed);
                    }
                }
            }
            case BigInteger number when number.signum() < 0 || number.bitLength() > Long.SIZE -> {
                double real = number.doubleValue();
                return Double.isInfinite(real) ? number : (Object) real;
            }
            case null, default -> {
                return value;
            }
        }
        return value;
    }

    @SuppressWarnings("unchecked") // of a tree that was just made
    private static void set(Map.Entry<?, ?> entry, Object value) {
        ((Map.Entry<Object, Object>) entry).setValue(value);
    }

    @SuppressWarnings("unchecked") // as above
    private static void set(List<?> list, int index, Object value) {
        ((List<Object>) list).set(index, value);
    }
}
