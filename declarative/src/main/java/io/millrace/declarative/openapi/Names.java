package io.millrace.declarative.openapi;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names of APIs, which are spelt in every style. */
final class Names {
    private static final Pattern VERSION = Pattern.compile("v?\\d+([._-]\\d+)*");

    private Names() {}

    /** Small letters and digits alone, so that all spellings of a name are one. */
    static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** {@code customerId} and {@code customer-id} as {@code customer_id}. */
    static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("([A-Z]+)([A-Z][a-z])", "$1_$2")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_+|_+$", "");
    }

    /** The parts of a path. */
    static List<String> segments(String path) {
        return Arrays.stream(path.split("/", -1)).filter(part -> !part.isEmpty()).toList();
    }

    static boolean isParameter(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }

    static String parameter(String segment) {
        return segment.substring(1, segment.length() - 1);
    }

    /** What a stream at this path is called. */
    static String stream(String path) {
        List<String> words =
                segments(path).stream()
                        .filter(segment -> !segment.contains("{"))
                        .map(segment -> segment.replaceFirst("\\.json$", ""))
                        .filter(segment -> !VERSION.matcher(segment).matches())
                        .filter(segment -> !segment.equals("api") && !segment.equals("rest"))
                        .map(Names::snake)
                        .filter(word -> !word.isEmpty())
                        .toList();
        return words.isEmpty() ? "root" : String.join("_", words);
    }
}
