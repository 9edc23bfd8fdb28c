package io.millrace.declarative.interpolation.python;

import java.util.List;

/** The little that templates ask of HTML. */
public final class Html {
    private Html() {}

    /** Text without tags and comments, with white space in single blanks and entities replaced. */
    public static String stripTags(String text) {
        var result = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int open = text.indexOf('<', at);
            if (open < 0) {
                result.append(text, at, text.length());
                break;
            }
            boolean comment = text.startsWith("<!--", open);
            int close = comment ? text.indexOf("-->", open + 4) : text.indexOf('>', open + 1);
            if (close < 0) {
                if (comment) {
                    close = text.indexOf('>', open + 1);
                }
                if (close < 0) {
                    result.append(text, at, text.length());
                    break;
                }
                comment = false;
            }
            result.append(text, at, open);
            at = close + (comment ? 3 : 1);
        }
        List<Object> words = Text.splitWords(result.toString(), -1);
        return unescape(TextMethods.join(" ", words));
    }

    /**
     * Replaces numeric entities and the five that escaping makes, and the blank that does not
     * break.
     */
    public static String unescape(String text) {
        var result = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int start = text.indexOf('&', at);
            int end = start < 0 ? -1 : text.indexOf(';', start);
            if (end < 0) {
                result.append(text, at, text.length());
                break;
            }
            result.append(text, at, start);
            String replacement = entity(text.substring(start + 1, end));
            if (replacement.isEmpty()) {
                result.append('&');
                at = start + 1;
            } else {
                result.append(replacement);
                at = end + 1;
            }
        }
        return result.toString();
    }

    private static String entity(String name) {
        switch (name) {
            case "amp" -> {
                return "&";
            }
            case "lt" -> {
                return "<";
            }
            case "gt" -> {
                return ">";
            }
            case "quot" -> {
                return "\"";
            }
            case "apos" -> {
                return "'";
            }
            case "nbsp" -> {
                return "\u00a0";
            }
            default -> {
                if (!name.startsWith("#") || name.length() > 9) {
                    return "";
                }
                boolean hex = name.startsWith("#x") || name.startsWith("#X");
                try {
                    int point = Integer.parseInt(name.substring(hex ? 2 : 1), hex ? 16 : 10);
                    return point > 0 && Character.isValidCodePoint(point)
                            ? Character.toString(point)
                            : "\ufffd";
                } catch (NumberFormatException _) {
                    return "";
                }
            }
        }
    }
}
