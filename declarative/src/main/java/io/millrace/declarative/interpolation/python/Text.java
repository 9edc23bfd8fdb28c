package io.millrace.declarative.interpolation.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's view of text: code points, its own idea of white space, its case rules. */
public final class Text {
    private Text() {}

    /** The number of code points. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static boolean isNarrow(String text) {
        return length(text) == text.length();
    }

    /** The code point at {@code index}, as text. */
    static String at(String text, int index) {
        int start = isNarrow(text) ? index : text.offsetByCodePoints(0, index);
        return text.substring(start, start + Character.charCount(text.codePointAt(start)));
    }

    /** Code points from {@code start} to before {@code end}, which lie within the text. */
    public static String slice(String text, int start, int end) {
        if (start >= end) {
            return "";
        }
        if (isNarrow(text)) {
            return text.substring(start, end);
        }
        int from = text.offsetByCodePoints(0, start);
        return text.substring(from, text.offsetByCodePoints(from, end - start));
    }

    /** Each code point as text of its own. */
    public static List<Object> characters(String text) {
        List<Object> characters = new ArrayList<>(text.length());
        for (int i = 0; i < text.length(); ) {
            int end = i + Character.charCount(text.codePointAt(i));
            characters.add(text.substring(i, end));
            i = end;
        }
        return characters;
    }

    public static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    /** Order by code points, where Java's own goes by UTF-16 units. */
    static int compare(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char x = left.charAt(i);
            char y = right.charAt(i);
            if (x != y) {
                return (Character.isSurrogate(x) && Character.isSurrogate(y))
                                || (!Character.isSurrogate(x) && !Character.isSurrogate(y))
                        ? Character.compare(x, y)
                        : Integer.compare(left.codePointAt(i), right.codePointAt(i));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /**
     * Whether Python's {@code str.isspace} holds for a character; wider than Java's and narrower
     * than Unicode's.
     */
    public static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0D)
                || (c >= 0x1C && c <= 0x20)
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    public static String strip(String text) {
        return stripRight(stripLeft(text, null), null);
    }

    /** Without the characters of {@code set}, or white space, at the start. */
    static String stripLeft(String text, @Nullable String set) {
        int start = 0;
        while (start < text.length()) {
            int c = text.codePointAt(start);
            if (set == null ? !isSpace(c) : set.indexOf(c) < 0) {
                break;
            }
            start += Character.charCount(c);
        }
        return text.substring(start);
    }

    /** Without the characters of {@code set}, or white space, at the end. */
    public static String stripRight(String text, @Nullable String set) {
        int end = text.length();
        while (end > 0) {
            int c = text.codePointBefore(end);
            if (set == null ? !isSpace(c) : set.indexOf(c) < 0) {
                break;
            }
            end -= Character.charCount(c);
        }
        return text.substring(0, end);
    }

    public static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    public static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    /** First character in title case, the rest lower. */
    public static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int end = Character.charCount(text.codePointAt(0));
        return titled(text.substring(0, end)) + lowerWithin(text, end);
    }

    /**
     * The lower case of what follows {@code start}, decided with the whole text in view as for a
     * final sigma.
     */
    private static String lowerWithin(String text, int start) {
        String whole = lower(text);
        String head = lower(text.substring(0, start));
        return whole.startsWith(head)
                ? whole.substring(head.length())
                : lower(text.substring(start));
    }

    private static String titled(String character) {
        int c = character.codePointAt(0);
        int title = Character.toTitleCase(c);
        if (title != c) {
            return Character.toString(title);
        }
        String upper = upper(character);
        // Multi-character upper cases such as SS for ß become Ss as a title.
        return upper.length() > 1 && upper.codePointCount(0, upper.length()) > 1
                ? upper.substring(0, 1) + lower(upper.substring(1))
                : upper;
    }

    /** Every run of letters capitalised: {@code str.title()}. */
    static String title(String text) {
        var result = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int end = i + Character.charCount(c);
            String character = text.substring(i, end);
            result.append(inWord ? lower(character) : titled(character));
            inWord = isCased(c);
            i = end;
        }
        return result.toString();
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    static String swapCase(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    String character = Character.toString(c);
                    result.append(
                            Character.isUpperCase(c) || Character.isTitleCase(c)
                                    ? lower(character)
                                    : upper(character));
                });
        return result.toString();
    }

    static String caseFold(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c ->
                        result.append(
                                c == 0xDF || c == 0x1E9E
                                        ? "ss"
                                        : c == 0x3C2 ? "σ" : lower(upper(Character.toString(c)))));
        return result.toString();
    }

    /** Decimal digits of all scripts as ASCII ones; other characters as they are. */
    static String asciiDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                var result = new StringBuilder();
                text.codePoints()
                        .forEach(c -> {
                            if (c > 127 && Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER) {
                                result.append((char) ('0' + Character.digit(c, 10)));
                            } else {
                                result.appendCodePoint(c);
                            }
                        });
                return result.toString();
            }
        }
        return text;
    }

    /**
     * Parts between runs of white space, at most {@code most} splits from the left; a negative
     * number is no limit.
     */
    static List<Object> splitWords(String text, int most) {
        List<Object> words = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < text.length() && isSpace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                return words;
            }
            if (most >= 0 && words.size() == most) {
                words.add(stripRight(text.substring(at), null));
                return words;
            }
            int end = at;
            while (end < text.length() && !isSpace(text.charAt(end))) {
                end++;
            }
            words.add(text.substring(at, end));
            at = end;
        }
    }

    /** The same from the right. */
    static List<Object> splitWordsRight(String text, int most) {
        List<Object> words = new ArrayList<>();
        int end = text.length();
        while (true) {
            while (end > 0 && isSpace(text.charAt(end - 1))) {
                end--;
            }
            if (end == 0) {
                return words;
            }
            if (most >= 0 && words.size() == most) {
                words.addFirst(stripLeft(text.substring(0, end), null));
                return words;
            }
            int start = end;
            while (start > 0 && !isSpace(text.charAt(start - 1))) {
                start--;
            }
            words.addFirst(text.substring(start, end));
            end = start;
        }
    }

    static List<Object> split(String text, String separator, int most) {
        checkSeparator(separator);
        List<Object> parts = new ArrayList<>();
        int at = 0;
        while (most < 0 || parts.size() < most) {
            int found = text.indexOf(separator, at);
            if (found < 0) {
                break;
            }
            parts.add(text.substring(at, found));
            at = found + separator.length();
        }
        parts.add(text.substring(at));
        return parts;
    }

    static List<Object> splitRight(String text, String separator, int most) {
        checkSeparator(separator);
        List<Object> parts = new ArrayList<>();
        int end = text.length();
        while (most < 0 || parts.size() < most) {
            int found =
                    end < separator.length()
                            ? -1
                            : text.lastIndexOf(separator, end - separator.length());
            if (found < 0) {
                break;
            }
            parts.addFirst(text.substring(found + separator.length(), end));
            end = found;
        }
        parts.addFirst(text.substring(0, end));
        return parts;
    }

    private static void checkSeparator(String separator) {
        if (separator.isEmpty()) {
            throw PythonError.value("empty separator");
        }
    }

    /** Lines by every line end that Python knows. */
    public static List<Object> splitLines(String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n'
                    || c == '\r'
                    || c == 0x0B
                    || c == 0x0C
                    || (c >= 0x1C && c <= 0x1E)
                    || c == 0x85
                    || c == 0x2028
                    || c == 0x2029) {
                int end = i;
                if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
                lines.add(text.substring(start, keepEnds ? i + 1 : end));
                start = i + 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** {@code count} times {@code text}; none for a negative count. */
    public static String repeat(String text, int count) {
        if (count <= 0 || text.isEmpty()) {
            return "";
        }
        Limits.checkSize((long) text.length() * count);
        return text.repeat(count);
    }

    /**
     * Replaces up to {@code most} occurrences, all for a negative number. An empty {@code old} is
     * found between characters.
     */
    public static String replace(String text, String old, String replacement, int most) {
        int left = most < 0 ? Integer.MAX_VALUE : most;
        if (left == 0) {
            return text;
        }
        var result = new StringBuilder();
        if (old.isEmpty()) {
            for (int i = 0; i <= text.length(); ) {
                if (left-- > 0) {
                    result.append(replacement);
                }
                if (i == text.length()) {
                    break;
                }
                int end = i + Character.charCount(text.codePointAt(i));
                result.append(text, i, end);
                i = end;
                Limits.checkSize(result.length());
            }
            return result.toString();
        }
        int at = 0;
        int found = text.indexOf(old);
        if (found < 0) {
            return text;
        }
        while (found >= 0 && left-- > 0) {
            result.append(text, at, found).append(replacement);
            Limits.checkSize(result.length());
            at = found + old.length();
            found = text.indexOf(old, at);
        }
        return result.append(text, at, text.length()).toString();
    }
}
