package io.millrace.protocol.json;

import java.nio.charset.StandardCharsets;

/**
 * Looks into JSON that is known to be well-formed, without building a tree. Safe for all threads.
 */
public final class JsonMembers {
    /** What {@link #find} returns for an object that has no such member. */
    public static final long ABSENT = -1;

    private JsonMembers() {}

    /** The first byte of a range. */
    public static int from(long range) {
        return (int) (range >>> 32);
    }

    /** The byte behind a range. */
    public static int to(long range) {
        return (int) range;
    }

    /**
     * Where the value of the member {@code name} stands, for {@link #from(long)} and {@link
     * #to(long)}; {@link #ABSENT} without one. The first of several counts.
     *
     * @param from where the object's brace stands
     * @param to behind the object
     */
    public static long find(byte[] source, int from, int to, String name) {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        int at = skipBlanks(source, from + 1, to);
        while (at < to && source[at] == '"') {
            int keyEnd = behindString(source, at, to);
            boolean found = isKey(source, at + 1, keyEnd - 1, key, name);
            at = skipBlanks(source, keyEnd, to) + 1; // the colon
            int start = skipBlanks(source, at, to);
            int stop = behindValue(source, start, to);
            if (found) {
                return (long) start << 32 | stop;
            }
            at = skipBlanks(source, stop, to);
            if (at < to && source[at] == ',') {
                at = skipBlanks(source, at + 1, to);
            }
        }
        return ABSENT;
    }

    private static boolean isKey(byte[] source, int from, int to, byte[] key, String name) {
        if (to - from == key.length) {
            for (int i = 0; i < key.length; i++) {
                if (source[from + i] != key[i]) {
                    return false;
                }
            }
            // A backslash in both is no escape in one of them.
            return name.indexOf('\\') < 0 || unescaped(source, from, to).equals(name);
        }
        // With escapes a key is longer than what it says.
        return to - from > key.length
                && hasBackslash(source, from, to)
                && unescaped(source, from, to).equals(name);
    }

    private static boolean hasBackslash(byte[] source, int from, int to) {
        for (int i = from; i < to; i++) {
            if (source[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    private static String unescaped(byte[] source, int from, int to) {
        var scanner = new JsonScanner();
        scanner.begin(source, from - 1, to + 1);
        var out = new JsonBuffer(to - from);
        return scanner.string() && scanner.unescape(out) ? out.text() : "";
    }

    private static int behindValue(byte[] source, int from, int to) {
        byte first = source[from];
        if (first == '"') {
            return behindString(source, from, to);
        }
        int at = from;
        if (first != '{' && first != '[') {
            while (at < to && isScalar(source[at])) {
                at++;
            }
            return at;
        }
        int level = 0;
        while (at < to) {
            byte octet = source[at];
            if (octet == '"') {
                at = behindString(source, at, to);
                continue;
            }
            if (octet == '{' || octet == '[') {
                level++;
            } else if ((octet == '}' || octet == ']') && --level == 0) {
                return at + 1;
            }
            at++;
        }
        return to;
    }

    private static boolean isScalar(byte octet) {
        return octet > ' ' && octet != ',' && octet != '}' && octet != ']';
    }

    /** Behind the closing quote of the string that begins at {@code from}. */
    private static int behindString(byte[] source, int from, int to) {
        int at = from + 1;
        while (true) {
            at = Octets.findEscaped(source, at, to);
            if (at >= to) {
                return to;
            }
            if (source[at] == '"') {
                return at + 1;
            }
            at += source[at] == '\\' ? 2 : 1;
        }
    }

    private static int skipBlanks(byte[] source, int from, int to) {
        int at = from;
        while (at < to && source[at] <= ' ' && source[at] >= 0) {
            at++;
        }
        return at;
    }

    /** Appends the value; without the white space between its parts where that has line breaks. */
    public static void appendOnOneLine(byte[] source, int from, int to, JsonBuffer out) {
        if (Octets.findControl(source, from, to) == to) {
            out.append(source, from, to - from);
            return;
        }
        var scanner = new JsonScanner();
        scanner.begin(source, from, to);
        scanner.from = from;
        scanner.to = to;
        scanner.compact(out);
    }
}
