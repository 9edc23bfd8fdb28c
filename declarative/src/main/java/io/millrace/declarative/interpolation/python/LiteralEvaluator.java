package io.millrace.declarative.interpolation.python;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code ast.literal_eval}: turns the text of a literal into its value. What isn't a
 * literal is no error here but the answer {@link Python#MISSING}, since most texts are none.
 */
public final class LiteralEvaluator {
    /** Brackets in brackets that CPython's tokenizer takes. */
    private static final int DEPTH = 200;

    /**
     * Containers in containers that {@link #copy} follows; deeper ones go the long way through
     * their text.
     */
    private static final int COPY_DEPTH = 60;

    private static final Object NONE = Python.MISSING;

    private final String text;
    private int at;
    private int depth;

    private LiteralEvaluator(String text) {
        this.text = text;
    }

    /** The value of a literal, or {@link Python#MISSING} if {@code text} isn't one. */
    public static @Nullable Object evaluate(String text) {
        int start = 0;
        while (start < text.length() && (text.charAt(start) == ' ' || text.charAt(start) == '\t')) {
            start++;
        }
        if (start == text.length() || !canStart(text, start)) {
            return NONE;
        }
        String source = text;
        boolean carriageReturn = false;
        for (int i = start; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == 0 || (Character.isSurrogate(c) && !isPaired(source, i))) {
                return NONE;
            }
            carriageReturn |= c == '\r';
        }
        if (carriageReturn) {
            source = source.replace("\r\n", "\n").replace('\r', '\n');
        }
        var evaluator = new LiteralEvaluator(source);
        evaluator.at = start;
        return evaluator.whole();
    }

    private static boolean isPaired(String text, int at) {
        char c = text.charAt(at);
        return Character.isHighSurrogate(c)
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }

    /**
     * Tells most texts from literals by their first characters, so that the usual text costs next
     * to nothing.
     */
    private static boolean canStart(String text, int start) {
        char c = text.charAt(start);
        return switch (c) {
            case '0',
                    '1',
                    '2',
                    '3',
                    '4',
                    '5',
                    '6',
                    '7',
                    '8',
                    '9',
                    '+',
                    '-',
                    '.',
                    '\'',
                    '"',
                    '(',
                    '[',
                    '{',
                    '\n',
                    '\r',
                    '\f',
                    '#',
                    '\\' ->
                    true;
            case 'T' -> text.startsWith("True", start);
            case 'F' -> text.startsWith("False", start);
            case 'N' -> text.startsWith("None", start);
            case 's' -> text.startsWith("set", start);
            case 'r', 'R', 'b', 'B', 'u', 'U' -> {
                char next = start + 1 < text.length() ? text.charAt(start + 1) : 0;
                char third = start + 2 < text.length() ? text.charAt(start + 2) : 0;
                yield next == '\'' || next == '"' || third == '\'' || third == '"';
            }
            default -> false;
        };
    }

    private @Nullable Object whole() {
        if (!skipBlankLines()) {
            return NONE;
        }
        Object first = element();
        if (Python.isMissing(first)) {
            return NONE;
        }
        skipBlanks();
        Object value = first;
        if (peek() == ',') {
            List<Object> items = new ArrayList<>();
            items.add(first);
            while (peek() == ',') {
                at++;
                skipBlanks();
                if (atLineEnd()) {
                    break;
                }
                Object item = element();
                if (Python.isMissing(item)) {
                    return NONE;
                }
                items.add(item);
                skipBlanks();
            }
            value = Tuple.copyOf(items);
        }
        if (!atLineEnd()) {
            return NONE;
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                skipComment();
            } else if (c == '\n' || c == ' ' || c == '\t' || c == '\f') {
                at++;
            } else {
                return NONE;
            }
        }
        return value;
    }

    /** Skips lines without code; the first one with code must not be indented. */
    private boolean skipBlankLines() {
        int lineStart = at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                lineStart = ++at;
            } else if (c == '\f') {
                lineStart = ++at;
            } else if (c == ' ' || c == '\t') {
                at++;
            } else if (c == '#') {
                skipComment();
            } else {
                return at == lineStart;
            }
        }
        return false;
    }

    private boolean atLineEnd() {
        return at == text.length() || text.charAt(at) == '\n' || text.charAt(at) == '#';
    }

    private void skipComment() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void skipBlanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t' || c == '\f' || (c == '\n' && depth > 0)) {
                at++;
            } else if (c == '#' && depth > 0) {
                skipComment();
            } else if (c == '\\' && at + 2 < text.length() && text.charAt(at + 1) == '\n') {
                at += 2;
            } else {
                return;
            }
        }
    }

    private @Nullable Object element() {
        skipBlanks();
        char c = peek();
        return switch (c) {
            case '+', '-' -> {
                at++;
                skipBlanks();
                Object number = element();
                // A sign belongs to a bare number: neither a second sign nor a boolean may follow.
                boolean bare =
                        number instanceof Long
                                || number instanceof BigInteger
                                || number instanceof Double;
                if (number == null || !bare || isSigned) {
                    yield NONE;
                }
                isSigned = true;
                yield c == '-' ? Numbers.negate(number) : number;
            }
            case '(' -> parenthesized();
            case '[' -> {
                List<Object> items = items(']');
                isSigned = false;
                yield items == null ? NONE : items;
            }
            case '{' -> {
                Object braced = braced();
                isSigned = false;
                yield braced;
            }
            case '\'', '"' -> {
                isSigned = false;
                yield strings();
            }
            case '.' -> {
                isSigned = false;
                if (text.startsWith("...", at)) {
                    at += 3;
                    yield Ellipsis.VALUE;
                }
                yield number();
            }
            default -> {
                isSigned = false;
                yield c >= '0' && c <= '9' ? number() : word();
            }
        };
    }

    /** Whether the element that was read last is a number with a sign. */
    private boolean isSigned;

    private @Nullable Object word() {
        int end = at;
        while (end < text.length()
                && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        String word = text.substring(at, end);
        if (end < text.length() && (text.charAt(end) == '\'' || text.charAt(end) == '"')) {
            return strings();
        }
        return switch (word) {
            case "True" -> {
                at = end;
                yield true;
            }
            case "False" -> {
                at = end;
                yield false;
            }
            case "None" -> {
                at = end;
                yield null;
            }
            case "set" -> {
                at = end;
                skipBlanks();
                if (peek() != '(') {
                    yield NONE;
                }
                at++;
                depth++;
                skipBlanks();
                if (peek() != ')') {
                    yield NONE;
                }
                at++;
                depth--;
                yield new PythonSet();
            }
            default -> NONE;
        };
    }

    private @Nullable Object parenthesized() {
        if (++depth > DEPTH) {
            return NONE;
        }
        at++;
        List<Object> items = new ArrayList<>();
        boolean comma = false;
        skipBlanks();
        while (peek() != ')') {
            Object item = element();
            if (Python.isMissing(item)) {
                return NONE;
            }
            items.add(item);
            skipBlanks();
            if (peek() == ',') {
                comma = true;
                at++;
                skipBlanks();
            } else if (peek() != ')') {
                return NONE;
            }
        }
        at++;
        depth--;
        if (items.size() == 1 && !comma) {
            // Parentheses alone leave no trace: -(5) is a number with a sign, and -(-5) is refused
            // for its second one.
            return items.getFirst();
        }
        isSigned = false;
        return Tuple.copyOf(items);
    }

    /** Elements up to {@code close}, or null if something else is in between. */
    private @Nullable List<Object> items(char close) {
        if (++depth > DEPTH) {
            return null;
        }
        at++;
        List<Object> items = new ArrayList<>();
        skipBlanks();
        while (peek() != close) {
            Object item = element();
            if (Python.isMissing(item)) {
                return null;
            }
            items.add(item);
            skipBlanks();
            if (peek() == ',') {
                at++;
                skipBlanks();
            } else if (peek() != close) {
                return null;
            }
        }
        at++;
        depth--;
        return items;
    }

    private @Nullable Object braced() {
        int start = at;
        if (++depth > DEPTH) {
            return NONE;
        }
        at++;
        skipBlanks();
        Map<Object, Object> map = new LinkedHashMap<>();
        if (peek() == '}') {
            at++;
            depth--;
            return map;
        }
        Object first = element();
        if (Python.isMissing(first)) {
            return NONE;
        }
        skipBlanks();
        if (peek() != ':') {
            at = start;
            depth--;
            List<Object> items = items('}');
            return items == null ? NONE : set(items);
        }
        Object key = first;
        while (true) {
            at++;
            Object value = element();
            if (Python.isMissing(value) || !isHashable(key)) {
                return NONE;
            }
            Dicts.put(map, key, value);
            skipBlanks();
            if (peek() == ',') {
                at++;
                skipBlanks();
            } else if (peek() != '}') {
                return NONE;
            }
            if (peek() == '}') {
                at++;
                depth--;
                return map;
            }
            key = element();
            skipBlanks();
            if (Python.isMissing(key) || peek() != ':') {
                return NONE;
            }
        }
    }

    private static Object set(List<Object> items) {
        var set = new PythonSet();
        for (Object item : items) {
            if (!isHashable(item)) {
                return NONE;
            }
            set.add(item);
        }
        return set;
    }

    private static boolean isHashable(@Nullable Object value) {
        return value instanceof Tuple tuple
                ? tuple.stream().allMatch(LiteralEvaluator::isHashable)
                : !(value instanceof List<?>)
                        && !(value instanceof Map<?, ?>)
                        && !(value instanceof PythonSet);
    }

    private @Nullable Object number() {
        int start = at;
        if (peek() == '0' && at + 1 < text.length() && "xXoObB".indexOf(text.charAt(at + 1)) >= 0) {
            int radix =
                    switch (text.charAt(at + 1)) {
                        case 'x', 'X' -> 16;
                        case 'o', 'O' -> 8;
                        default -> 2;
                    };
            at += 2;
            var digits = new StringBuilder();
            boolean mayUnderscore = true;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '_' && mayUnderscore) {
                    mayUnderscore = false;
                } else if (c < 128 && Character.digit(c, radix) >= 0) {
                    digits.append(c);
                    mayUnderscore = true;
                } else {
                    break;
                }
                at++;
            }
            return digits.isEmpty() || !mayUnderscore || continuesAsWord()
                    ? NONE
                    : Numbers.normal(new BigInteger(digits.toString(), radix));
        }
        int wholeEnd = digits();
        if (wholeEnd < 0) {
            return NONE;
        }
        boolean real = false;
        boolean any = wholeEnd > start;
        if (peek() == '.') {
            real = true;
            at++;
            int fractionStart = at;
            int end = digits();
            if (end < 0) {
                return NONE;
            }
            any |= end > fractionStart;
        }
        if (!any) {
            return NONE;
        }
        if (peek() == 'e' || peek() == 'E') {
            int mark = at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            int digitsStart = at;
            int end = digits();
            if (end <= digitsStart) {
                at = mark;
                return NONE;
            }
            real = true;
        }
        // A "j" makes a complex number, which the callers of literal evaluation leave as text.
        if (continuesAsWord()) {
            return NONE;
        }
        String literal = text.substring(start, at).replace("_", "");
        if (real) {
            return Double.parseDouble(literal);
        }
        boolean zero = literal.chars().allMatch(c -> c == '0');
        if ((literal.charAt(0) == '0' && !zero) || literal.length() > Limits.INTEGER_DIGITS) {
            return NONE;
        }
        return literal.length() <= 18
                ? (Object) Long.parseLong(literal)
                : Numbers.normal(new BigInteger(literal));
    }

    private boolean continuesAsWord() {
        return at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_');
    }

    /** Reads digits with single underscores between them; returns where they end, or -1. */
    private int digits() {
        boolean afterDigit = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c >= '0' && c <= '9') {
                afterDigit = true;
            } else if (c == '_' && afterDigit) {
                afterDigit = false;
            } else {
                break;
            }
            at++;
        }
        return at > 0 && text.charAt(at - 1) == '_' ? -1 : at;
    }

    /** One string literal, or several in a row, which belong together. */
    private @Nullable Object strings() {
        StringBuilder characters = null;
        ByteArrayOutputStream bytes = null;
        while (true) {
            boolean raw = false;
            boolean binary = false;
            int prefix = at;
            while (at < text.length() && text.charAt(at) != '\'' && text.charAt(at) != '"') {
                switch (text.charAt(at)) {
                    case 'r', 'R' -> raw = true;
                    case 'b', 'B' -> binary = true;
                    case 'u', 'U' -> {}
                    default -> {
                        return NONE;
                    }
                }
                at++;
            }
            if (!isPrefix(text.substring(prefix, at))) {
                return NONE;
            }
            var content = new StringBuilder();
            if (!string(content, raw, binary)) {
                return NONE;
            }
            if (binary) {
                bytes = bytes == null ? new ByteArrayOutputStream() : bytes;
                bytes.writeBytes(content.toString().getBytes(StandardCharsets.ISO_8859_1));
            } else {
                characters = characters == null ? new StringBuilder() : characters;
                characters.append(content);
            }
            if (bytes != null && characters != null) {
                return NONE;
            }
            skipBlanks();
            if (!stringFollows()) {
                return bytes != null ? new Bytes(bytes.toByteArray()) : String.valueOf(characters);
            }
        }
    }

    private static boolean isPrefix(String prefix) {
        return switch (Text.lower(prefix)) {
            case "", "r", "u", "b", "br", "rb" -> true;
            default -> false;
        };
    }

    private boolean stringFollows() {
        int end = at;
        while (end < text.length() && end - at < 3 && "rRbBuU".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        return end < text.length() && (text.charAt(end) == '\'' || text.charAt(end) == '"');
    }

    private boolean string(StringBuilder into, boolean raw, boolean binary) {
        char quote = text.charAt(at);
        String triple = Character.toString(quote).repeat(3);
        boolean isTriple = text.startsWith(triple, at);
        at += isTriple ? 3 : 1;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (isTriple ? text.startsWith(triple, at) : c == quote) {
                at += isTriple ? 3 : 1;
                return true;
            }
            if ((c == '\n' && !isTriple) || (binary && c > 127)) {
                return false;
            }
            if (c != '\\') {
                into.append(c);
                at++;
            } else if (raw) {
                into.append(c);
                at++;
                if (at < text.length()) {
                    into.append(text.charAt(at++));
                }
            } else {
                int end = Escapes.append(into, text, at, binary);
                if (end < 0) {
                    return false;
                }
                at = end;
            }
        }
        return false;
    }

    /**
     * What {@code evaluate(str(value))} would return for a value that isn't text: a copy of its
     * own, or {@link Python#MISSING} if the printed value is no literal or has to be gone through.
     */
    public static @Nullable Object copy(@Nullable Object value) {
        return copy(value, 0);
    }

    private static @Nullable Object copy(@Nullable Object value, int depth) {
        return switch (value) {
            case null -> null;
            case String text -> depth == 0 ? evaluate(text) : text;
            case Boolean flag -> flag;
            case Long number -> number;
            case Double real -> Double.isNaN(real) || Double.isInfinite(real) ? NONE : real;
            case Tuple _ -> NONE;
            case List<?> list -> {
                if (depth > COPY_DEPTH) {
                    yield NONE;
                }
                List<Object> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    Object copied = copy(item, depth + 1);
                    if (Python.isMissing(copied)) {
                        yield NONE;
                    }
                    items.add(copied);
                }
                yield items;
            }
            case Map<?, ?> map -> {
                if (depth > COPY_DEPTH) {
                    yield NONE;
                }
                Map<Object, Object> copies = LinkedHashMap.newLinkedHashMap(map.size());
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    Object copied = copy(entry.getValue(), depth + 1);
                    if (Python.isMissing(copied) || !(entry.getKey() instanceof String)) {
                        yield NONE;
                    }
                    copies.put(entry.getKey(), copied);
                }
                yield copies;
            }
            default -> NONE;
        };
    }
}
