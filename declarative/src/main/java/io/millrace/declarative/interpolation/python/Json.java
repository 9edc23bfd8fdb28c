package io.millrace.declarative.interpolation.python;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** JSON as Python's {@code json} module reads and writes it. */
public final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNumberLength(Limits.INTEGER_DIGITS + 1)
                                    .maxNestingDepth(Limits.DEPTH)
                                    .build())
                    .build();

    /** {@code json_loads(text)}, for the fields that offer it to templates. */
    public static final Function LOADS =
            new Function(
                    "loads",
                    arguments -> {
                        Object text = arguments.bind("loads", 1, "s")[0];
                        return parse(
                                Python.requireText(
                                        "the JSON object must be str, bytes or bytearray",
                                        text instanceof Bytes bytes ? bytes.latin1() : text));
                    });

    private Json() {}

    /** The value of a JSON text. Fails with a value error if it is none. */
    public static @Nullable Object parse(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            Object value = read(parser);
            if (parser.nextToken() != null) {
                throw PythonError.value("Extra data after a JSON value");
            }
            return value;
        } catch (JacksonException error) {
            throw PythonError.value("Not a JSON text: %s".formatted(error.getOriginalMessage()));
        }
    }

    /**
     * The value of JSON in UTF-8, from {@code from} to {@code to}. Fails with a value error if it
     * is none.
     */
    public static @Nullable Object parse(byte[] source, int from, int to) {
        try (JsonParser parser =
                FACTORY.createParser(ObjectReadContext.empty(), source, from, to - from)) {
            parser.nextToken();
            Object value = read(parser);
            if (parser.nextToken() != null) {
                throw PythonError.value("Extra data after a JSON value");
            }
            return value;
        } catch (JacksonException error) {
            throw PythonError.value("Not a JSON text: %s".formatted(error.getOriginalMessage()));
        }
    }

    /** A parser of what arrives, for {@link #read}. Closing it closes {@code source}. */
    public static JsonParser parser(InputStream source) {
        return FACTORY.createParser(ObjectReadContext.empty(), source);
    }

    /** As {@link #parser(InputStream)}, for text. */
    public static JsonParser parser(Reader source) {
        return FACTORY.createParser(ObjectReadContext.empty(), source);
    }

    /**
     * Reads the value at whose first token the parser stands, and leaves it at the last one:
     * objects as {@link LinkedHashMap}, arrays as {@link ArrayList}. This is how records come into
     * being.
     */
    public static @Nullable Object read(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw PythonError.value("Expecting a JSON value");
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                    parser.nextToken();
                    map.put(name, read(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(read(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT ->
                    switch (parser.getNumberType()) {
                        case INT, LONG -> parser.getLongValue();
                        default -> Numbers.normal(parser.getBigIntegerValue());
                    };
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                    throw PythonError.value("Expecting a JSON value");
        };
    }

    /**
     * {@code json.dumps(value)}: ASCII, with a blank after separators. Fails for what JSON has no
     * word for.
     */
    public static String dumps(@Nullable Object value) {
        return dumps(value, false, -1);
    }

    /**
     * The same, with keys in order if wanted, and one item a line if {@code indent} is not
     * negative.
     */
    public static String dumps(@Nullable Object value, boolean sortKeys, int indent) {
        var into = new StringBuilder();
        new Writer(into, sortKeys, indent).write(value, 0);
        return into.toString();
    }

    private record Writer(StringBuilder into, boolean sortKeys, int indent) {

        private void write(@Nullable Object value, int depth) {
            if (depth > Limits.DEPTH) {
                throw PythonError.value("Circular reference detected");
            }
            Limits.checkSize(into.length());
            switch (value) {
                case null -> into.append("null");
                case Boolean flag -> into.append(flag.booleanValue());
                case Long number -> into.append(number.longValue());
                case BigInteger number -> into.append(Numbers.print(number));
                case Double real -> into.append(real(real));
                case String text -> quote(text);
                case Markup markup -> quote(markup.text());
                case List<?> list -> writeList(list, depth);
                case Map<?, ?> map when Python.isDict(map) -> writeMap(map, depth);
                default ->
                        throw PythonError.type(
                                "Object of type %s is not JSON serializable"
                                        .formatted(Python.typeName(value)));
            }
        }

        private static String real(double real) {
            return Double.isNaN(real)
                    ? "NaN"
                    : Double.isInfinite(real)
                            ? real > 0 ? "Infinity" : "-Infinity"
                            : Numbers.print(real);
        }

        private void writeList(List<?> list, int depth) {
            if (list.isEmpty()) {
                into.append("[]");
                return;
            }
            into.append('[');
            boolean first = true;
            for (Object item : list) {
                separate(first, depth + 1);
                write(item, depth + 1);
                first = false;
            }
            newLine(depth);
            into.append(']');
        }

        private void writeMap(Map<?, ?> map, int depth) {
            if (map.isEmpty()) {
                into.append("{}");
                return;
            }
            into.append('{');
            boolean first = true;
            List<?> keys = new ArrayList<>(map.keySet());
            for (Object key : sortKeys ? Sorting.sorted(keys, item -> item, false) : keys) {
                separate(first, depth + 1);
                quote(key(key));
                into.append(": ");
                write(map.get(key), depth + 1);
                first = false;
            }
            newLine(depth);
            into.append('}');
        }

        private static String key(@Nullable Object key) {
            return switch (key) {
                case String text -> text;
                case null -> "null";
                case Boolean flag -> flag ? "true" : "false";
                case Long number -> number.toString();
                case BigInteger number -> Numbers.print(number);
                case Double real -> real(real);
                default ->
                        throw PythonError.type(
                                "keys must be str, int, float, bool or None, not %s"
                                        .formatted(Python.typeName(key)));
            };
        }

        private void separate(boolean first, int depth) {
            if (!first) {
                into.append(indent < 0 ? ", " : ",");
            }
            newLine(depth);
        }

        private void newLine(int depth) {
            if (indent >= 0) {
                Limits.checkSize((long) indent * depth);
                into.append('\n').append(" ".repeat(indent * depth));
            }
        }

        private void quote(String text) {
            into.append('"');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '"' -> into.append("\\\"");
                    case '\\' -> into.append("\\\\");
                    case '\n' -> into.append("\\n");
                    case '\r' -> into.append("\\r");
                    case '\t' -> into.append("\\t");
                    case '\f' -> into.append("\\f");
                    case '\b' -> into.append("\\b");
                    default -> {
                        if (c >= ' ' && c <= '~') {
                            into.append(c);
                        } else {
                            into.append("\\u%04x".formatted((int) c));
                        }
                    }
                }
            }
            into.append('"');
        }
    }
}
