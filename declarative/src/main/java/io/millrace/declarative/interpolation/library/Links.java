package io.millrace.declarative.interpolation.library;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes links of the addresses in a text of HTML. */
final class Links {
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "^((https?://|www\\.)(([\\w%-]+\\.)+)?([a-z]{2,63}|xn--[\\w%]{2,59})|([\\w%-]{2,63}\\.)+(com|net|int|edu|gov|org|info|mil)"
                        + "|(https?://)((([\\d]{1,3})(\\.[\\d]{1,3}){3})|(\\[([\\da-f]{0,4}:){2}([\\da-f]{0,4}:?){1,6}])))"
                        + "(?::[\\d]{1,5})?(?:[/?#]\\S*)?$",
                    Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private static final Pattern MAIL = Pattern.compile("^\\S+@\\w[\\w.-]*\\.\\w+$");
    private static final Pattern SPACE = Pattern.compile("(\\s+)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern HEAD = Pattern.compile("^([(<]|&lt;)+");
    private static final Pattern TAIL = Pattern.compile("([)>.,\\n]|&gt;)+$");
    private static final Set<String> OPENING = Set.of("(", "<", "&lt;");

    private Links() {}

    /**
     * The text with links.
     *
     * @param limit how many characters of an address to show
     * @param extras further attributes of each link, with a blank in front
     */
    static String mark(String text, int limit, String extras) {
        var result = new StringBuilder();
        Matcher spaces = SPACE.matcher(text);
        int at = 0;
        while (spaces.find()) {
            result.append(word(text.substring(at, spaces.start()), limit, extras))
                    .append(spaces.group());
            at = spaces.end();
        }
        return result.append(word(text.substring(at), limit, extras)).toString();
    }

    private static String word(String word, int limit, String extras) {
        String head = "";
        String middle = word;
        String tail = "";
        Matcher start = HEAD.matcher(middle);
        if (start.find()) {
            head = start.group();
            middle = middle.substring(start.end());
        }
        if (middle.endsWith(")")
                || middle.endsWith(">")
                || middle.endsWith(".")
                || middle.endsWith(",")
                || middle.endsWith("&gt;")) {
            Matcher end = TAIL.matcher(middle);
            if (end.find()) {
                tail = end.group();
                middle = middle.substring(0, end.start());
            }
        }
        // Parentheses that were opened within the address belong to it.
        for (String opening : OPENING) {
            String closing = opening.equals("(") ? ")" : opening.equals("<") ? ">" : "&gt;";
            int missing = count(middle, opening) - count(middle, closing);
            for (int i = 0; i < missing && tail.contains(closing); i++) {
                int end = tail.indexOf(closing) + closing.length();
                middle += tail.substring(0, end);
                tail = tail.substring(end);
            }
        }
        String linked = middle;
        if (ADDRESS.matcher(middle).matches()) {
            String scheme =
                    middle.startsWith("https://") || middle.startsWith("http://") ? "" : "https://";
            linked =
                    "<a href=\"%s%s\"%s>%s</a>"
                            .formatted(scheme, middle, extras, shown(middle, limit));
        } else if (middle.startsWith("mailto:") && MAIL.matcher(middle.substring(7)).matches()) {
            linked = "<a href=\"%s\">%s</a>".formatted(middle, middle.substring(7));
        } else if (middle.contains("@")
                && !middle.startsWith("www.")
                && !middle.contains(":")
                && MAIL.matcher(middle).matches()) {
            linked = "<a href=\"mailto:%s\">%s</a>".formatted(middle, middle);
        }
        return head + linked + tail;
    }

    private static int count(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static String shown(String address, int limit) {
        return address.length() > limit ? address.substring(0, limit) + "..." : address;
    }
}
