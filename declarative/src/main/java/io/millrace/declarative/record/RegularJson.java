package io.millrace.declarative.record;

import io.millrace.declarative.interpolation.python.Numbers;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that {@link io.millrace.protocol.json.JsonPages} has found to be regular, and checks
 * nothing again: a record takes half the time that a parser for any JSON takes. One thread.
 */
final class RegularJson {
    /**
     * Keys that were met before, by a hash of their bytes, so that few of them are made anew. A
     * race at worst makes one twice.
     */
    private static final @Nullable String[] KEYS = new String[1 << 12];

    private static final int LONGEST_KEY = 64;

    /** Digits that fit a long whatever they are. */
    private static final int SAFE_DIGITS = 18;

    private final byte[] in;
    private int at;

    private RegularJson(byte[] in, int from) {
        this.in = in;
        this.at = from;
    }

    /** The value that begins at {@code from}, behind blanks or not. */
    static @Nullable Object parse(byte[] source, int from) {
        return new RegularJson(source, from).value();
    }

    private @Nullable Object value() {
        skipBlanks();
        return switch (in[at]) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> text();
            case 't' -> word(4, true);
            case 'f' -> word(5, false);
            case 'n' -> word(4, null);
            default -> number();
        };
    }

    private void skipBlanks() {
        while (in[at] <= ' ' && in[at] >= 0) {
            at++;
        }
    }

    private @Nullable Object word(int length, @Nullable Object value) {
        at += length;
        return value;
    }

    private Map<String, Object> object() {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        skipBlanks();
        while (in[at] != '}') {
            String key = key();
            skipBlanks();
            at++; // the colon
            put(map, key, value());
            skipBlanks();
            if (in[at] == ',') {
                at++;
                skipBlanks();
            }
        }
        at++;
        return map;
    }

    @SuppressWarnings("NullAway") // null is None
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    private List<@Nullable Object> array() {
        List<@Nullable Object> list = new ArrayList<>();
        at++;
        skipBlanks();
        while (in[at] != ']') {
            list.add(value());
            skipBlanks();
            if (in[at] == ',') {
                at++;
                skipBlanks();
            }
        }
        at++;
        return list;
    }

    private String key() {
        int from = at + 1;
        int hash = 0;
        int to = from;
        byte octet = in[to];
        while (octet != '"' && octet > 0 && octet != '\\') {
            hash = hash * 31 + octet;
            octet = in[++to];
        }
        if (octet != '"' || to - from > LONGEST_KEY) {
            return text();
        }
        at = to + 1;
        int slot = (hash ^ hash >>> 15) & KEYS.length - 1;
        String known = KEYS[slot];
        if (known == null || !isSame(known, from, to)) {
            known = new String(in, from, to - from, StandardCharsets.ISO_8859_1);
            KEYS[slot] = known;
        }
        return known;
    }

    private boolean isSame(String known, int from, int to) {
        if (known.length() != to - from) {
            return false;
        }
        for (int i = 0; i < known.length(); i++) {
            if (known.charAt(i) != in[from + i]) {
                return false;
            }
        }
        return true;
    }

    private String text() {
        int from = ++at;
        boolean ascii = true;
        while (true) {
            byte octet = in[at];
            if (octet == '"') {
                int length = at++ - from;
                return new String(
                        in,
                        from,
                        length,
                        ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
            }
            if (octet == '\\') {
                return unescaped(from);
            }
            ascii &= octet > 0;
            at++;
        }
    }

    /** The rest of a text, of which an escape stands at {@code at}. */
    private String unescaped(int start) {
        var text = new StringBuilder();
        int from = start;
        while (in[at] != '"') {
            if (in[at] != '\\') {
                at++;
                continue;
            }
            text.append(new String(in, from, at - from, StandardCharsets.UTF_8));
            byte code = in[at + 1];
            at += 2;
            switch (code) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    int unit = 0;
                    for (int i = 0; i < 4; i++) {
                        unit = unit << 4 | Character.digit(in[at++], 16);
                    }
                    text.append((char) unit);
                }
                default -> text.append((char) code);
            }
            from = at;
        }
        text.append(new String(in, from, at - from, StandardCharsets.UTF_8));
        at++;
        return text.toString();
    }

    private Object number() {
        int from = at;
        boolean whole = true;
        while (at < in.length && isOfNumber(in[at])) {
            byte octet = in[at++];
            whole &= octet != '.' && octet != 'e' && octet != 'E';
        }
        if (whole && at - from <= SAFE_DIGITS) {
            boolean negative = in[from] == '-';
            long number = 0;
            for (int i = negative ? from + 1 : from; i < at; i++) {
                number = number * 10 + in[i] - '0';
            }
            return negative ? -number : number;
        }
        String text = new String(in, from, at - from, StandardCharsets.ISO_8859_1);
        if (whole) {
            return Numbers.normal(new BigInteger(text));
        }
        return Double.parseDouble(text);
    }

    private static boolean isOfNumber(byte octet) {
        return (octet >= '0' && octet <= '9')
                || octet == '.'
                || octet == '-'
                || octet == '+'
                || octet == 'e'
                || octet == 'E';
    }
}
