package io.millrace.declarative.interpolation.python;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code repr()}: how values print inside of containers. */
public final class Repr {
    private Repr() {}

    public static String of(@Nullable Object value) {
        if (value instanceof String text && isSimple(text)) {
            return "'" + text + "'";
        }
        var into = new StringBuilder();
        append(into, value, 0);
        return into.toString();
    }

    private static boolean isSimple(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '\'' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static void append(StringBuilder into, @Nullable Object value, int depth) {
        if (depth > Limits.DEPTH) {
            throw new PythonError(
                    PythonError.Kind.RECURSION,
                    "maximum recursion depth exceeded while getting the repr of an object");
        }
        Limits.checkSize(into.length());
        switch (value) {
            case null -> into.append("None");
            case String text -> appendText(into, text);
            case Boolean flag -> into.append(flag ? "True" : "False");
            case Long number -> into.append(number.longValue());
            case Double real -> into.append(Numbers.print(real));
            case BigInteger number -> into.append(Numbers.print(number));
            case Tuple tuple -> {
                appendAll(into, "(", tuple.iterator(), tuple.size() == 1 ? ",)" : ")", depth);
            }
            case List<?> list -> appendAll(into, "[", list.iterator(), "]", depth);
            case Map<?, ?> map -> appendMap(into, map, depth);
            case PythonSet set ->
                    appendAll(
                            into,
                            set.size() == 0 ? "set(" : "{",
                            set.iterator(),
                            set.size() == 0 ? ")" : "}",
                            depth);
            case DictView view -> {
                into.append(view.kind().typeName());
                appendAll(into, "([", view.iterator(), "])", depth);
            }
            case Bytes bytes -> appendBytes(into, bytes);
            case Markup markup -> {
                into.append("Markup(");
                appendText(into, markup.text());
                into.append(')');
            }
            case Undefined _ -> into.append("Undefined");
            case LocalDate date ->
                    into.append(
                            "datetime.date(%d, %d, %d)"
                                    .formatted(
                                            date.getYear(),
                                            date.getMonthValue(),
                                            date.getDayOfMonth()));
            case Datetime datetime -> into.append(datetime.repr());
            case ClockTime time -> into.append(time.repr());
            case Zone zone -> into.append(zone.repr());
            case TimeDelta delta -> into.append(delta.repr());
            case CalendarDuration duration -> into.append(duration.repr());
            case PythonIterator iterator -> into.append(iterator.repr());
            case Callable callable -> into.append(callable.repr());
            case PythonObject object -> into.append(object.repr());
            case Ellipsis _ -> into.append("Ellipsis");
            case Slice slice ->
                    appendAll(
                            into,
                            "slice(",
                            Tuple.of(slice.start(), slice.stop(), slice.step()).iterator(),
                            ")",
                            depth);
            default ->
                    throw new IllegalArgumentException(
                            "Not a Python value: " + value.getClass().getName());
        }
    }

    private static void appendAll(
            StringBuilder into, String start, Iterator<?> items, String end, int depth) {
        into.append(start);
        for (String separator = ""; items.hasNext(); separator = ", ") {
            into.append(separator);
            append(into, items.next(), depth + 1);
        }
        into.append(end);
    }

    private static void appendMap(StringBuilder into, Map<?, ?> map, int depth) {
        into.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            into.append(separator);
            append(into, entry.getKey(), depth + 1);
            into.append(": ");
            append(into, entry.getValue(), depth + 1);
            separator = ", ";
        }
        into.append('}');
    }

    static void appendText(StringBuilder into, String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        into.append(quote);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '\n' -> into.append("\\n");
                case '\r' -> into.append("\\r");
                case '\t' -> into.append("\\t");
                case '\\' -> into.append("\\\\");
                default -> {
                    if (c == quote) {
                        into.append('\\').append(quote);
                    } else if ((c >= ' ' && c <= '~') || (c > 127 && isPrintable(c))) {
                        into.appendCodePoint(c);
                    } else if (c <= 0xFF) {
                        into.append("\\x%02x".formatted(c));
                    } else if (c <= 0xFFFF) {
                        into.append("\\u%04x".formatted(c));
                    } else {
                        into.append("\\U%08x".formatted(c));
                    }
                }
            }
        }
        into.append(quote);
    }

    /** {@code str.isprintable} of one character. */
    static boolean isPrintable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR ->
                            false;
                    default -> true;
                };
    }

    private static void appendBytes(StringBuilder into, Bytes bytes) {
        String text = bytes.latin1();
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        into.append('b').append(quote);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> into.append("\\n");
                case '\r' -> into.append("\\r");
                case '\t' -> into.append("\\t");
                case '\\' -> into.append("\\\\");
                default -> {
                    if (c == quote) {
                        into.append('\\').append(quote);
                    } else if (c >= ' ' && c <= '~') {
                        into.append(c);
                    } else {
                        into.append("\\x%02x".formatted((int) c));
                    }
                }
            }
        }
        into.append(quote);
    }

    /** {@code ascii()}: the same with every character beyond ASCII escaped. */
    static String ascii(@Nullable Object value) {
        String text = of(value);
        var result = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (c < 128) {
                        result.append((char) c);
                    } else if (c <= 0xFF) {
                        result.append("\\x%02x".formatted(c));
                    } else if (c <= 0xFFFF) {
                        result.append("\\u%04x".formatted(c));
                    } else {
                        result.append("\\U%08x".formatted(c));
                    }
                });
        return result.toString();
    }
}
