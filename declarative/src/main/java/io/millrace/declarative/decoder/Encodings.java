package io.millrace.declarative.decoder;

import io.millrace.declarative.manifest.Definition;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/** Character sets by the names that Python has for them. */
final class Encodings {
    private Encodings() {}

    /** The character set that {@code field} names; UTF-8 where it names none. */
    static Charset of(Definition definition, String field) {
        Optional<String> name = definition.findText(field).filter(text -> !text.isEmpty());
        if (name.isEmpty()) {
            return StandardCharsets.UTF_8;
        }
        String plain = name.get().toLowerCase(Locale.ROOT).replace('_', '-').strip();
        String java =
                switch (plain) {
                    case "utf-8-sig", "utf8-sig", "utf", "u8", "cp65001" -> "utf-8";
                    case "latin-1", "latin", "l1", "8859", "cp819", "iso8859-1" -> "iso-8859-1";
                    case "ascii", "646" -> "us-ascii";
                    case "u16" -> "utf-16";
                    case "mac-roman", "macroman" -> "x-MacRoman";
                    default -> plain;
                };
        try {
            return Charset.forName(java);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            throw definition.malformed(field, "the name of a character set");
        }
    }

    /** Whether a mark of the byte order is to be dropped from the text. */
    static boolean dropsMark(Definition definition, String field) {
        return definition
                .findText(field)
                .map(name -> name.toLowerCase(Locale.ROOT).replace('_', '-').endsWith("-sig"))
                .orElse(false);
    }
}
