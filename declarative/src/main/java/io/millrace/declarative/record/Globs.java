package io.millrace.declarative.record;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Patterns of the shell, as Python's {@code fnmatchcase} reads them. */
final class Globs {
    private Globs() {}

    /** Whether the text can match another than itself. */
    static boolean isPattern(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*' || c == '?' || c == '[') {
                return true;
            }
        }
        return false;
    }

    static boolean matches(String pattern, String text) {
        if (!isPattern(pattern)) {
            return pattern.equals(text);
        }
        if (pattern.equals("*") || pattern.equals("**")) {
            return true;
        }
        try {
            return Pattern.compile(translate(pattern), Pattern.DOTALL).matcher(text).matches();
        } catch (PatternSyntaxException _) {
            return false; // as the reference, for which a failing match is no match
        }
    }

    private static String translate(String pattern) {
        var regex = new StringBuilder();
        int i = 0;
        while (i < pattern.length()) {
            int point = pattern.codePointAt(i);
            i += Character.charCount(point);
            switch (point) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '[' -> {
                    int close = closing(pattern, i);
                    if (close < 0) {
                        regex.append("\\[");
                    } else {
                        appendSet(regex, pattern.substring(i, close));
                        i = close + 1;
                    }
                }
                default -> regex.append(Pattern.quote(Character.toString(point)));
            }
        }
        return regex.toString();
    }

    /** A bracket that comes first, or first behind the exclamation mark, is a member. */
    private static int closing(String pattern, int from) {
        int first = from < pattern.length() && pattern.charAt(from) == '!' ? from + 1 : from;
        return first < pattern.length() ? pattern.indexOf(']', first + 1) : -1;
    }

    private static void appendSet(StringBuilder regex, String members) {
        boolean negated = members.startsWith("!");
        String set = negated ? members.substring(1) : members;
        regex.append(negated ? "[^" : "[");
        for (int i = 0; i < set.length(); i++) {
            char c = set.charAt(i);
            boolean range = c == '-' && i > 0 && i < set.length() - 1;
            if (!range && "\\[]^&~|-".indexOf(c) >= 0) {
                regex.append('\\');
            }
            regex.append(c);
        }
        regex.append(']');
    }
}
