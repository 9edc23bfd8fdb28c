package io.millrace.declarative.pagination;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The header {@code Link} as templates see it: each link under its relation, or under its address
 * where it has none.
 */
final class Links {
    private static final Pattern BETWEEN = Pattern.compile(", *<");
    private static final String QUOTES = " '\"";

    private Links() {}

    /** A mapping of mappings, which the caller may change. */
    static Map<String, Object> parse(String header) {
        Map<String, Object> links = new LinkedHashMap<>();
        String text = strip(header, QUOTES);
        if (text.isEmpty()) {
            return links;
        }
        for (String part : BETWEEN.split(text)) {
            int semicolon = part.indexOf(';');
            String address = semicolon < 0 ? part : part.substring(0, semicolon);
            Map<String, Object> link = new LinkedHashMap<>();
            link.put("url", strip(address, "<> '\""));
            String attributes = semicolon < 0 ? "" : part.substring(semicolon + 1);
            for (String attribute : attributes.split(";", -1)) {
                String[] pair = attribute.split("=", -1);
                if (pair.length != 2) {
                    break;
                }
                link.put(strip(pair[0], QUOTES), strip(pair[1], QUOTES));
            }
            Object name = link.getOrDefault("rel", "");
            links.put(String.valueOf("".equals(name) ? link.get("url") : name), link);
        }
        return links;
    }

    private static String strip(String text, String characters) {
        int from = 0;
        int to = text.length();
        while (from < to && characters.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && characters.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }
}
