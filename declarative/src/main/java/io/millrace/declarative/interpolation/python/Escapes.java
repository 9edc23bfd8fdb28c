package io.millrace.declarative.interpolation.python;

/** Backslash escapes of Python's string literals. */
public final class Escapes {
    private Escapes() {}

    /**
     * Decodes the escape that starts at {@code at} with a backslash. An unknown one stays as it is.
     *
     * @param binary whether the literal is one of bytes, which have no Unicode escapes
     * @return where the escape ends, or -1 if it is malformed
     */
    public static int append(StringBuilder into, String text, int at, boolean binary) {
        if (at + 1 >= text.length()) {
            return -1;
        }
        char code = text.charAt(at + 1);
        int simple =
                switch (code) {
                    case '\\' -> '\\';
                    case '\'' -> '\'';
                    case '"' -> '"';
                    case 'a' -> 7;
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'v' -> 0x0B;
                    default -> -1;
                };
        if (simple >= 0) {
            into.append((char) simple);
            return at + 2;
        }
        if (code == '\n') {
            return at + 2;
        }
        if (code >= '0' && code <= '7') {
            int end = at + 1;
            int value = 0;
            while (end < text.length()
                    && end < at + 4
                    && text.charAt(end) >= '0'
                    && text.charAt(end) <= '7') {
                value = value * 8 + text.charAt(end++) - '0';
            }
            into.append((char) (binary ? value & 0xFF : value));
            return end;
        }
        if (code == 'x') {
            return hex(into, text, at + 2, 2);
        }
        if (!binary) {
            switch (code) {
                case 'u' -> {
                    return hex(into, text, at + 2, 4);
                }
                case 'U' -> {
                    return hex(into, text, at + 2, 8);
                }
                case 'N' -> {
                    int close = text.startsWith("{", at + 2) ? text.indexOf('}', at + 3) : -1;
                    if (close < 0) {
                        return -1;
                    }
                    try {
                        into.appendCodePoint(Character.codePointOf(text.substring(at + 3, close)));
                    } catch (IllegalArgumentException _) {
                        return -1;
                    }
                    return close + 1;
                }
                default -> {}
            }
        }
        into.append('\\').append(code);
        return at + 2;
    }

    private static int hex(StringBuilder into, String text, int start, int digits) {
        int end = start + digits;
        if (end > text.length()) {
            return -1;
        }
        long point = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            point = point * 16 + digit;
        }
        if (point > Character.MAX_CODE_POINT) {
            return -1;
        }
        into.appendCodePoint((int) point);
        return end;
    }
}
