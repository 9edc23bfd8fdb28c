package io.millrace.protocol.batch;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Hashes of JSON texts by value: white space and the order of keys don't count, of a key that
 * stands twice the last counts, numbers are equal if their values are. A text that is no JSON is
 * hashed by its bytes.
 *
 * <p>One walk over the bytes, without a tree. One thread.
 */
final class JsonHasher {
    /** Deeper texts are hashed by their bytes. */
    private static final int MAX_DEPTH = 500;

    /** Longer digits are left to {@link BigDecimal}. */
    private static final int DIGITS_OF_LONG = 18;

    /** Exponents up to here are added up; others are left to {@link BigDecimal}. */
    private static final int PLAIN_EXPONENT = 1_000;

    /** Objects with more members look for repeated keys in a map. */
    private static final int FEW_MEMBERS = 16;

    private static final long MALFORMED_NUMBER = Long.MIN_VALUE;

    private byte[] in = {};
    private byte[] unescaped = new byte[64];
    private int at;
    private int end;
    private int depth;
    private boolean malformed;
    private long[] keys = new long[64]; // of the open objects, one behind the other
    private long[] members = new long[64]; // what each adds to its object's hash
    private int open;

    /** The hash of the text of {@code size} bytes from {@code start} on. */
    long hash(byte[] text, int start, int size) {
        in = text;
        at = start;
        end = start + size;
        depth = 0;
        open = 0;
        malformed = false;
        long hash = value();
        skipSpace();
        return malformed || at != end ? RowHasher.hashBytes(in, start, size) : hash;
    }

    private long value() {
        skipSpace();
        if (at >= end) {
            return fail();
        }
        return switch (in[at]) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> RowHasher.mix(5, string());
            case 't' -> literal("true", 11);
            case 'f' -> literal("false", 13);
            case 'n' -> literal("null", 17);
            default -> {
                long number = number();
                yield malformed ? 0 : RowHasher.mix(7, number);
            }
        };
    }

    private long fail() {
        malformed = true;
        return 0;
    }

    private void skipSpace() {
        while (at < end) {
            byte octet = in[at];
            if (octet != ' ' && octet != '\n' && octet != '\r' && octet != '\t') {
                return;
            }
            at++;
        }
    }

    private boolean skip(char expected) {
        skipSpace();
        if (at < end && in[at] == expected) {
            at++;
            return true;
        }
        return false;
    }

    private long literal(String text, long hash) {
        int length = text.length();
        if (end - at < length) {
            return fail();
        }
        for (int i = 0; i < length; i++) {
            if (in[at + i] != text.charAt(i)) {
                return fail();
            }
        }
        at += length;
        return hash;
    }

    private long array() {
        if (++depth > MAX_DEPTH) {
            return fail();
        }
        at++;
        long hash = 3;
        if (!skip(']')) {
            do {
                hash = RowHasher.mix(hash, value());
                if (malformed) {
                    return 0;
                }
            } while (skip(','));
            if (!skip(']')) {
                return fail();
            }
        }
        depth--;
        return hash;
    }

    private long object() {
        if (++depth > MAX_DEPTH) {
            return fail();
        }
        at++;
        int first = open;
        Map<Long, Integer> places = Map.of(); // of keys, once they are many
        if (!skip('}')) {
            do {
                skipSpace();
                if (at >= end || in[at] != '"') {
                    return fail();
                }
                long key = string();
                if (malformed || !skip(':')) {
                    return fail();
                }
                long member = RowHasher.finish(RowHasher.mix(key, value()));
                if (malformed) {
                    return 0;
                }
                int count = open - first;
                if (count == FEW_MEMBERS) {
                    places = new HashMap<>();
                    for (int i = first; i < open; i++) {
                        places.put(keys[i], i);
                    }
                }
                int place = count < FEW_MEMBERS ? find(key, first) : places.getOrDefault(key, open);
                if (place == open) {
                    if (count >= FEW_MEMBERS) {
                        places.put(key, open);
                    }
                    add(key, member);
                } else {
                    members[place] = member;
                }
            } while (skip(','));
            if (!skip('}')) {
                return fail();
            }
        }
        long sum = 1L + open - first;
        for (int i = first; i < open; i++) {
            sum += members[i];
        }
        open = first;
        depth--;
        return RowHasher.mix(19, sum);
    }

    /** Where {@code key} stands from {@code first} on; {@link #open} if it doesn't. */
    private int find(long key, int first) {
        for (int i = first; i < open; i++) {
            if (keys[i] == key) {
                return i;
            }
        }
        return open;
    }

    private void add(long key, long member) {
        if (open == keys.length) {
            keys = Arrays.copyOf(keys, open * 2);
            members = Arrays.copyOf(members, open * 2);
        }
        keys[open] = key;
        members[open] = member;
        open++;
    }

    /** The hash of the string that begins here. */
    private long string() {
        int from = ++at;
        while (at < end) {
            byte octet = in[at];
            if (octet == '"') {
                at++;
                return RowHasher.hashBytes(in, from, at - 1 - from);
            }
            if (octet == '\\') {
                return escapedString(from);
            }
            if (octet >= 0 && octet < ' ') {
                return fail();
            }
            at++;
        }
        return fail();
    }

    private long escapedString(int from) {
        int size = at - from;
        if (unescaped.length < end - from) {
            unescaped = new byte[end - from]; // an escape is never shorter than what it stands for
        }
        System.arraycopy(in, from, unescaped, 0, size);
        while (at < end) {
            byte octet = in[at++];
            if (octet == '"') {
                return RowHasher.hashBytes(unescaped, 0, size);
            }
            if (octet >= 0 && octet < ' ') {
                return fail();
            }
            if (octet != '\\') {
                unescaped[size++] = octet;
                continue;
            }
            if (at >= end) {
                return fail();
            }
            int plain =
                    switch (in[at++]) {
                        case '"' -> '"';
                        case '\\' -> '\\';
                        case '/' -> '/';
                        case 'b' -> '\b';
                        case 'f' -> '\f';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        case 'u' -> codePoint();
                        default -> -1;
                    };
            if (plain < 0) {
                return fail();
            }
            size = appendUtf8(plain, size);
        }
        return fail();
    }

    /** What stands behind a backslash and u; -1 if it is none. */
    private int codePoint() {
        int high = hex();
        if (high < 0 || !Character.isHighSurrogate((char) high)) {
            return high;
        }
        if (end - at >= 6 && in[at] == '\\' && in[at + 1] == 'u') {
            int before = at;
            at += 2;
            int low = hex();
            if (low >= 0 && Character.isLowSurrogate((char) low)) {
                return Character.toCodePoint((char) high, (char) low);
            }
            at = before;
        }
        return high;
    }

    private int hex() {
        if (end - at < 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(in[at++], 16);
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    private int appendUtf8(int codePoint, int size) {
        int to = size;
        if (codePoint < 0x80) {
            unescaped[to++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            unescaped[to++] = (byte) (0xC0 | (codePoint >> 6));
            unescaped[to++] = (byte) (0x80 | (codePoint & 0x3F));
        } else if (Character.isBmpCodePoint(codePoint)) {
            if (Character.isSurrogate((char) codePoint)) {
                unescaped[to++] = '?'; // what an unpaired one becomes in UTF-8
                return to;
            }
            unescaped[to++] = (byte) (0xE0 | (codePoint >> 12));
            unescaped[to++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
            unescaped[to++] = (byte) (0x80 | (codePoint & 0x3F));
        } else {
            unescaped[to++] = (byte) (0xF0 | (codePoint >> 18));
            unescaped[to++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
            unescaped[to++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
            unescaped[to++] = (byte) (0x80 | (codePoint & 0x3F));
        }
        return to;
    }

    /** The hash of the number that begins here, by its value. */
    private long number() {
        int from = at;
        boolean negative = at < end && in[at] == '-';
        if (negative) {
            at++;
        }
        long digits = 0;
        int significant = 0;
        int integers = at;
        for (; at < end && isDigit(in[at]); at++) {
            digits = digits * 10 + (in[at] - '0');
            significant += digits == 0 ? 0 : 1;
        }
        if (at == integers || (in[integers] == '0' && at - integers > 1)) {
            return fail();
        }
        long scale = 0;
        if (at < end && in[at] == '.') {
            int fraction = ++at;
            for (; at < end && isDigit(in[at]); at++) {
                digits = digits * 10 + (in[at] - '0');
                significant += digits == 0 ? 0 : 1;
            }
            scale = (long) at - fraction;
            if (scale == 0) {
                return fail();
            }
        }
        if (at < end && (in[at] == 'e' || in[at] == 'E')) {
            long exponent = exponent();
            if (exponent == MALFORMED_NUMBER) {
                return fail();
            }
            scale -= exponent;
        }
        if (significant > DIGITS_OF_LONG || Math.abs(scale) > PLAIN_EXPONENT) {
            return large(from);
        }
        if (digits == 0) {
            return 0;
        }
        while (digits % 10 == 0) {
            digits /= 10;
            scale--;
        }
        // As a BigInteger hashes itself, so that large numbers and small ones go together.
        int magnitude = (int) (digits >>> 32) * 31 + (int) digits;
        return RowHasher.mix(negative ? -magnitude : magnitude, scale);
    }

    private long exponent() {
        at++;
        boolean negative = at < end && in[at] == '-';
        if (at < end && (in[at] == '-' || in[at] == '+')) {
            at++;
        }
        int first = at;
        long exponent = 0;
        for (; at < end && isDigit(in[at]); at++) {
            exponent = Math.min(exponent * 10 + (in[at] - '0'), Integer.MAX_VALUE);
        }
        if (at == first) {
            return MALFORMED_NUMBER;
        }
        return negative ? -exponent : exponent;
    }

    private long large(int from) {
        BigDecimal value;
        try {
            value = new BigDecimal(new String(in, from, at - from, StandardCharsets.US_ASCII));
        } catch (NumberFormatException _) {
            return fail(); // an exponent beyond what it takes: equal only to itself
        }
        if (value.signum() == 0) {
            return 0;
        }
        BigDecimal stripped = value.stripTrailingZeros();
        return RowHasher.mix(stripped.unscaledValue().hashCode(), stripped.scale());
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }
}
