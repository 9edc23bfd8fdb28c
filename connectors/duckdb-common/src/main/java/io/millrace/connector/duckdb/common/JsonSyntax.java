package io.millrace.connector.duckdb.common;

/**
 * Tells whether bytes are one JSON value (RFC 8259), without making anything of it. DuckDB takes
 * JSON columns from batches unseen, and would fail later, when somebody reads into the value.
 */
final class JsonSyntax {
    private static final int HIGH_SURROGATE = 0xD800;
    private static final int LOW_SURROGATE = 0xDC00;
    private static final int BEYOND_SURROGATES = 0xE000;

    private final boolean pairedSurrogates;
    private byte[] data = {};
    private int at;
    private int end;
    private long[] objects = new long[4]; // a bit for each open bracket: whether it is an object's
    private int depth;

    /**
     * @param pairedSurrogates whether an escaped half of a character (<code>\ud800</code> alone) is
     *     an error: RFC 8259 allows it, and DuckDB's reader of Parquet refuses the whole file
     */
    JsonSyntax(boolean pairedSurrogates) {
        this.pairedSurrogates = pairedSurrogates;
    }

    /** Whether the {@code size} bytes of {@code text} from {@code start} on are a value. */
    boolean isValue(byte[] text, int start, int size) {
        data = text;
        at = start;
        end = start + size;
        depth = 0;
        return value() && skipSpace() == -1;
    }

    /** One value with all that is in it; without recursion, since depth has no bound. */
    private boolean value() {
        boolean expectValue = true;
        while (true) {
            int c = skipSpace();
            if (expectValue) {
                switch (c) {
                    case '{' -> {
                        at++;
                        if (skipSpace() == '}') {
                            at++;
                            expectValue = false;
                        } else {
                            push(true);
                            if (!name()) {
                                return false;
                            }
                        }
                    }
                    case '[' -> {
                        at++;
                        if (skipSpace() == ']') {
                            at++;
                            expectValue = false;
                        } else {
                            push(false);
                        }
                    }
                    default -> {
                        if (!scalar(c)) {
                            return false;
                        }
                        expectValue = false;
                    }
                }
                continue;
            }
            if (depth == 0) {
                return true;
            }
            boolean object = (objects[(depth - 1) >>> 6] & (1L << ((depth - 1) & 63))) != 0;
            if (c == ',') {
                at++;
                if (object && !name()) {
                    return false;
                }
                expectValue = true;
            } else if (c == (object ? '}' : ']')) {
                at++;
                depth--;
            } else {
                return false;
            }
        }
    }

    private void push(boolean object) {
        if (depth >>> 6 >= objects.length) {
            objects = java.util.Arrays.copyOf(objects, objects.length * 2);
        }
        long bit = 1L << (depth & 63);
        int word = depth >>> 6;
        objects[word] = object ? objects[word] | bit : objects[word] & ~bit;
        depth++;
    }

    private boolean name() {
        if (skipSpace() != '"' || !string() || skipSpace() != ':') {
            return false;
        }
        at++;
        return true;
    }

    private boolean scalar(int c) {
        return switch (c) {
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        };
    }

    private boolean literal(String text) {
        for (int i = 0; i < text.length(); i++, at++) {
            if (peek() != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean string() {
        at++;
        while (at < end) {
            int c = data[at++];
            if (c == '"') {
                return true;
            }
            if (c >= 0 && c < 0x20) {
                return false;
            }
            if (c == '\\' && !escape()) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        int c = peek();
        at++;
        if (c == 'u') {
            int unit = hexUnit();
            if (unit < HIGH_SURROGATE || unit >= BEYOND_SURROGATES || !pairedSurrogates) {
                return unit >= 0;
            }
            if (unit >= LOW_SURROGATE || peek() != '\\') {
                return false;
            }
            at++;
            if (peek() != 'u') {
                return false;
            }
            at++;
            int low = hexUnit();
            return low >= LOW_SURROGATE && low < BEYOND_SURROGATES;
        }
        return c >= 0 && "\"\\/bfnrt".indexOf(c) >= 0;
    }

    /** The four hexadecimal digits of an escape as a number, or -1. */
    private int hexUnit() {
        int unit = 0;
        for (int i = 0; i < 4; i++, at++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private boolean number() {
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else if (!digits()) {
            return false;
        }
        if (peek() == '.') {
            at++;
            if (!digits()) {
                return false;
            }
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            return digits();
        }
        return true;
    }

    private boolean digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return at > start;
    }

    /** The next byte, or -1 at the end. */
    private int peek() {
        return at < end ? data[at] & 0xFF : -1;
    }

    private int skipSpace() {
        while (at < end) {
            byte c = data[at];
            if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
                return c & 0xFF;
            }
            at++;
        }
        return -1;
    }
}
