package io.millrace.protocol.message;

import io.millrace.protocol.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamWriteException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;

/** Texts as they stand between the quotes of a JSON string. */
final class JsonText {
    private JsonText() {}

    private static final ObjectWriter WRITER = Json.mapper().writer();

    /** For unpaired surrogates, which JSON may hold and UTF-8 may not. */
    private static final ObjectWriter ASCII_WRITER = WRITER.with(JsonWriteFeature.ESCAPE_NON_ASCII);

    /** One value on one line. */
    static byte[] encode(JsonNode value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (StreamWriteException _) {
            return ASCII_WRITER.writeValueAsBytes(value);
        }
    }

    /** Empty where an escape is broken. */
    static Optional<String> decode(byte[] bytes, int from, int to) {
        boolean escaped = false;
        for (int position = from; position < to; position++) {
            escaped |= bytes[position] == '\\';
        }
        if (!escaped) {
            return Optional.of(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }
        try {
            // With the quotes around it.
            JsonNode text = Json.parse(bytes, from - 1, to - from + 2);
            return text.asStringOpt();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    /** Whether the bytes are well-formed UTF-8 (Unicode 15.0, table 3-7). */
    static boolean isUtf8(byte[] bytes, int from, int to) {
        int position = from;
        while (position < to) {
            if (position + 8 <= to && (ByteWords.at(bytes, position) & ByteWords.HIGH_BITS) == 0) {
                position += 8;
                continue;
            }
            int first = bytes[position] & 0xFF;
            if (first < 0x80) {
                position++;
                continue;
            }
            int length =
                    first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
            if (length == 0 || position + length > to) {
                return false;
            }
            int second = bytes[position + 1] & 0xFF;
            int lowest =
                    switch (first) {
                        case 0xE0 -> 0xA0;
                        case 0xF0 -> 0x90;
                        default -> 0x80;
                    };
            int highest =
                    switch (first) {
                        case 0xED -> 0x9F;
                        case 0xF4 -> 0x8F;
                        default -> 0xBF;
                    };
            if (second < lowest || second > highest) {
                return false;
            }
            for (int next = position + 2; next < position + length; next++) {
                if ((bytes[next] & 0xC0) != 0x80) {
                    return false;
                }
            }
            position += length;
        }
        return true;
    }
}
