package io.millrace.declarative.openapi;

import io.millrace.declarative.interpolation.python.Python;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes a draft as YAML, with the comments of its {@linkplain Guess guesses}. */
final class DraftText {
    /** Text that means itself without quotes; all else is quoted, templates above all. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/$][A-Za-z0-9_./-]*");

    private static final Set<String> WORDS =
            Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan");

    private final StringBuilder text = new StringBuilder();

    static String of(List<String> header, Map<String, Object> manifest) {
        var draft = new DraftText();
        header.forEach(line -> draft.text.append(("# " + line).stripTrailing()).append('\n'));
        draft.writeMap(manifest, 0);
        return draft.text.toString();
    }

    private void writeMap(Map<?, ?> map, int indent) {
        map.forEach((key, value) -> {
            text.repeat(' ', indent).append(scalar(Python.str(key))).append(':');
            writeValue(value, indent);
        });
    }

    /** Writes what stands after a colon. */
    private void writeValue(@Nullable Object value, int indent) {
        String comment = "";
        Object bare = value;
        if (value instanceof Guess guess) {
            comment = "  # guess: " + guess.comment();
            bare = guess.value();
        }
        switch (bare) {
            case Map<?, ?> map when !map.isEmpty() -> {
                text.append(comment).append('\n');
                writeMap(map, indent + 2);
            }
            case List<?> list when !list.isEmpty() && !isFlat(list) -> {
                text.append(comment).append('\n');
                writeList(list, indent + 2);
            }
            case null, default -> text.append(' ').append(flow(bare)).append(comment).append('\n');
        }
    }

    private void writeList(List<?> list, int indent) {
        for (Object item : list) {
            text.repeat(' ', indent).append('-');
            if (item instanceof Map<?, ?> map && !map.isEmpty()) {
                int from = text.length();
                writeMap(map, indent + 2);
                // The first key stands on the line of the dash.
                text.delete(from, from + indent + 2).insert(from, ' ');
            } else {
                text.append(' ').append(flow(item)).append('\n');
            }
        }
    }

    private static boolean isFlat(List<?> list) {
        return list.stream()
                .noneMatch(item -> item instanceof Map<?, ?> || item instanceof List<?>);
    }

    private static String flow(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> _ -> "{}";
            case List<?> list ->
                    "[" + String.join(", ", list.stream().map(DraftText::flow).toList()) + "]";
            case Boolean flag -> flag.toString();
            case Number number -> number.toString();
            default -> scalar(Python.str(value));
        };
    }

    private static String scalar(String text) {
        if (PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        var quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    switch (c) {
                        case '"' -> quoted.append("\\\"");
                        case '\\' -> quoted.append("\\\\");
                        case '\n' -> quoted.append("\\n");
                        case '\t' -> quoted.append("\\t");
                        default -> {
                            if (c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0xfeff) {
                                quoted.append("\\u%04x".formatted(c));
                            } else {
                                quoted.append((char) c);
                            }
                        }
                    }
                });
        return quoted.append('"').toString();
    }
}
