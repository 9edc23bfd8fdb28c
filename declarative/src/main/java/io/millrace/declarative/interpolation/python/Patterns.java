package io.millrace.declarative.interpolation.python;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Python's regular expressions on Java's: the syntax differs in character classes, named groups,
 * anchors and escapes. A pattern that takes too long on a text fails instead of holding the thread.
 */
public final class Patterns {
    /** Characters that a match may look at, again and again; a second or so. */
    private static final long LOOKS = 200_000_000;

    private static final int CACHED_PATTERNS = 1000;
    private static final Map<String, Pattern> CACHE = new ConcurrentHashMap<>();

    private Patterns() {}

    /** Compiles a Python pattern. */
    public static Pattern compile(String pattern) {
        Pattern compiled = CACHE.get(pattern);
        if (compiled == null) {
            try {
                compiled =
                        Pattern.compile(
                                new Translation(pattern).translate(),
                                Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS);
            } catch (PatternSyntaxException error) {
                throw new PythonError(PythonError.Kind.PATTERN, error.getDescription());
            } catch (StackOverflowError _) {
                throw new PythonError(
                        PythonError.Kind.RECURSION, "The pattern is nested too deep.");
            }
            if (CACHE.size() < CACHED_PATTERNS) {
                CACHE.put(pattern, compiled);
            }
        }
        return compiled;
    }

    /**
     * {@code re.search(pattern, text)}: the first group if the pattern has one and it took part,
     * null if it didn't.
     */
    public static @Nullable Object searchGroup(String pattern, String text) {
        Matcher matcher = compile(pattern).matcher(new Guarded(text));
        try {
            return matcher.find() && matcher.groupCount() > 0 ? matcher.group(1) : "";
        } catch (StackOverflowError _) {
            throw new PythonError(
                    PythonError.Kind.RECURSION, "The pattern needs too much memory on this text.");
        }
    }

    /** {@code re.sub(pattern, replacement, text)}. */
    public static String replace(String pattern, String replacement, String text) {
        Pattern compiled = compile(pattern);
        Matcher matcher = compiled.matcher(new Guarded(text));
        var result = new StringBuilder();
        int at = 0;
        try {
            while (matcher.find()) {
                result.append(text, at, matcher.start());
                expand(result, replacement, matcher, compiled);
                Limits.checkSize(result.length());
                at = matcher.end();
            }
        } catch (StackOverflowError _) {
            throw new PythonError(
                    PythonError.Kind.RECURSION, "The pattern needs too much memory on this text.");
        }
        // A bad replacement fails even where nothing matches.
        if (at == 0 && result.isEmpty()) {
            check(replacement, compiled);
        }
        return result.append(text, at, text.length()).toString();
    }

    private static void check(String replacement, Pattern pattern) {
        expand(new StringBuilder(), replacement, null, pattern);
    }

    private static void expand(
            StringBuilder into, String template, @Nullable Matcher matcher, Pattern pattern) {
        int groups = pattern.matcher("").groupCount();
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c != '\\') {
                into.append(c);
                continue;
            }
            if (++i == template.length()) {
                throw new PythonError(PythonError.Kind.PATTERN, "bad escape (end of pattern)");
            }
            char code = template.charAt(i);
            if (code == 'g') {
                int close = template.startsWith("<", i + 1) ? template.indexOf('>', i + 2) : -1;
                if (close < 0) {
                    throw new PythonError(PythonError.Kind.PATTERN, "missing group name");
                }
                String name = template.substring(i + 2, close);
                boolean numeric =
                        !name.isEmpty()
                                && name.chars().allMatch(digit -> digit >= '0' && digit <= '9');
                Integer number =
                        numeric && name.length() < 4
                                ? Integer.valueOf(name)
                                : pattern.namedGroups().get(Translation.groupName(name));
                if (number == null || number > groups) {
                    throw numeric
                            ? new PythonError(PythonError.Kind.PATTERN, "invalid group reference")
                            : PythonError.index("unknown group name '%s'".formatted(name));
                }
                append(into, matcher, number);
                i = close;
            } else if (code == '0') {
                int end = i + 1;
                while (end < template.length()
                        && end < i + 3
                        && template.charAt(end) >= '0'
                        && template.charAt(end) <= '7') {
                    end++;
                }
                into.append((char) Integer.parseInt(template, i, end, 8));
                i = end - 1;
            } else if (code >= '1' && code <= '9') {
                int number = code - '0';
                if (i + 1 < template.length()
                        && template.charAt(i + 1) >= '0'
                        && template.charAt(i + 1) <= '9') {
                    number = number * 10 + template.charAt(++i) - '0';
                }
                if (number > groups) {
                    throw new PythonError(
                            PythonError.Kind.PATTERN,
                            "invalid group reference %d".formatted(number));
                }
                append(into, matcher, number);
            } else {
                switch (code) {
                    case 'n' -> into.append('\n');
                    case 't' -> into.append('\t');
                    case 'r' -> into.append('\r');
                    case 'f' -> into.append('\f');
                    case 'v' -> into.append((char) 0x0B);
                    case 'a' -> into.append((char) 7);
                    case 'b' -> into.append('\b');
                    case '\\' -> into.append('\\');
                    default -> {
                        if ((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z')) {
                            throw new PythonError(
                                    PythonError.Kind.PATTERN, "bad escape \\%c".formatted(code));
                        }
                        into.append('\\').append(code);
                    }
                }
            }
        }
    }

    private static void append(StringBuilder into, @Nullable Matcher matcher, int group) {
        String found = matcher == null ? null : matcher.group(group);
        if (found != null) {
            into.append(found);
        }
    }

    /** A text that counts how often it is looked at. */
    private static final class Guarded implements CharSequence {
        private final String text;
        private long looks;

        private Guarded(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > LOOKS) {
                throw PythonError.limit(
                        "A regular expression takes too long on a text of %d characters."
                                .formatted(text.length()));
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class Translation {
        private final String pattern;
        private final StringBuilder result = new StringBuilder();
        private int at;

        private Translation(String pattern) {
            this.pattern = pattern;
        }

        /** A Java group name for a Python one, which may hold underscores. */
        private static String groupName(String name) {
            var result = new StringBuilder("g");
            name.codePoints()
                    .forEach(c -> {
                        if (c < 128 && Character.isLetterOrDigit(c)) {
                            result.append((char) c);
                        } else {
                            result.append('Z').append(Integer.toHexString(c)).append('Z');
                        }
                    });
            return result.toString();
        }

        private PythonError error(String message) {
            return new PythonError(PythonError.Kind.PATTERN, message);
        }

        private String translate() {
            while (at < pattern.length()) {
                char c = pattern.charAt(at);
                switch (c) {
                    case '\\' -> escape();
                    case '[' -> characterClass();
                    case '(' -> group();
                    case '{' -> brace();
                    // Python's $ stands before a last line end or at the end, which is Java's under
                    // UNIX_LINES.
                    default -> {
                        result.append(c);
                        at++;
                    }
                }
            }
            return result.toString();
        }

        /** A brace is text unless it is a repetition. */
        private void brace() {
            int end = at + 1;
            while (end < pattern.length()
                    && (Character.isDigit(pattern.charAt(end)) || pattern.charAt(end) == ',')) {
                end++;
            }
            String inner = pattern.substring(at + 1, end);
            if (end < pattern.length()
                    && pattern.charAt(end) == '}'
                    && inner.matches("[0-9]+(,[0-9]*)?|,[0-9]+")
                    && at > 0) {
                result.append('{').append(inner.startsWith(",") ? "0" + inner : inner).append('}');
                at = end + 1;
            } else {
                result.append("\\{");
                at++;
            }
        }

        private void group() {
            if (pattern.startsWith("(?P<", at)) {
                int close = pattern.indexOf('>', at);
                if (close < 0) {
                    throw error("missing >, unterminated name");
                }
                result.append("(?<")
                        .append(groupName(pattern.substring(at + 4, close)))
                        .append('>');
                at = close + 1;
            } else if (pattern.startsWith("(?P=", at)) {
                int close = pattern.indexOf(')', at);
                if (close < 0) {
                    throw error("missing ), unterminated name");
                }
                result.append("\\k<")
                        .append(groupName(pattern.substring(at + 4, close)))
                        .append('>');
                at = close + 1;
            } else if (pattern.startsWith("(?#", at)) {
                int close = pattern.indexOf(')', at);
                if (close < 0) {
                    throw error("missing ), unterminated comment");
                }
                at = close + 1;
            } else if (pattern.startsWith("(?", at)
                    && at + 2 < pattern.length()
                    && "aiLmsux-".indexOf(pattern.charAt(at + 2)) >= 0) {
                flags();
            } else if (pattern.startsWith("(?<", at)
                    && !pattern.startsWith("(?<=", at)
                    && !pattern.startsWith("(?<!", at)) {
                throw error("unknown extension ?<");
            } else {
                result.append('(');
                at++;
                if (at < pattern.length() && pattern.charAt(at) == '?') {
                    int end = at + (pattern.startsWith("?<", at) ? 3 : 2);
                    result.append(pattern, at, Math.min(end, pattern.length()));
                    at = Math.min(end, pattern.length());
                }
            }
        }

        private void flags() {
            int end = at + 2;
            var on = new StringBuilder();
            while (end < pattern.length() && "aiLmsux-".indexOf(pattern.charAt(end)) >= 0) {
                switch (pattern.charAt(end)) {
                    case 'i' -> on.append("iu");
                    case 'u', 'L' -> {}
                    case 'a' -> on.append(on.indexOf("-") >= 0 ? "" : "-U");
                    default -> on.append(pattern.charAt(end));
                }
                end++;
            }
            if (end == pattern.length()) {
                throw error("missing -, : or )");
            }
            result.append("(?").append(on).append(pattern.charAt(end));
            at = end + 1;
        }

        private void escape() {
            if (at + 1 == pattern.length()) {
                throw error("bad escape (end of pattern)");
            }
            char code = pattern.charAt(at + 1);
            switch (code) {
                case 'Z' -> take("\\z");
                case 'A', 'b', 'B', 'd', 'D', 's', 'S', 'w', 'W', 'n', 't', 'r', 'f', 'a' ->
                        take("\\" + code);
                case 'v' -> take("\\x0B");
                case 'x', 'u', 'U' -> codePoint(code);
                case '0' -> octal();
                default -> {
                    if (code >= '1' && code <= '9') {
                        int end = at + 2;
                        if (end < pattern.length()
                                && pattern.charAt(end) >= '0'
                                && pattern.charAt(end) <= '9') {
                            end++;
                        }
                        // In a group of its own, so that digits which follow don't become part of
                        // the number.
                        result.append("(?:").append(pattern, at, end).append(')');
                        at = end;
                    } else if ((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z')) {
                        throw error("bad escape \\%c".formatted(code));
                    } else {
                        literal(pattern.codePointAt(at + 1));
                        at += 1 + Character.charCount(pattern.codePointAt(at + 1));
                    }
                }
            }
        }

        private void take(String translated) {
            result.append(translated);
            at += 2;
        }

        private void literal(int c) {
            if (c < 128 && !Character.isLetterOrDigit(c)) {
                result.append('\\').append((char) c);
            } else {
                result.appendCodePoint(c);
            }
        }

        private void codePoint(char code) {
            int digits = code == 'x' ? 2 : code == 'u' ? 4 : 8;
            var decoded = new StringBuilder();
            int end = Escapes.append(decoded, pattern, at, false);
            if (end < 0) {
                throw error("incomplete escape \\%c of %d digits".formatted(code, digits));
            }
            literal(decoded.codePointAt(0));
            at = end;
        }

        private void octal() {
            var decoded = new StringBuilder();
            at = Escapes.append(decoded, pattern, at, false);
            literal(decoded.codePointAt(0));
        }

        /**
         * In Java's classes, brackets nest and ampersands intersect; in Python's they are
         * characters.
         */
        private void characterClass() {
            result.append('[');
            at++;
            if (at < pattern.length() && pattern.charAt(at) == '^') {
                result.append('^');
                at++;
            }
            boolean first = true;
            while (true) {
                if (at >= pattern.length()) {
                    throw error("unterminated character set");
                }
                char c = pattern.charAt(at);
                if (c == ']' && !first) {
                    result.append(']');
                    at++;
                    return;
                }
                first = false;
                switch (c) {
                    case '[', ']', '&', '^', '~' -> {
                        result.append('\\').append(c);
                        at++;
                    }
                    case '\\' -> classEscape();
                    default -> {
                        result.append(c);
                        at++;
                    }
                }
            }
        }

        private void classEscape() {
            if (at + 1 == pattern.length()) {
                throw error("unterminated character set");
            }
            char code = pattern.charAt(at + 1);
            switch (code) {
                case 'd', 'D', 's', 'S', 'w', 'W', 'n', 't', 'r', 'f', 'a' -> take("\\" + code);
                case 'b' -> take("\\x08");
                case 'v' -> take("\\x0B");
                case 'x', 'u', 'U' -> codePoint(code);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
                default -> {
                    if ((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z')) {
                        throw error("bad escape \\%c".formatted(code));
                    }
                    literal(pattern.codePointAt(at + 1));
                    at += 1 + Character.charCount(pattern.codePointAt(at + 1));
                }
            }
        }
    }
}
