package io.millrace.protocol.message;

import io.millrace.protocol.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the parts of a line by looking at bytes, without building a tree. Accepts every JSON
 * object, keys in any order and white space anywhere; of a key that stands twice the last counts.
 * Inside values only strings and the balance of brackets are looked at, so what it accepts may
 * still turn out broken when a value is read. For one thread; all positions are of the last scan.
 */
final class EnvelopeScanner {
    /**
     * Bytes that must be readable behind the end of what is scanned; their content is no matter.
     */
    static final int SLACK = 64;

    /** What a scan ended with. */
    enum Outcome {
        COMPLETE,
        NO_OBJECT,
        BROKEN,

        /** The end came before the object's. */
        TRUNCATED,
        TOO_DEEP,

        /** Something follows the object. */
        SEVERAL_VALUES
    }

    private static final int BROKEN = -1;
    private static final int TRUNCATED = -2;
    private static final int TOO_DEEP = -3;

    private static final byte[] TYPE = ascii("type");
    private static final byte[] RECORD = ascii("record");
    private static final byte[] STREAM = ascii("stream");
    private static final byte[] NAMESPACE = ascii("namespace");
    private static final byte[] DATA = ascii("data");
    private static final byte[] META = ascii("meta");
    private static final byte[] EMITTED_AT = ascii("emitted_at");
    private static final byte[] RECORD_TYPE = ascii("RECORD");

    private static final long QUOTES = ByteWords.repeat('"');
    private static final long BACKSLASHES = ByteWords.repeat('\\');

    // All four brackets become 0x7F with these bits set; so do only bytes that no JSON has outside
    // of strings.
    private static final long BRACKET_BITS = ByteWords.repeat(0x26);
    private static final long BRACKETS = ByteWords.repeat(0x7F);
    private static final long EVEN_BITS = 0x5555555555555555L;

    /** Positions are inside the quotes; -1 where there is no such property. */
    int typeStart;

    int typeEnd;
    int streamStart;
    int streamEnd;
    int namespaceStart;
    int namespaceEnd;

    /** The value of the namespace, of any type, quotes included; -1 without. */
    int namespaceValueStart;

    int namespaceValueEnd;

    /** The value, brackets included, where it is an object; else -1. */
    int dataStart;

    int dataEnd;
    int metaStart;
    int metaEnd;

    /** Digits, where the value is a number; else -1. */
    int emittedAtStart;

    int emittedAtEnd;

    private byte[] bytes = new byte[0];
    private int start;
    private int end;

    // A line up to and with the bracket that opens its data, and what was found there, from its
    // start on; -1 for what was not.
    private final byte[] beginning = new byte[1024];
    private int beginningLength;
    private long beginningNumber;
    private int beginningType;
    private int beginningTypeLength;
    private int beginningStream;
    private int beginningStreamLength;
    private int beginningNamespace;
    private int beginningNamespaceLength;
    private int beginningNamespaceValue;
    private int beginningNamespaceValueLength;
    private int beginningMeta;
    private int beginningMetaLength;
    private int beginningEmittedAt;
    private int beginningEmittedAtLength;
    private boolean resumed;

    private int stringEnd;
    private boolean stringEscaped;

    /** One bit per level of nesting: whether it is an array. */
    private final long[] arrays = new long[Json.MAXIMUM_DEPTH / 64 + 1];

    Outcome scan(byte[] buffer, int from, int to) {
        bytes = buffer;
        end = to;
        start = from;
        int position;
        if (resume()) {
            position = skipContainer(dataStart, 2);
            dataEnd = position;
            if (position >= 0) {
                position = furtherMembers(position, 2);
            }
            if (position >= 0) {
                position = furtherMembers(position, 1);
            }
        } else {
            typeStart = -1;
            forgetRecord();
            position = skipSpace(from);
            if (position >= end || bytes[position] != '{') {
                return Outcome.NO_OBJECT;
            }
            position = members(position, 1);
        }
        if (position < 0) {
            return switch (position) {
                case TRUNCATED -> Outcome.TRUNCATED;
                case TOO_DEEP -> Outcome.TOO_DEEP;
                default -> Outcome.BROKEN;
            };
        }
        return skipSpace(position) == end ? Outcome.COMPLETE : Outcome.SEVERAL_VALUES;
    }

    boolean isRecord() {
        return typeStart >= 0
                && textEquals(typeStart, typeEnd, hasEscape(typeStart, typeEnd), RECORD_TYPE);
    }

    /**
     * Whether the names were found by {@link #resume}, so that they are those of all lines with
     * this {@link #beginningNumber}.
     */
    boolean namesAreOfBeginning() {
        return resumed
                && streamStart == at(beginningStream)
                && namespaceStart == at(beginningNamespace);
    }

    /** Grows with each new beginning. */
    long beginningNumber() {
        return beginningNumber;
    }

    /**
     * Lines of one stream are the same up to their data, mostly: where the bytes are equal, what
     * the scan found in them is equal as well, and it goes on behind them.
     */
    private boolean resume() {
        int length = beginningLength;
        resumed =
                length > 0
                        && end - start >= length
                        && Arrays.equals(bytes, start, start + length, beginning, 0, length);
        if (!resumed) {
            return false;
        }
        typeStart = at(beginningType);
        typeEnd = typeStart + beginningTypeLength;
        streamStart = at(beginningStream);
        streamEnd = streamStart + beginningStreamLength;
        namespaceStart = at(beginningNamespace);
        namespaceEnd = namespaceStart + beginningNamespaceLength;
        namespaceValueStart = at(beginningNamespaceValue);
        namespaceValueEnd = namespaceValueStart + beginningNamespaceValueLength;
        metaStart = at(beginningMeta);
        metaEnd = metaStart + beginningMetaLength;
        emittedAtStart = at(beginningEmittedAt);
        emittedAtEnd = emittedAtStart + beginningEmittedAtLength;
        dataStart = start + length - 1;
        return true;
    }

    private int at(int offset) {
        return offset < 0 ? -1 : start + offset;
    }

    private int offset(int position) {
        return position < 0 ? -1 : position - start;
    }

    /** {@code data} is where the data open, in a line that did not begin as the one before. */
    private void rememberBeginning(int data) {
        int length = data + 1 - start;
        if (resumed || length > beginning.length) {
            return;
        }
        System.arraycopy(bytes, start, beginning, 0, length);
        beginningLength = length;
        beginningNumber++;
        beginningType = offset(typeStart);
        beginningTypeLength = typeEnd - typeStart;
        beginningStream = offset(streamStart);
        beginningStreamLength = streamEnd - streamStart;
        beginningNamespace = offset(namespaceStart);
        beginningNamespaceLength = namespaceEnd - namespaceStart;
        beginningNamespaceValue = offset(namespaceValueStart);
        beginningNamespaceValueLength = namespaceValueEnd - namespaceValueStart;
        beginningMeta = offset(metaStart);
        beginningMetaLength = metaEnd - metaStart;
        beginningEmittedAt = offset(emittedAtStart);
        beginningEmittedAtLength = emittedAtEnd - emittedAtStart;
    }

    private void forgetRecord() {
        streamStart = -1;
        namespaceStart = -1;
        namespaceValueStart = -1;
        dataStart = -1;
        metaStart = -1;
        emittedAtStart = -1;
    }

    /**
     * Walks the object that opens at {@code open}: the line itself at level 1, the record at level
     * 2. Returns the position behind it, or why there is none.
     */
    private int members(int open, int level) {
        int position = skipSpace(open + 1);
        if (position < end && bytes[position] == '}') {
            return position + 1;
        }
        position = member(position, level);
        return position < 0 ? position : furtherMembers(position, level);
    }

    /** As {@link #members}, from behind the value of a member. */
    private int furtherMembers(int from, int level) {
        int position = from;
        while (true) {
            position = skipSpace(position);
            if (position >= end) {
                return TRUNCATED;
            }
            byte next = bytes[position];
            if (next == '}') {
                return position + 1;
            }
            if (next != ',') {
                return BROKEN;
            }
            position = member(skipSpace(position + 1), level);
            if (position < 0) {
                return position;
            }
        }
    }

    private int member(int from, int level) {
        if (from >= end) {
            return TRUNCATED;
        }
        if (bytes[from] != '"') {
            return BROKEN;
        }
        int keyStart = from + 1;
        int position = skipString(keyStart);
        if (position < 0) {
            return position;
        }
        int keyEnd = stringEnd;
        boolean escaped = stringEscaped;
        position = skipSpace(position);
        if (position >= end) {
            return TRUNCATED;
        }
        if (bytes[position] != ':') {
            return BROKEN;
        }
        position = skipSpace(position + 1);
        if (position >= end) {
            return TRUNCATED;
        }
        return level == 1
                ? envelopeMember(keyStart, keyEnd, escaped, position)
                : recordMember(keyStart, keyEnd, escaped, position);
    }

    private int envelopeMember(int keyStart, int keyEnd, boolean escaped, int value) {
        if (textEquals(keyStart, keyEnd, escaped, TYPE)) {
            int next = skipValue(value, 1);
            if (bytes[value] == '"') {
                typeStart = value + 1;
                typeEnd = stringEnd;
            } else {
                typeStart = -1;
            }
            return next;
        }
        if (textEquals(keyStart, keyEnd, escaped, RECORD)) {
            forgetRecord();
            return bytes[value] == '{' ? members(value, 2) : skipValue(value, 1);
        }
        return skipValue(value, 1);
    }

    private int recordMember(int keyStart, int keyEnd, boolean escaped, int value) {
        byte first = bytes[value];
        boolean data = textEquals(keyStart, keyEnd, escaped, DATA);
        if (data && first == '{') {
            rememberBeginning(value);
        }
        int next = skipValue(value, 2);
        if (data) {
            dataStart = first == '{' ? value : -1;
            dataEnd = next;
        } else if (textEquals(keyStart, keyEnd, escaped, STREAM)) {
            streamStart = first == '"' ? value + 1 : -1;
            streamEnd = stringEnd;
        } else if (textEquals(keyStart, keyEnd, escaped, EMITTED_AT)) {
            emittedAtStart = first == '-' || (first >= '0' && first <= '9') ? value : -1;
            emittedAtEnd = next;
        } else if (textEquals(keyStart, keyEnd, escaped, NAMESPACE)) {
            namespaceStart = first == '"' ? value + 1 : -1;
            namespaceEnd = stringEnd;
            namespaceValueStart = value;
            namespaceValueEnd = next;
        } else if (textEquals(keyStart, keyEnd, escaped, META)) {
            metaStart = first == '{' ? value : -1;
            metaEnd = next;
        }
        return next;
    }

    private int skipSpace(int from) {
        int position = from;
        while (position < end && isSpace(bytes[position])) {
            position++;
        }
        return position;
    }

    static boolean isSpace(byte each) {
        return each == ' ' || each == '\t' || each == '\r' || each == '\n';
    }

    private int skipValue(int position, int level) {
        return switch (bytes[position]) {
            case '"' -> skipString(position + 1);
            case '{', '[' -> skipContainer(position, level);
            default -> skipScalar(position);
        };
    }

    /** {@code from} is behind the opening quote; the result is behind the closing one. */
    private int skipString(int from) {
        boolean escaped = false;
        int position = from;
        while (position < end) {
            byte each = bytes[position];
            if (each == '"') {
                stringEnd = position;
                stringEscaped = escaped;
                return position + 1;
            }
            if (each == '\\') {
                escaped = true;
                position++;
            }
            position++;
        }
        return TRUNCATED;
    }

    private int skipScalar(int from) {
        int position = from;
        while (position < end) {
            byte each = bytes[position];
            if (each == ',' || each == '}' || each == ']' || isSpace(each)) {
                break;
            }
            if (each == '"' || each == '{' || each == '[' || each == ':') {
                return BROKEN;
            }
            position++;
        }
        return position == from ? BROKEN : position;
    }

    /**
     * Skips the object or array that opens at {@code from}, 64 bytes at a time: marks the quotes,
     * takes away the escaped ones, and derives from the rest what is inside strings; only brackets
     * outside of them are looked at one by one.
     */
    private int skipContainer(int from, int level) {
        int depth = level;
        long inString = 0;
        long escapedCarry = 0;
        for (int block = from; block < end; block += 64) {
            long quotes = 0;
            long brackets = 0;
            long anyBackslash = 0;
            for (int offset = 0; offset < 64; offset += 8) {
                long word = ByteWords.at(bytes, block + offset);
                quotes |= ByteWords.compress(ByteWords.zeros(word ^ QUOTES)) << offset;
                brackets |=
                        ByteWords.compress(ByteWords.zeros((word | BRACKET_BITS) ^ BRACKETS))
                                << offset;
                anyBackslash |= ByteWords.zeros(word ^ BACKSLASHES);
            }
            if ((anyBackslash | escapedCarry) != 0) {
                long backslashes = 0;
                for (int offset = 0; offset < 64; offset += 8) {
                    long word = ByteWords.at(bytes, block + offset);
                    backslashes |=
                            ByteWords.compress(ByteWords.zeros(word ^ BACKSLASHES)) << offset;
                }
                // What follows an odd run of backslashes is escaped: adding the starts of runs at
                // odd bits carries through each run, and tells whether it ends at an even bit.
                backslashes &= ~escapedCarry;
                long follows = (backslashes << 1) | escapedCarry;
                long oddStarts = backslashes & ~EVEN_BITS & ~follows;
                long sum = oddStarts + backslashes;
                long escaped = (EVEN_BITS ^ (sum << 1)) & follows;
                escapedCarry = Long.compareUnsigned(sum, backslashes) < 0 ? 1 : 0;
                quotes &= ~escaped;
            }
            long strings = quotes;
            strings ^= strings << 1;
            strings ^= strings << 2;
            strings ^= strings << 4;
            strings ^= strings << 8;
            strings ^= strings << 16;
            strings ^= strings << 32;
            strings ^= inString;
            inString = strings >> 63;
            brackets &= ~strings;
            while (brackets != 0) {
                int position = block + Long.numberOfTrailingZeros(brackets);
                brackets &= brackets - 1;
                if (position >= end) {
                    return TRUNCATED;
                }
                byte bracket = bytes[position];
                switch (bracket) {
                    case '{', '[' -> {
                        depth++;
                        if (depth > Json.MAXIMUM_DEPTH) {
                            return TOO_DEEP;
                        }
                        long bit = 1L << depth;
                        if (bracket == '[') {
                            arrays[depth >> 6] |= bit;
                        } else {
                            arrays[depth >> 6] &= ~bit;
                        }
                    }
                    case '}', ']' -> {
                        boolean array = (arrays[depth >> 6] & (1L << depth)) != 0;
                        if (array != (bracket == ']')) {
                            return BROKEN;
                        }
                        depth--;
                        if (depth == level) {
                            return position + 1;
                        }
                    }
                    default -> {
                        return BROKEN; // one of the other bytes that look like brackets
                    }
                }
            }
        }
        return TRUNCATED;
    }

    private boolean hasEscape(int from, int to) {
        for (int position = from; position < to; position++) {
            if (bytes[position] == '\\') {
                return true;
            }
        }
        return false;
    }

    private boolean textEquals(int from, int to, boolean escaped, byte[] expected) {
        if (escaped) {
            return JsonText.decode(bytes, from, to)
                    .filter(new String(expected, StandardCharsets.US_ASCII)::equals)
                    .isPresent();
        }
        return to - from == expected.length
                && Arrays.equals(bytes, from, to, expected, 0, expected.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
