package io.millrace.declarative.interpolation.python;

/**
 * Text that is marked as safe HTML, which {@code tojson}, {@code safe} and {@code escape} return: a
 * {@code str} that escapes whatever is added to it.
 */
public record Markup(String text) {

    /** {@code text} with the five characters that mean something in HTML replaced. */
    public static String escape(String text) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            String replacement =
                    switch (text.charAt(i)) {
                        case '&' -> "&amp;";
                        case '>' -> "&gt;";
                        case '<' -> "&lt;";
                        case '\'' -> "&#39;";
                        case '"' -> "&#34;";
                        default -> "";
                    };
            if (!replacement.isEmpty() && escaped == null) {
                escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (escaped != null) {
                if (replacement.isEmpty()) {
                    escaped.append(text.charAt(i));
                } else {
                    escaped.append(replacement);
                }
            }
        }
        return escaped == null ? text : escaped.toString();
    }
}
