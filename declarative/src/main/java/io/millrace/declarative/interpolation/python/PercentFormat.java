package io.millrace.declarative.interpolation.python;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** {@code text % values}. */
final class PercentFormat {
    private final String format;
    private final @Nullable Object values;
    private final UnaryOperator<String> escape;
    private final StringBuilder result = new StringBuilder();
    private int at;
    private int used;

    private PercentFormat(String format, @Nullable Object values, UnaryOperator<String> escape) {
        this.format = format;
        this.values = values;
        this.escape = escape;
    }

    static String format(String format, @Nullable Object values) {
        return new PercentFormat(format, values, UnaryOperator.identity()).format();
    }

    /** The same into HTML: texts that are no markup get escaped. */
    static String formatEscaped(String format, @Nullable Object values) {
        return new PercentFormat(format, values, Markup::escape).format();
    }

    private String format() {
        while (true) {
            int next = format.indexOf('%', at);
            if (next < 0) {
                break;
            }
            result.append(format, at, next);
            at = next + 1;
            placeholder();
            Limits.checkSize(result.length());
        }
        result.append(format, at, format.length());
        boolean leftOver =
                values instanceof Tuple tuple ? used < tuple.size() : used == 0 && !isMapping();
        if (leftOver) {
            throw PythonError.type("not all arguments converted during string formatting");
        }
        return result.toString();
    }

    /** What may be looked up by name; such values may go unused. */
    private boolean isMapping() {
        return values instanceof Map<?, ?>
                || (values instanceof List<?> && !(values instanceof Tuple))
                || values instanceof Bytes
                || values instanceof Undefined;
    }

    private char peek() {
        if (at >= format.length()) {
            throw PythonError.value("incomplete format");
        }
        return format.charAt(at);
    }

    private @Nullable Object next() {
        if (values instanceof Tuple tuple) {
            if (used >= tuple.size()) {
                throw PythonError.type("not enough arguments for format string");
            }
            return tuple.get(used++);
        }
        if (used++ > 0) {
            throw PythonError.type("not enough arguments for format string");
        }
        return values;
    }

    private void placeholder() {
        Object named = Python.MISSING;
        if (peek() == '%') {
            result.append('%');
            at++;
            return;
        }
        if (peek() == '(') {
            int depth = 1;
            int start = ++at;
            for (; depth > 0; at++) {
                if (at >= format.length()) {
                    throw PythonError.value("incomplete format key");
                }
                depth += format.charAt(at) == '(' ? 1 : format.charAt(at) == ')' ? -1 : 0;
            }
            if (!isMapping()) {
                throw PythonError.type("format requires a mapping");
            }
            named = Python.item(values, format.substring(start, at - 1));
        }
        boolean left = false;
        boolean zero = false;
        boolean alternate = false;
        char sign = 0;
        for (; "-+ #0".indexOf(peek()) >= 0; at++) {
            switch (peek()) {
                case '-' -> left = true;
                case '0' -> zero = true;
                case '#' -> alternate = true;
                case '+' -> sign = '+';
                default -> sign = sign == '+' ? '+' : ' ';
            }
        }
        int width = number();
        if (width < 0) {
            left = true;
            width = -width;
        }
        int precision = -1;
        if (peek() == '.') {
            at++;
            precision = Math.max(number(), 0);
        }
        Limits.checkSize(Math.max(width, precision));
        while ("hlL".indexOf(peek()) >= 0) {
            at++;
        }
        char code = peek();
        at++;
        Object value = Python.isMissing(named) ? next() : named;
        String text =
                switch (code) {
                    case 's', 'r', 'a' -> {
                        String printed =
                                code == 's'
                                        ? plain(value)
                                        : escape.apply(
                                                code == 'r' ? Repr.of(value) : Repr.ascii(value));
                        zero = false;
                        yield precision >= 0 && precision < Text.length(printed)
                                ? Text.slice(printed, 0, precision)
                                : printed;
                    }
                    case 'c' -> {
                        zero = false;
                        yield character(value);
                    }
                    case 'd', 'i', 'u', 'o', 'x', 'X' ->
                            integer(value, code, precision, alternate, sign);
                    case 'e', 'E', 'f', 'F', 'g', 'G' ->
                            real(value, code, precision, alternate, sign);
                    default ->
                            throw PythonError.value(
                                    "unsupported format character '%c'".formatted(code));
                };
        int missing = width - Text.length(text);
        if (missing <= 0) {
            result.append(text);
        } else if (left) {
            result.append(text).append(" ".repeat(missing));
        } else if (zero) {
            int head = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ") ? 1 : 0;
            if (alternate
                    && text.length() > head + 1
                    && text.charAt(head) == '0'
                    && "xXo".indexOf(text.charAt(head + 1)) >= 0) {
                head += 2;
            }
            result.append(text, 0, head)
                    .append("0".repeat(missing))
                    .append(text, head, text.length());
        } else {
            result.append(" ".repeat(missing)).append(text);
        }
    }

    private String plain(@Nullable Object value) {
        return value instanceof Markup markup ? markup.text() : escape.apply(Python.str(value));
    }

    private int number() {
        if (peek() == '*') {
            at++;
            Object value = next();
            if (!Numbers.isInteger(value) || value == null) {
                throw PythonError.type("* wants int");
            }
            return Numbers.clipped(value);
        }
        long number = 0;
        while (peek() >= '0' && peek() <= '9') {
            number = number * 10 + peek() - '0';
            Limits.checkSize(number);
            at++;
        }
        return (int) number;
    }

    private static String character(@Nullable Object value) {
        String text = Python.text(value);
        if (text != null && Text.length(text) == 1) {
            return text;
        }
        if (value == null || !Numbers.isInteger(value)) {
            throw PythonError.type("%c requires int or char");
        }
        int point = Numbers.clipped(value);
        if (!Character.isValidCodePoint(point)) {
            throw PythonError.overflow("%c arg not in range(0x110000)");
        }
        return Character.toString(point);
    }

    private static String integer(
            @Nullable Object value, char code, int precision, boolean alternate, char sign) {
        BigInteger number;
        if (value instanceof Undefined undefined && "diu".indexOf(code) >= 0) {
            throw undefined.failure();
        }
        if (value instanceof Double real && (code == 'd' || code == 'i' || code == 'u')) {
            number = Numbers.big(Numbers.truncate(real));
        } else if (value != null && Numbers.isInteger(value)) {
            number = Numbers.big(value);
        } else {
            throw PythonError.type(
                    "%%%c format: a number is required, not %s"
                            .formatted(code, Python.typeName(value)));
        }
        String digits =
                switch (code) {
                    case 'o' -> number.abs().toString(8);
                    case 'x' -> number.abs().toString(16);
                    case 'X' -> Text.upper(number.abs().toString(16));
                    default -> Numbers.print(number.abs());
                };
        String prefix = alternate && "oxX".indexOf(code) >= 0 ? "0" + code : "";
        String padded =
                precision > digits.length()
                        ? "0".repeat(precision - digits.length()) + digits
                        : digits;
        return (number.signum() < 0 ? "-" : sign == 0 ? "" : Character.toString(sign))
                + prefix
                + padded;
    }

    private static String real(
            @Nullable Object value, char code, int precision, boolean alternate, char sign) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value == null || !Numbers.isNumber(value)) {
            throw PythonError.type("must be real number, not %s".formatted(Python.typeName(value)));
        }
        double real = Numbers.real(value);
        boolean negative = real < 0 || (real == 0 && 1 / real < 0);
        return (negative ? "-" : sign == 0 ? "" : Character.toString(sign))
                + FormatSpec.percentReal(
                        Math.abs(real), code, precision < 0 ? 6 : precision, alternate);
    }
}
