package io.millrace.connector.postgres.destination;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Names as PostgreSQL takes them. Any text of 1 to 63 bytes without U+0000 is kept as it is;
 * another is cut between two characters and gets {@code _} and 8 hexadecimal digits of its SHA-256,
 * so that the same name always becomes the same.
 */
final class Names {
    static final int MAX_BYTES = 63;

    private static final int HASH_DIGITS = 8;

    /** No column may be called so (PostgreSQL documentation, "System Columns"; oid until 11). */
    private static final Set<String> SYSTEM_COLUMNS =
            Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid");

    private Names() {}

    /** The names of a table's columns, in the order of {@code sources}, each of its own. */
    static List<String> columns(List<String> sources, Set<String> taken) {
        Predicate<String> kept =
                name -> fits(name) && !SYSTEM_COLUMNS.contains(name) && !taken.contains(name);
        Set<String> used = new HashSet<>(taken);
        sources.stream().filter(kept).forEach(used::add);
        List<String> names = new ArrayList<>(sources.size());
        for (String source : sources) {
            if (kept.test(source)) {
                names.add(source);
                continue;
            }
            String changed = change(source, "");
            // Never into a name that stands already; the salt makes another hash.
            for (int salt = 1; !used.add(changed); salt++) {
                changed = change(source, "#" + salt);
            }
            names.add(changed);
        }
        return List.copyOf(names);
    }

    /** The name of a table for {@code source}. */
    static String table(String source) {
        return fits(source) && !source.startsWith(TableName.OWN_PREFIX)
                ? source
                : change(source, "");
    }

    /** The name of a schema for {@code source}; PostgreSQL keeps those in {@code pg_} to itself. */
    static String schema(String source) {
        if (source.startsWith("pg_") || source.equals("information_schema")) {
            return change("_" + source, "");
        }
        return fits(source) ? source : change(source, "");
    }

    private static boolean fits(String name) {
        return !name.isEmpty()
                && name.indexOf('\0') < 0
                && wellFormed(name)
                && name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    private static boolean wellFormed(String name) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(name);
    }

    private static String change(String source, String salt) {
        String clean =
                source.replace("\0", "")
                        .codePoints()
                        .filter(point -> point < 0xD800 || point > 0xDFFF)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        return cut(clean, MAX_BYTES - HASH_DIGITS - 1) + "_" + hash(source + salt, HASH_DIGITS);
    }

    /** The first characters of {@code text} that take at most {@code bytes} bytes. */
    private static String cut(String text, int bytes) {
        int end = 0;
        int size = 0;
        while (end < text.length()) {
            int point = text.codePointAt(end);
            size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (size > bytes) {
                break;
            }
            end += Character.charCount(point);
        }
        return text.substring(0, end);
    }

    /** The first {@code digits} hexadecimal digits of a text's SHA-256. */
    static String hash(String text, int digits) {
        return HexFormat.of().formatHex(sha256(text)).substring(0, digits);
    }

    /** The first 64 bits of a text's SHA-256. */
    static long hash64(String text) {
        byte[] digest = sha256(text);
        long hash = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            hash = hash << 8 | (digest[i] & 0xFF);
        }
        return hash;
    }

    private static byte[] sha256(String text) {
        try {
            // UTF-16, so that names which differ in unpaired surrogates alone differ in the hash.
            return MessageDigest.getInstance("SHA-256")
                    .digest(
                            StandardCharsets.UTF_8.newEncoder().canEncode(text)
                                    ? text.getBytes(StandardCharsets.UTF_8)
                                    : utf16(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static byte[] utf16(String text) {
        byte[] bytes = new byte[text.length() * 2];
        for (int i = 0; i < text.length(); i++) {
            bytes[2 * i] = (byte) (text.charAt(i) >> 8);
            bytes[2 * i + 1] = (byte) text.charAt(i);
        }
        return bytes;
    }
}
