package io.millrace.protocol.json;

import java.util.List;
import java.util.Random;

/** JSON that a seed decides, with white space and escapes in odd places. */
final class RandomJson {
    private static final List<String> STRINGS =
            List.of(
                    "",
                    "a",
                    "plain text",
                    "é",
                    "日本",
                    "😀",
                    "\\n",
                    "\\u0041",
                    "\\\"",
                    "\\\\",
                    "\\/");
    private static final List<String> NUMBERS =
            List.of("0", "-0", "1", "-12", "1.5", "1e3", "1E-2", "123456789012345678901", "0.10");

    private RandomJson() {}

    static String object(Random random, List<String> names) {
        var text = new StringBuilder("{");
        int members = random.nextInt(6);
        for (int i = 0; i < members; i++) {
            text.append(i > 0 ? "," : "").append(space(random)).append('"');
            text.append(
                    random.nextInt(4) == 0
                            ? STRINGS.get(random.nextInt(STRINGS.size()))
                            : names.get(random.nextInt(names.size())));
            text.append('"').append(space(random)).append(':');
            value(random, text, 3);
        }
        return text.append(space(random)).append('}').toString();
    }

    private static void value(Random random, StringBuilder text, int depth) {
        text.append(space(random));
        switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> text.append("null");
            case 1 -> text.append(random.nextBoolean());
            case 2, 3 -> text.append(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 4, 5 -> {
                text.append('"');
                for (int i = random.nextInt(4); i > 0; i--) {
                    text.append(STRINGS.get(random.nextInt(STRINGS.size())));
                }
                text.append('"');
            }
            case 6 -> {
                text.append('[');
                for (int i = random.nextInt(3), first = 1; i > 0; i--, first = 0) {
                    text.append(first == 1 ? "" : ",");
                    value(random, text, depth - 1);
                }
                text.append(space(random)).append(']');
            }
            default -> {
                text.append('{');
                for (int i = random.nextInt(3), first = 1; i > 0; i--, first = 0) {
                    text.append(first == 1 ? "" : ",").append("\"k").append(i).append("\":");
                    value(random, text, depth - 1);
                }
                text.append('}');
            }
        }
        text.append(space(random));
    }

    private static String space(Random random) {
        return random.nextInt(6) == 0 ? " \n\t\r".substring(0, random.nextInt(1, 5)) : "";
    }

    /** Changes, drops or adds a byte in one text of three. */
    static byte[] damage(Random random, byte[] line) {
        if (random.nextInt(3) != 0) {
            return line;
        }
        byte[] damaged = line.clone();
        int at = random.nextInt(line.length);
        damaged[at] = (byte) "{}[],:\"\\0a \n-.".charAt(random.nextInt(14));
        return damaged;
    }
}
