package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.PythonError;
import java.io.ByteArrayOutputStream;

/**
 * Base64 as Python's {@code b64decode} reads it: characters outside of the alphabet are skipped,
 * padding must suffice.
 */
final class Base64Text {
    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private Base64Text() {}

    static byte[] decode(String text) {
        var bytes = new ByteArrayOutputStream();
        int position = 0;
        int carried = 0;
        int padding = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=') {
                padding++;
                if (position >= 2 && position + padding >= 4) {
                    // A complete end; what follows it doesn't count.
                    return bytes.toByteArray();
                }
                continue;
            }
            int value = ALPHABET.indexOf(c);
            if (value < 0) {
                continue;
            }
            padding = 0;
            switch (position) {
                case 0 -> carried = value;
                case 1 -> {
                    bytes.write(carried << 2 | value >> 4);
                    carried = value & 0xF;
                }
                case 2 -> {
                    bytes.write(carried << 4 | value >> 2);
                    carried = value & 0x3;
                }
                default -> bytes.write(carried << 6 | value);
            }
            position = (position + 1) % 4;
        }
        if (position != 0) {
            throw PythonError.value("Incorrect padding");
        }
        return bytes.toByteArray();
    }
}
