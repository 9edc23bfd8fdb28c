package io.millrace.protocol.json;

/**
 * Walks over JSON in an array of bytes, value by value, and checks its grammar as it goes. Nothing
 * is copied: what was found is told as a range. One thread.
 */
final class JsonScanner {
    /** What kind of value stands next, or that none does. */
    enum Kind {
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        OBJECT,
        ARRAY,

        /** {@code NaN} or an infinity without quotes: no JSON, but what Python's writer makes. */
        NOT_FINITE,

        MALFORMED
    }

    private static final Kind[] KINDS = kinds();

    byte[] in = new byte[0];
    int at;
    int end;

    /** The last value: its first byte, and the one behind it; without the quotes of a string. */
    int from;

    int to;

    /** Whether the last string has escapes. */
    boolean escaped;

    /** Whether the last string, or a string in the last nested value, is no UTF-8. */
    boolean garbled;

    /** Whether the last nested value holds something that is no JSON but was understood. */
    boolean irregular;

    /** How deep the last nested value is; 1 for an array of scalars. */
    int depth;

    private long[] objects = new long[16]; // a bit for each open level: 1 for an object

    private static Kind[] kinds() {
        var kinds = new Kind[128];
        java.util.Arrays.fill(kinds, Kind.MALFORMED);
        for (char digit = '0'; digit <= '9'; digit++) {
            kinds[digit] = Kind.NUMBER;
        }
        kinds['-'] = Kind.NUMBER;
        kinds['"'] = Kind.STRING;
        kinds['t'] = Kind.TRUE;
        kinds['f'] = Kind.FALSE;
        kinds['n'] = Kind.NULL;
        kinds['{'] = Kind.OBJECT;
        kinds['['] = Kind.ARRAY;
        kinds['N'] = Kind.NOT_FINITE;
        kinds['I'] = Kind.NOT_FINITE;
        return kinds;
    }

    void begin(byte[] source, int start, int stop) {
        in = source;
        at = start;
        end = stop;
    }

    void skipWhitespace() {
        while (at < end) {
            byte octet = in[at];
            if (octet > ' ' || (octet != ' ' && octet != '\n' && octet != '\r' && octet != '\t')) {
                return;
            }
            at++;
        }
    }

    /** Skips {@code expected}, with white space before and behind it. */
    boolean skip(char expected) {
        if (at < end && in[at] == expected) {
            at++;
            return true;
        }
        skipWhitespace();
        if (at < end && in[at] == expected) {
            at++;
            return true;
        }
        return false;
    }

    /** Reads a whole value, leading white space included. */
    Kind value() {
        if (at < end && in[at] <= ' ') {
            skipWhitespace();
        }
        if (at >= end || in[at] < 0) {
            return Kind.MALFORMED;
        }
        Kind kind = KINDS[in[at]];
        return switch (kind) {
            case STRING -> string() ? kind : Kind.MALFORMED;
            case NUMBER -> number();
            case TRUE -> literal("true", kind);
            case FALSE -> literal("false", kind);
            case NULL -> literal("null", kind);
            case NOT_FINITE -> literal(in[at] == 'N' ? "NaN" : "Infinity", kind);
            case OBJECT, ARRAY -> nested(kind);
            case MALFORMED -> kind;
        };
    }

    private Kind literal(String text, Kind kind) {
        from = at;
        if (end - at < text.length()) {
            return Kind.MALFORMED;
        }
        for (int i = 1; i < text.length(); i++) {
            if (in[at + i] != text.charAt(i)) {
                return Kind.MALFORMED;
            }
        }
        at += text.length();
        to = at;
        return kind;
    }

    private Kind number() {
        byte[] bytes = in;
        int stop = end;
        int i = at;
        from = i;
        if (bytes[i] == '-') {
            i++;
            if (i < stop && bytes[i] == 'I') {
                at = i;
                Kind kind = literal("Infinity", Kind.NOT_FINITE);
                from--;
                return kind;
            }
        }
        int digits = i;
        while (i < stop && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        if (i == digits || (bytes[digits] == '0' && i - digits > 1)) {
            return Kind.MALFORMED;
        }
        if (i < stop && bytes[i] == '.') {
            int decimals = ++i;
            while (i < stop && bytes[i] >= '0' && bytes[i] <= '9') {
                i++;
            }
            if (i == decimals) {
                return Kind.MALFORMED;
            }
        }
        if (i < stop && (bytes[i] | 0x20) == 'e') {
            i++;
            if (i < stop && (bytes[i] == '-' || bytes[i] == '+')) {
                i++;
            }
            int exponent = i;
            while (i < stop && bytes[i] >= '0' && bytes[i] <= '9') {
                i++;
            }
            if (i == exponent) {
                return Kind.MALFORMED;
            }
        }
        at = i;
        to = i;
        return Kind.NUMBER;
    }

    /** Reads the string whose quote stands next. */
    boolean string() {
        byte[] bytes = in;
        int stop = end;
        int i = at + 1;
        from = i;
        escaped = false;
        garbled = false;
        while (true) {
            i = Octets.findSpecial(bytes, i, stop);
            if (i >= stop) {
                return false;
            }
            byte octet = bytes[i];
            if (octet == '"') {
                to = i;
                at = i + 1;
                return true;
            }
            if (octet == '\\') {
                escaped = true;
                i = skipEscape(i + 1);
                if (i < 0) {
                    return false;
                }
            } else if (octet < 0) {
                int next = Octets.skipUtf8(bytes, i, stop);
                if (next < 0) {
                    garbled = true;
                    next = i + 1;
                }
                i = next;
            } else {
                return false; // a control character
            }
        }
    }

    private int skipEscape(int start) {
        if (start >= end) {
            return -1;
        }
        return switch (in[start]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> start + 1;
            case 'u' -> {
                if (end - start < 5) {
                    yield -1;
                }
                for (int i = start + 1; i < start + 5; i++) {
                    if (hex(in[i]) < 0) {
                        yield -1;
                    }
                }
                yield start + 5;
            }
            default -> -1;
        };
    }

    static int hex(byte octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        int letter = octet | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /** Walks an object or array without recursion: its depth is its author's choice, not ours. */
    private Kind nested(Kind kind) {
        int start = at;
        boolean anyGarbled = false;
        int deepest = 0;
        int level = 0;
        irregular = false;
        boolean opening = true; // a value may stand next; else what follows one
        while (true) {
            if (opening) {
                skipWhitespace();
                if (at >= end) {
                    return Kind.MALFORMED;
                }
                byte octet = in[at];
                if (octet == '{' || octet == '[') {
                    at++;
                    push(level++, octet == '{');
                    deepest = Math.max(deepest, level);
                    if (skip(octet == '{' ? '}' : ']')) {
                        level--;
                        opening = false;
                    } else if (octet == '{') {
                        if (!key()) {
                            return Kind.MALFORMED;
                        }
                        anyGarbled |= garbled;
                    }
                } else {
                    switch (value()) {
                        case MALFORMED -> {
                            return Kind.MALFORMED;
                        }
                        case STRING -> anyGarbled |= garbled;
                        case NOT_FINITE -> irregular = true;
                        case NUMBER, TRUE, FALSE, NULL, OBJECT, ARRAY -> {}
                    }
                    opening = false;
                }
            } else if (level == 0) {
                from = start;
                to = at;
                garbled = anyGarbled;
                depth = deepest;
                return kind;
            } else {
                boolean object = isObject(level - 1);
                if (skip(',')) {
                    opening = true;
                    if (object) {
                        if (!key()) {
                            return Kind.MALFORMED;
                        }
                        anyGarbled |= garbled;
                    }
                } else if (skip(object ? '}' : ']')) {
                    level--;
                } else {
                    return Kind.MALFORMED;
                }
            }
        }
    }

    /** Reads a key and its colon. */
    private boolean key() {
        skipWhitespace();
        return at < end && in[at] == '"' && string() && skip(':');
    }

    private void push(int level, boolean object) {
        int word = level >>> 6;
        if (word == objects.length) {
            objects = java.util.Arrays.copyOf(objects, objects.length * 2);
        }
        long bit = 1L << level;
        objects[word] = object ? objects[word] | bit : objects[word] & ~bit;
    }

    private boolean isObject(int level) {
        return (objects[level >>> 6] & 1L << level) != 0;
    }

    /**
     * Appends the last string without its escapes; false where they make no text (half of a
     * surrogate pair), and then {@code out} is as before.
     */
    boolean unescape(JsonBuffer out) {
        return unescape(out, from, to);
    }

    boolean unescape(JsonBuffer out, int start, int stop) {
        int before = out.size;
        out.reserve(stop - start); // an escape is never shorter than what it stands for
        byte[] bytes = out.bytes;
        int size = before;
        int i = start;
        while (i < stop) {
            byte octet = in[i];
            if (octet != '\\') {
                bytes[size++] = octet;
                i++;
                continue;
            }
            byte code = in[i + 1];
            i += 2;
            if (code != 'u') {
                bytes[size++] =
                        switch (code) {
                            case 'b' -> '\b';
                            case 'f' -> '\f';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            default -> code;
                        };
                continue;
            }
            int unit = unit(i);
            i += 4;
            if (unit < 0x80) {
                bytes[size++] = (byte) unit;
            } else if (unit < 0x800) {
                bytes[size++] = (byte) (0xC0 | unit >> 6);
                bytes[size++] = (byte) (0x80 | (unit & 0x3F));
            } else if (unit < 0xD800 || unit > 0xDFFF) {
                bytes[size++] = (byte) (0xE0 | unit >> 12);
                bytes[size++] = (byte) (0x80 | (unit >> 6 & 0x3F));
                bytes[size++] = (byte) (0x80 | (unit & 0x3F));
            } else {
                boolean paired =
                        unit < 0xDC00 && stop - i >= 6 && in[i] == '\\' && in[i + 1] == 'u';
                int second = paired ? unit(i + 2) : 0;
                if (second < 0xDC00 || second > 0xDFFF) {
                    return false;
                }
                i += 6;
                int point = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
                bytes[size++] = (byte) (0xF0 | point >> 18);
                bytes[size++] = (byte) (0x80 | (point >> 12 & 0x3F));
                bytes[size++] = (byte) (0x80 | (point >> 6 & 0x3F));
                bytes[size++] = (byte) (0x80 | (point & 0x3F));
            }
        }
        out.size = size;
        return true;
    }

    private int unit(int start) {
        return hex(in[start]) << 12
                | hex(in[start + 1]) << 8
                | hex(in[start + 2]) << 4
                | hex(in[start + 3]);
    }

    /** Appends the last nested value without the white space between its parts. */
    void compact(JsonBuffer out) {
        out.reserve(to - from);
        byte[] bytes = out.bytes;
        int size = out.size;
        boolean inString = false;
        for (int i = from; i < to; i++) {
            byte octet = in[i];
            if (inString) {
                if (octet == '\\') {
                    bytes[size++] = octet;
                    octet = in[++i];
                } else if (octet == '"') {
                    inString = false;
                }
                bytes[size++] = octet;
            } else if (octet < 0 || octet > ' ') {
                bytes[size++] = octet;
                inString = octet == '"';
            }
        }
        out.size = size;
    }
}
