package io.millrace.declarative.selection;

import com.anyascii.AnyAscii;
import io.millrace.declarative.interpolation.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes keys snake_case, in ASCII, in objects at every depth but not within lists. */
record KeysToSnakeCase() implements Transformation {
    /** The last alternative is no token, but separates two. */
    private static final Pattern TOKEN =
            Pattern.compile("[A-Z]+[a-z]*|[a-z]+|[0-9]+|([^a-zA-Z0-9]+)");

    @Override
    public void apply(Map<String, Object> record, Context variables) {
        Fields.replaceAll(record, renamed(record));
    }

    private static Map<String, Object> renamed(Map<?, ?> fields) {
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(fields.size());
        fields.forEach((key, value) ->
                Fields.put(
                        result,
                        snakeCase(Fields.key(key)),
                        value instanceof Map<?, ?> nested ? renamed(nested) : value));
        return result;
    }

    static String snakeCase(String key) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(AnyAscii.transliterate(key));
        while (matcher.find()) {
            tokens.add(matcher.group(1) == null ? matcher.group() : "");
        }
        if (tokens.size() >= 3) {
            String last = tokens.removeLast();
            String first = tokens.removeFirst();
            tokens.removeIf(String::isEmpty);
            tokens.addFirst(first);
            tokens.addLast(last);
        }
        if (!tokens.isEmpty() && startsWithDigit(tokens.getFirst())) {
            tokens.addFirst("");
        }
        return String.join("_", tokens).toLowerCase(Locale.ROOT);
    }

    private static boolean startsWithDigit(String token) {
        return !token.isEmpty() && token.charAt(0) >= '0' && token.charAt(0) <= '9';
    }
}
