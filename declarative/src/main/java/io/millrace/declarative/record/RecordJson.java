package io.millrace.declarative.record;

import io.millrace.declarative.interpolation.python.Markup;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.protocol.json.JsonBuffer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python values as the JSON of a message: in UTF-8, without blanks. What JSON has no number for
 * becomes null (reference: 12.1), and a key that isn't text becomes the text that Python's writer
 * makes of it.
 */
public final class RecordJson {
    /** Deeper values are refused, as they are where JSON is read. */
    private static final int DEEPEST = 1000;

    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");

    /**
     * Keys as they are written, each with its colon, by the hash of their text: records have the
     * same ones again and again. A race at worst makes one twice.
     */
    private static final @Nullable Key[] KEYS = new Key[1 << 12];

    private static final class Key {
        private final String text;
        private final byte[] written;

        Key(String text, byte[] written) {
            this.text = text;
            this.written = written;
        }
    }

    private RecordJson() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Appends {@code value}. Fails with a type error for what JSON has no word for. */
    public static void write(@Nullable Object value, JsonBuffer out) {
        write(value, out, 0);
    }

    private static void write(@Nullable Object value, JsonBuffer out, int depth) {
        if (depth > DEEPEST) {
            throw PythonError.value("Circular reference detected");
        }
        switch (value) {
            case null -> out.append(NULL);
            case String text -> writeText(text, out);
            case Long number -> out.appendLong(number);
            case Boolean flag -> out.append(flag ? TRUE : FALSE);
            case Double real ->
                    out.append(Double.isFinite(real) ? Numbers.print(real.doubleValue()) : "null");
            case BigInteger number -> out.append(number.toString());
            case Map<?, ?> map -> writeMap(map, out, depth);
            case List<?> list -> writeList(list, out, depth);
            case Markup markup -> writeText(markup.text(), out);
            default ->
                    throw PythonError.type(
                            "Object of type %s is not JSON serializable"
                                    .formatted(Python.typeName(value)));
        }
    }

    private static void writeMap(Map<?, ?> map, JsonBuffer out, int depth) {
        out.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!first) {
                out.append(',');
            }
            first = false;
            writeKey(key(entry.getKey()), out);
            write(entry.getValue(), out, depth + 1);
        }
        out.append('}');
    }

    private static void writeList(List<?> list, JsonBuffer out, int depth) {
        out.append('[');
        boolean first = true;
        for (Object item : list) {
            if (!first) {
                out.append(',');
            }
            first = false;
            write(item, out, depth + 1);
        }
        out.append(']');
    }

    private static void writeKey(String text, JsonBuffer out) {
        int hash = text.hashCode();
        int slot = (hash ^ hash >>> 15) & KEYS.length - 1;
        Key known = KEYS[slot];
        if (known == null || !known.text.equals(text)) {
            var written = new JsonBuffer(text.length() + 3);
            writeText(text, written);
            written.append(':');
            known = new Key(text, written.toBytes());
            KEYS[slot] = known;
        }
        out.append(known.written);
    }

    private static String key(@Nullable Object key) {
        return switch (key) {
            case String text -> text;
            case null -> "null";
            case Boolean flag -> flag ? "true" : "false";
            case Long _, Double _, BigInteger _, Markup _ -> Python.str(key);
            default ->
                    throw PythonError.type(
                            "keys must be str, int, float, bool or None, not %s"
                                    .formatted(Python.typeName(key)));
        };
    }

    private static void writeText(String text, JsonBuffer out) {
        int half = findHalf(text, 0);
        if (half < 0) {
            out.appendString(text);
            return;
        }
        // Half of a surrogate pair has no UTF-8; as an escape it gets through as it came.
        out.append('"');
        int from = 0;
        while (half >= 0) {
            appendInside(text.substring(from, half), out);
            out.append("\\u%04x".formatted((int) text.charAt(half)));
            from = half + 1;
            half = findHalf(text, from);
        }
        appendInside(text.substring(from), out);
        out.append('"');
    }

    /** Appends text that stands between quotes which are there already. */
    private static void appendInside(String text, JsonBuffer out) {
        var quoted = new JsonBuffer(text.length() + 2);
        quoted.appendString(text);
        out.append(quoted.array(), 1, quoted.size() - 2);
    }

    private static int findHalf(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                } else {
                    return i;
                }
            }
        }
        return -1;
    }
}
