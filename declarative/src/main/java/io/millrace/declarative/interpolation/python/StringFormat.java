package io.millrace.declarative.interpolation.python;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code text.format(…)} as the sandbox offers it: fields may reach attributes and items, under the
 * rules of templates.
 */
final class StringFormat {
    private static final int DEPTH = 2;

    private final Arguments positional;
    private final Map<?, ?> named;
    private final UnaryOperator<String> escape;
    private int automatic;

    private StringFormat(Arguments positional, Map<?, ?> named, UnaryOperator<String> escape) {
        this.positional = positional;
        this.named = named;
        this.escape = escape;
    }

    static String format(String text, Arguments arguments, UnaryOperator<String> escape) {
        return new StringFormat(arguments, arguments.keywords(), escape).format(text, DEPTH);
    }

    /** {@code text.format_map(values)}. */
    static String formatMap(String text, Map<?, ?> values, UnaryOperator<String> escape) {
        return new StringFormat(Arguments.NONE, values, escape).format(text, DEPTH);
    }

    private String format(String text, int depth) {
        if (depth < 0) {
            throw PythonError.value("Max string recursion exceeded");
        }
        var result = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            char c = text.charAt(at);
            if (c == '{' || c == '}') {
                if (at + 1 < text.length() && text.charAt(at + 1) == c) {
                    result.append(c);
                    at += 2;
                } else if (c == '}') {
                    throw PythonError.value("Single '}' encountered in format string");
                } else {
                    int end = fieldEnd(text, at + 1);
                    result.append(field(text.substring(at + 1, end), depth));
                    Limits.checkSize(result.length());
                    at = end + 1;
                }
            } else {
                result.append(c);
                at++;
            }
        }
        return result.toString();
    }

    private static int fieldEnd(String text, int start) {
        int depth = 1;
        boolean inBrackets = false;
        for (int at = start; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '[' -> inBrackets = true;
                case ']' -> inBrackets = false;
                case '{' -> depth += inBrackets ? 0 : 1;
                case '}' -> {
                    if (!inBrackets && --depth == 0) {
                        return at;
                    }
                }
                default -> {}
            }
        }
        throw PythonError.value(
                start == text.length()
                        ? "Single '{' encountered in format string"
                        : "expected '}' before end of string");
    }

    private String field(String field, int depth) {
        int end = 0;
        boolean inBrackets = false;
        for (; end < field.length(); end++) {
            char c = field.charAt(end);
            if (c == '[') {
                inBrackets = true;
            } else if (c == ']') {
                inBrackets = false;
            } else if (!inBrackets && (c == '!' || c == ':')) {
                break;
            }
        }
        String name = field.substring(0, end);
        String conversion = "";
        if (end < field.length() && field.charAt(end) == '!') {
            if (end + 1 >= field.length()) {
                throw PythonError.value("end of string while looking for conversion specifier");
            }
            conversion = field.substring(end + 1, end + 2);
            end += 2;
            if (end < field.length() && field.charAt(end) != ':') {
                throw PythonError.value("expected ':' after conversion specifier");
            }
        }
        String spec = end < field.length() ? field.substring(end + 1) : "";
        Object value = lookUp(name);
        Object converted =
                switch (conversion) {
                    case "" -> value;
                    case "s" -> Python.str(value);
                    case "r" -> Repr.of(value);
                    case "a" -> Repr.ascii(value);
                    default ->
                            throw PythonError.value(
                                    "Unknown conversion specifier %s".formatted(conversion));
                };
        String filled = format(spec, depth - 1);
        return converted instanceof Markup markup && filled.isEmpty()
                ? markup.text()
                : escape.apply(FormatSpec.format(converted, filled));
    }

    private @Nullable Object lookUp(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
            end++;
        }
        String first = name.substring(0, end);
        Object value;
        if (first.isEmpty()) {
            if (automatic < 0) {
                throw PythonError.value(
                        "cannot switch from manual field specification to automatic field"
                                + " numbering");
            }
            value = positional(automatic++);
        } else if (isNumber(first)) {
            if (automatic > 0) {
                throw PythonError.value(
                        "cannot switch from automatic field numbering to manual field"
                                + " specification");
            }
            automatic = -1;
            value = positional(Integer.parseInt(first));
        } else {
            value = Dicts.find(named, first);
            if (Python.isMissing(value)) {
                throw PythonError.key(Repr.of(first));
            }
        }
        while (end < name.length()) {
            if (name.charAt(end) == '.') {
                int start = ++end;
                while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
                    end++;
                }
                if (start == end) {
                    throw PythonError.value("Empty attribute in format string");
                }
                value = Python.attribute(value, name.substring(start, end));
            } else {
                int close = name.indexOf(']', end);
                if (close < 0) {
                    throw PythonError.value("Missing ']' in format string");
                }
                String key = name.substring(end + 1, close);
                if (key.isEmpty()) {
                    throw PythonError.value("Empty attribute in format string");
                }
                value = Python.subscript(value, isNumber(key) ? (Object) Long.parseLong(key) : key);
                end = close + 1;
                if (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
                    throw PythonError.value(
                            "Only '.' or '[' may follow ']' in format field specifier");
                }
            }
        }
        return value;
    }

    private @Nullable Object positional(int index) {
        if (index >= positional.count()) {
            throw PythonError.index(
                    "Replacement index %d out of range for positional args tuple".formatted(index));
        }
        return positional.get(index);
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() < 10
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
