package io.millrace.connector.postgres.destination;

/**
 * Whether a text is JSON that PostgreSQL takes: RFC 8259's grammar, and for {@code jsonb} no escape
 * that stands for no character (U+0000, an unpaired surrogate) and no number beyond {@code numeric}
 * (PostgreSQL documentation, "JSON Types"). One thread uses it.
 */
final class JsonCheck {
    /** Far within the stack that PostgreSQL's parser has by default (max_stack_depth, 2 MB). */
    static final int MAX_DEPTH = 1000;

    private static final int MAX_WHOLE_DIGITS = 131_072;
    private static final int MAX_FRACTION_DIGITS = 16_383;
    private static final int END = -1;

    private final boolean[] objects = new boolean[MAX_DEPTH];
    private byte[] text = new byte[0];
    private int at;
    private int end;
    private boolean binary;

    /**
     * @param value valid UTF-8 in the {@code length} bytes from {@code start} on
     * @param jsonb whether it is to be a {@code jsonb}
     */
    boolean accepts(byte[] value, int start, int length, boolean jsonb) {
        text = value;
        at = start;
        end = start + length;
        binary = jsonb;
        return document();
    }

    /** Without recursion, so that no value can exhaust our stack. */
    private boolean document() {
        int depth = 0;
        while (true) {
            int next = token();
            if (next == '{' || next == '[') {
                if (depth == MAX_DEPTH) {
                    return false;
                }
                at++;
                boolean object = next == '{';
                objects[depth++] = object;
                int first = token();
                if (first == (object ? '}' : ']')) {
                    at++;
                    depth--;
                } else if (object && !name()) {
                    return false;
                } else {
                    continue;
                }
            } else if (!scalar(next)) {
                return false;
            }
            // A value has ended: what surrounds it goes on, or ends too.
            while (depth > 0) {
                int separator = token();
                at++;
                if (separator == ',') {
                    if (objects[depth - 1] && !name()) {
                        return false;
                    }
                    break;
                }
                if (separator != (objects[depth - 1] ? '}' : ']')) {
                    return false;
                }
                depth--;
            }
            if (depth == 0) {
                return token() == END;
            }
        }
    }

    /** The next character that is no white space, which stays. */
    private int token() {
        while (at < end) {
            byte character = text[at];
            if (character != ' ' && character != '\n' && character != '\r' && character != '\t') {
                return character;
            }
            at++;
        }
        return END;
    }

    private boolean name() {
        if (token() != '"' || !string() || token() != ':') {
            return false;
        }
        at++;
        return true;
    }

    private boolean scalar(int first) {
        return switch (first) {
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
    }

    private boolean word(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at >= end || text[at++] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean string() {
        at++;
        boolean high = false; // the character before was the first half of a pair, escaped
        while (at < end) {
            byte character = text[at++];
            if (character == '"') {
                return !high;
            }
            if (character >= 0 && character < 0x20) {
                return false;
            }
            if (character != '\\') {
                if (high) {
                    return false;
                }
                continue;
            }
            if (at >= end) {
                return false;
            }
            switch (text[at++]) {
                case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                    if (high) {
                        return false;
                    }
                }
                case 'u' -> {
                    int unit = hex();
                    if (unit < 0) {
                        return false;
                    }
                    if (binary) {
                        boolean low = unit >= 0xDC00 && unit <= 0xDFFF;
                        if (unit == 0 || low != high) {
                            return false;
                        }
                        high = unit >= 0xD800 && unit <= 0xDBFF;
                    }
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }

    private int hex() {
        if (end - at < 4) {
            return -1;
        }
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(text[at++], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private boolean number() {
        if (at < end && text[at] == '-') {
            at++;
        }
        int whole = digits();
        if (whole == 0 || (whole > 1 && text[at - whole] == '0')) {
            return false;
        }
        int fraction = 0;
        if (at < end && text[at] == '.') {
            at++;
            fraction = digits();
            if (fraction == 0) {
                return false;
            }
        }
        long exponent = 0;
        if (at < end && (text[at] == 'e' || text[at] == 'E')) {
            at++;
            boolean negative = at < end && text[at] == '-';
            if (at < end && (text[at] == '-' || text[at] == '+')) {
                at++;
            }
            int count = digits();
            if (count == 0) {
                return false;
            }
            for (int i = at - count; i < at; i++) {
                exponent = Math.min(exponent * 10 + text[i] - '0', Integer.MAX_VALUE);
            }
            exponent = negative ? -exponent : exponent;
        }
        return !binary
                || (whole + exponent <= MAX_WHOLE_DIGITS
                        && fraction - exponent <= MAX_FRACTION_DIGITS);
    }

    private int digits() {
        int start = at;
        while (at < end && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        return at - start;
    }
}
