package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Breaks a paragraph into lines of at most {@code width} characters, as Python's {@code textwrap}
 * does.
 */
record Wrapping(int width, boolean breakLongWords, boolean breakOnHyphens) {
    /**
     * White space, or a word up to and with a hyphen between letters, or what is left of a word.
     */
    private static final Pattern HYPHENATED =
            Pattern.compile(
                    "\\s+|[^\\s]*?[^\\s\\-0-9][a-zA-Z]-(?=[^\\W\\d_]{2})|[^\\s]+",
                    Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern SIMPLE =
            Pattern.compile("\\s+|\\S+", Pattern.UNICODE_CHARACTER_CLASS);

    List<String> wrap(String text) {
        if (width <= 0) {
            throw PythonError.value("invalid width %d (must be > 0)".formatted(width));
        }
        List<String> chunks = new ArrayList<>();
        Matcher matcher = (breakOnHyphens ? HYPHENATED : SIMPLE).matcher(text);
        while (matcher.find()) {
            chunks.add(matcher.group());
        }
        List<String> lines = new ArrayList<>();
        int at = 0;
        while (at < chunks.size()) {
            if (chunks.get(at).isBlank() && !lines.isEmpty()) {
                at++;
                if (at == chunks.size()) {
                    break;
                }
            }
            List<String> line = new ArrayList<>();
            int length = 0;
            while (at < chunks.size() && length + Text.length(chunks.get(at)) <= width) {
                length += Text.length(chunks.get(at));
                line.add(chunks.get(at++));
            }
            if (at < chunks.size() && Text.length(chunks.get(at)) > width) {
                String chunk = chunks.get(at);
                if (breakLongWords) {
                    int room = Math.max(width - length, 1);
                    line.add(Text.slice(chunk, 0, room));
                    chunks.set(at, Text.slice(chunk, room, Text.length(chunk)));
                } else if (line.isEmpty()) {
                    line.add(chunk);
                    at++;
                }
            }
            if (!line.isEmpty() && line.getLast().isBlank()) {
                line.removeLast();
            }
            if (!line.isEmpty()) {
                lines.add(String.join("", line));
            }
        }
        return lines;
    }
}
