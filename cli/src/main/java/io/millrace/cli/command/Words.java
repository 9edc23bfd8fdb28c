package io.millrace.cli.command;

import java.util.ArrayList;
import java.util.List;

/** A command that is written in one text. */
final class Words {
    private Words() {}

    /** Splits at blanks outside of quotes, as shells do; a backslash is itself within them. */
    static List<String> split(String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean within = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (quote != 0) {
                if (letter == quote) {
                    quote = 0;
                } else {
                    word.append(letter);
                }
            } else if (letter == '"' || letter == '\'') {
                quote = letter;
                within = true;
            } else if (letter == '\\' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
                within = true;
            } else if (Character.isWhitespace(letter)) {
                if (within) {
                    words.add(word.toString());
                    word.setLength(0);
                    within = false;
                }
            } else {
                word.append(letter);
                within = true;
            }
        }
        if (quote != 0) {
            throw new UsageException("A quote in the command has no end: " + text);
        }
        if (within) {
            words.add(word.toString());
        }
        return words;
    }
}
