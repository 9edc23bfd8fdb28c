package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.Python;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Queries and forms, quoted as the reference's HTTP client does it (reference 3.3). */
public final class FormEncoding {
    private FormEncoding() {}

    /**
     * {@code a=1&b=x+y}: a list is its key repeated, nulls are left out, all else is printed as
     * Python does.
     */
    public static String encode(Map<?, ?> fields) {
        var result = new StringBuilder();
        fields.forEach((key, value) -> {
            for (Object item : items(value)) {
                if (item == null) {
                    continue;
                }
                for (Object part : item instanceof List<?> list ? list : List.of(item)) {
                    if (!result.isEmpty()) {
                        result.append('&');
                    }
                    quote(Python.str(key), result);
                    result.append('=');
                    quote(Python.str(part), result);
                }
            }
        });
        return result.toString();
    }

    private static Iterable<?> items(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case String text -> List.of(text);
            case List<?> list -> list;
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            default -> List.of(value);
        };
    }

    private static void quote(String text, StringBuilder into) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                into.append(c);
            } else if (c == ' ') {
                into.append('+');
            } else if (c < 128) {
                Addresses.appendEscape(into, c);
            } else {
                int point = text.codePointAt(i);
                for (byte unit : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    Addresses.appendEscape(into, unit & 0xFF);
                }
                i += Character.charCount(point) - 1;
            }
        }
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '.'
                || c == '-'
                || c == '~';
    }

    /**
     * The pairs of a query; of a repeated key its first value. Pairs without value are left out.
     */
    static Map<String, String> firstValues(String query) {
        return values(query, true);
    }

    /** The same with the last value of a repeated key. */
    static Map<String, String> lastValues(String query) {
        return values(query, false);
    }

    private static Map<String, String> values(String query, boolean first) {
        Map<String, String> result = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            int sign = pair.indexOf('=');
            if (sign < 0 || sign == pair.length() - 1) {
                continue;
            }
            String key = unquote(pair.substring(0, sign));
            String value = unquote(pair.substring(sign + 1));
            if (first) {
                result.putIfAbsent(key, value);
            } else {
                result.put(key, value);
            }
        }
        return result;
    }

    /** Escapes that are none stay as they are. */
    private static String unquote(String text) {
        if (text.indexOf('%') < 0) {
            return text.replace('+', ' ');
        }
        byte[] units = text.replace('+', ' ').getBytes(StandardCharsets.UTF_8);
        byte[] result = new byte[units.length];
        int size = 0;
        for (int i = 0; i < units.length; i++) {
            if (units[i] == '%' && i + 2 < units.length) {
                int high = Character.digit(units[i + 1], 16);
                int low = Character.digit(units[i + 2], 16);
                if (high >= 0 && low >= 0) {
                    result[size++] = (byte) (high * 16 + low);
                    i += 2;
                    continue;
                }
            }
            result[size++] = units[i];
        }
        return new String(result, 0, size, StandardCharsets.UTF_8);
    }
}
