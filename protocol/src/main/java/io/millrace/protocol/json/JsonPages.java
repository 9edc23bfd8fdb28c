package io.millrace.protocol.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records in a page of JSON in one pass, without building a tree, and makes sure that the
 * page is regular: well-formed, valid UTF-8, no key twice in an object, no escape in a key, no
 * number that isn't finite, no whole number beyond 64 bits. Of such a page the bytes of a record
 * mean the same as its tree; any other is for a parser that builds one. Keeps what it learnt about
 * keys from page to page. One thread.
 */
public final class JsonPages {

    /** What stands at the path. */
    public enum Found {
        /** An array; its items are the ranges. */
        ITEMS,

        /** An object; it is the one range. */
        OBJECT,

        /** Text, a number, a flag or null; it is the one range. */
        SCALAR,

        /** The path leads nowhere. */
        NOTHING,

        /** The page isn't regular, or the path leads through an array; there are no ranges. */
        IRREGULAR
    }

    private static final int DEEPEST = 200;
    private static final int MOST_KEYS = 1 << 15;
    private static final int MOST_KEYS_OF_OBJECT = 300;
    private static final int MOST_ALTERNATIVES = 64;

    /** Digits of a whole number that fits 64 bits, whatever they are. */
    private static final int SAFE_DIGITS = 18;

    private static final byte[] GREATEST =
            "18446744073709551615".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SMALLEST =
            "9223372036854775808".getBytes(StandardCharsets.US_ASCII);

    /**
     * A key after those before it in the same object. Objects of one kind have the same keys in the
     * same order most of the time, so that comparing with the expected one reads the key and proves
     * that it stands there once.
     */
    private static final class Key {
        /** The key with its quotes, and a colon; empty for the beginning of an object. */
        private final byte[] quoted;

        private final Key before;
        private final int position;

        /** What came next in the same object, the most recent first. */
        private Key[] next = NONE;

        /** The beginning of objects that are, or stand in, the value of this key. */
        private Key inside;

        private static final Key[] NONE = new Key[0];

        /** The beginning of an object. */
        Key() {
            quoted = new byte[0];
            before = this;
            position = 0;
            inside = this;
        }

        Key(byte[] quoted, Key before) {
            this.quoted = quoted;
            this.before = before;
            this.position = before.position + 1;
            this.inside = this;
        }

        Key inside() {
            if (inside == this) {
                inside = new Key();
            }
            return inside;
        }
    }

    private byte[] in = new byte[0];
    private int end;
    private final Key root = new Key();
    private int keys;

    private int[] ranges = new int[256];
    private int count;

    /** How many records were found. */
    public int count() {
        return count;
    }

    /** The first byte of record {@code index}. */
    public int from(int index) {
        return ranges[2 * index];
    }

    /** The byte behind record {@code index}. */
    public int to(int index) {
        return ranges[2 * index + 1];
    }

    /**
     * Looks at the page between {@code from} and {@code to}, for what stands at {@code path}.
     *
     * @param path keys of objects, from the outermost on; empty for the page itself
     */
    public Found find(byte[] page, int from, int to, List<String> path) {
        in = page;
        end = to;
        count = 0;
        byte[][] keysOfPath = new byte[path.size()][];
        for (int i = 0; i < keysOfPath.length; i++) {
            keysOfPath[i] = path.get(i).getBytes(StandardCharsets.UTF_8);
        }
        found = Found.NOTHING;
        int at = descend(skipBlanks(from), keysOfPath, 0, root);
        if (at < 0 || skipBlanks(at) != end) {
            count = 0;
            return Found.IRREGULAR;
        }
        return found;
    }

    /**
     * Looks at the page for the members of its object: the ranges are, in turn, a key without its
     * quotes and its value. {@link Found#IRREGULAR} also for a page that is no object.
     */
    public Found findMembers(byte[] page, int from, int to) {
        in = page;
        end = to;
        count = 0;
        int at = skipBlanks(from);
        boolean object = at < end && in[at] == '{';
        at = object ? members(at) : -1;
        if (at < 0 || skipBlanks(at) != end) {
            count = 0;
            return Found.IRREGULAR;
        }
        return Found.OBJECT;
    }

    private int members(int at) {
        int position = skipBlanks(at + 1);
        if (position < end && in[position] == '}') {
            return position + 1;
        }
        Key before = root;
        while (true) {
            int start = position;
            Key key = key(position, before);
            if (key == null) {
                return -1;
            }
            before = key;
            add(start + 1, start + key.quoted.length - 1);
            position = skipBlanks(behindKey);
            int stop = value(position, key, 1);
            if (stop < 0) {
                return -1;
            }
            add(position, stop);
            position = skipBlanks(stop);
            if (position >= end || (in[position] != ',' && in[position] != '}')) {
                return -1;
            }
            if (in[position] == '}') {
                return position + 1;
            }
            position = skipBlanks(position + 1);
        }
    }

    private Found found = Found.NOTHING;

    /** Walks the value at {@code at}, which the first keys of the path led to. */
    private int descend(int at, byte[][] path, int level, Key beginning) {
        if (at >= end) {
            return -1;
        }
        if (level == path.length) {
            return records(at, beginning);
        }
        if (in[at] != '{') {
            // A path may go through arrays by index; that is left to trees.
            return in[at] == '[' ? -1 : value(at, beginning, level);
        }
        byte[] wanted = path[level];
        Key before = beginning;
        int position = skipBlanks(at + 1);
        if (position < end && in[position] == '}') {
            return position + 1;
        }
        while (true) {
            Key key = key(position, before);
            if (key == null) {
                return -1;
            }
            before = key;
            position = skipBlanks(behindKey);
            byte[] quoted = key.quoted;
            boolean leads =
                    quoted.length == wanted.length + 2
                            && Arrays.equals(
                                    quoted, 1, quoted.length - 1, wanted, 0, wanted.length);
            position =
                    leads
                            ? descend(position, path, level + 1, key.inside())
                            : value(position, key, level + 1);
            if (position < 0) {
                return -1;
            }
            position = skipBlanks(position);
            if (position >= end) {
                return -1;
            }
            if (in[position] == '}') {
                return position + 1;
            }
            if (in[position] != ',') {
                return -1;
            }
            position = skipBlanks(position + 1);
        }
    }

    private int records(int at, Key beginning) {
        byte first = in[at];
        if (first != '[') {
            int stop = first == '{' ? object(at, beginning, 0) : value(at, beginning, 0);
            if (stop >= 0) {
                add(at, stop);
                found = first == '{' ? Found.OBJECT : Found.SCALAR;
            }
            return stop;
        }
        found = Found.ITEMS;
        int position = skipBlanks(at + 1);
        if (position < end && in[position] == ']') {
            return position + 1;
        }
        while (true) {
            if (position >= end) {
                return -1;
            }
            int stop =
                    in[position] == '{'
                            ? object(position, beginning, 0)
                            : value(position, beginning, 0);
            if (stop < 0) {
                return -1;
            }
            add(position, stop);
            position = skipBlanks(stop);
            if (position >= end) {
                return -1;
            }
            if (in[position] == ']') {
                return position + 1;
            }
            if (in[position] != ',') {
                return -1;
            }
            position = skipBlanks(position + 1);
        }
    }

    private void add(int from, int to) {
        if (2 * count == ranges.length) {
            ranges = Arrays.copyOf(ranges, ranges.length * 2);
        }
        ranges[2 * count] = from;
        ranges[2 * count + 1] = to;
        count++;
    }

    // ------------------------------------------------------------ values; -1 for irregular ones

    private int object(int at, Key beginning, int depth) {
        byte[] bytes = in;
        int stop = end;
        if (depth > DEEPEST) {
            return -1;
        }
        int position = at + 1;
        if (position < stop && bytes[position] <= ' ') {
            position = skipBlanks(position);
        }
        if (position < stop && bytes[position] == '}') {
            return position + 1;
        }
        Key before = beginning;
        while (true) {
            Key key = key(position, before);
            if (key == null) {
                return -1;
            }
            before = key;
            position = value(behindKey, key, depth);
            if (position < 0 || position >= stop) {
                return -1;
            }
            byte octet = bytes[position];
            if (octet <= ' ') {
                position = skipBlanks(position);
                if (position >= stop) {
                    return -1;
                }
                octet = bytes[position];
            }
            if (octet == '}') {
                return position + 1;
            }
            if (octet != ',') {
                return -1;
            }
            position++;
            if (position < stop && bytes[position] <= ' ') {
                position = skipBlanks(position);
            }
        }
    }

    private int array(int at, Key owner, int depth) {
        if (depth > DEEPEST) {
            return -1;
        }
        int position = skipBlanks(at + 1);
        if (position < end && in[position] == ']') {
            return position + 1;
        }
        while (true) {
            position = value(position, owner, depth);
            if (position < 0) {
                return -1;
            }
            position = skipBlanks(position);
            if (position >= end) {
                return -1;
            }
            if (in[position] == ']') {
                return position + 1;
            }
            if (in[position] != ',') {
                return -1;
            }
            position++;
        }
    }

    /** Behind the value that begins at {@code from}, blanks allowed before it. */
    private int value(int from, Key owner, int depth) {
        byte[] bytes = in;
        int at = from;
        if (at < end && bytes[at] <= ' ') {
            at = skipBlanks(at);
        }
        if (at >= end) {
            return -1;
        }
        byte first = bytes[at];
        return switch (first) {
            case '"' -> string(at);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(at);
            case '{' -> object(at, owner.inside(), depth + 1);
            case '[' -> array(at, owner, depth + 1);
            case 't' -> word(at, TRUE);
            case 'f' -> word(at, FALSE);
            case 'n' -> word(at, NULL);
            default -> -1;
        };
    }

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private int word(int at, byte[] word) {
        if (end - at < word.length) {
            return -1;
        }
        for (int i = 1; i < word.length; i++) {
            if (in[at + i] != word[i]) {
                return -1;
            }
        }
        return at + word.length;
    }

    private int string(int at) {
        byte[] bytes = in;
        int stop = end;
        int i = at + 1;
        while (true) {
            i = Octets.findSpecial(bytes, i, stop);
            if (i >= stop) {
                return -1;
            }
            byte octet = bytes[i];
            if (octet == '"') {
                return i + 1;
            }
            if (octet == '\\') {
                i = escape(i + 1);
            } else if (octet < 0) {
                i = Octets.skipUtf8(bytes, i, stop);
            } else {
                return -1; // a control character
            }
            if (i < 0) {
                return -1;
            }
        }
    }

    private int escape(int at) {
        if (at >= end) {
            return -1;
        }
        return switch (in[at]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 1;
            case 'u' -> hexDigits(at + 1);
            default -> -1;
        };
    }

    private int hexDigits(int at) {
        if (end - at < 4) {
            return -1;
        }
        for (int i = at; i < at + 4; i++) {
            if (JsonScanner.hex(in[i]) < 0) {
                return -1;
            }
        }
        return at + 4;
    }

    private int number(int from) {
        byte[] bytes = in;
        int stop = end;
        int i = from;
        if (bytes[i] == '-') {
            i++;
        }
        int digits = i;
        while (i < stop && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        if (i == digits || (bytes[digits] == '0' && i - digits > 1)) {
            return -1;
        }
        if (i - digits > SAFE_DIGITS && !fits(digits, i, digits > from)) {
            return -1;
        }
        if (i >= stop) {
            return i;
        }
        if (bytes[i] == '.') {
            int decimals = ++i;
            while (i < stop && bytes[i] >= '0' && bytes[i] <= '9') {
                i++;
            }
            if (i == decimals) {
                return -1;
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
            // With three digits it may be infinite as a double, which becomes null.
            if (i == exponent || i - exponent > 2) {
                return -1;
            }
        }
        return i;
    }

    /** Whether a whole number fits 64 bits, with a sign or without one. */
    private boolean fits(int from, int to, boolean negative) {
        byte[] limit = negative ? SMALLEST : GREATEST;
        return to - from < limit.length
                || (to - from == limit.length
                        && Arrays.compare(in, from, to, limit, 0, limit.length) <= 0);
    }

    // ------------------------------------------------------------ keys

    private int behindKey;

    /** The key that stands at {@code at}, behind {@code before}; null for an irregular one. */
    private @Nullable Key key(int at, Key before) {
        Key[] candidates = before.next;
        for (int i = 0; i < candidates.length; i++) {
            Key candidate = candidates[i];
            byte[] quoted = candidate.quoted;
            int stop = at + quoted.length;
            if (stop < end && Octets.equal(in, at, quoted)) {
                if (i > 1) {
                    candidates[i] = candidates[i - 1];
                    candidates[i - 1] = candidate;
                }
                return colon(stop) ? candidate : null;
            }
        }
        return learn(at, before);
    }

    private boolean colon(int at) {
        int position = at;
        if (in[position] != ':') {
            position = skipBlanks(position);
            if (position >= end || in[position] != ':') {
                return false;
            }
        }
        behindKey = position + 1;
        return true;
    }

    private @Nullable Key learn(int at, Key before) {
        if (at >= end || in[at] != '"') {
            return null;
        }
        int stop = string(at);
        if (stop < 0
                || stop >= end
                || keys >= MOST_KEYS
                || before.position >= MOST_KEYS_OF_OBJECT
                || before.next.length >= MOST_ALTERNATIVES) {
            return null;
        }
        for (int i = at + 1; i < stop; i++) {
            if (in[i] == '\\') {
                return null;
            }
        }
        byte[] quoted = Arrays.copyOfRange(in, at, stop);
        for (Key other = before; other.position > 0; other = other.before) {
            if (Arrays.equals(other.quoted, quoted)) {
                return null; // the last one counts, and a tree knows which that is
            }
        }
        var key = new Key(quoted, before);
        keys++;
        before.next = Arrays.copyOf(before.next, before.next.length + 1);
        before.next[before.next.length - 1] = key;
        return colon(stop) ? key : null;
    }

    private int skipBlanks(int from) {
        byte[] bytes = in;
        int at = from;
        while (at < end) {
            byte octet = bytes[at];
            if (octet != ' ' && octet != '\n' && octet != '\r' && octet != '\t') {
                return at;
            }
            at++;
        }
        return at;
    }
}
