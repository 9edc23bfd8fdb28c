package io.millrace.connector.files.source;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What the first bytes of a text tell of its encoding. */
final class ByteOrderMark {
    private ByteOrderMark() {}

    /** How many bytes the mark has; 0 where there is none. */
    static int length(byte[] head, int size) {
        return charset(head, size)
                .map(charset -> charset.equals(StandardCharsets.UTF_8) ? 3 : 2)
                .orElse(0);
    }

    /** The encoding that the mark stands for; empty where there is none. */
    static Optional<Charset> charset(byte[] head, int size) {
        if (size >= 3 && is(head, 0xEF, 0xBB, 0xBF)) {
            return Optional.of(StandardCharsets.UTF_8);
        }
        if (size >= 2 && is(head, 0xFF, 0xFE)) {
            return Optional.of(StandardCharsets.UTF_16LE);
        }
        if (size >= 2 && is(head, 0xFE, 0xFF)) {
            return Optional.of(StandardCharsets.UTF_16BE);
        }
        return Optional.empty();
    }

    private static boolean is(byte[] head, int... octets) {
        for (int i = 0; i < octets.length; i++) {
            if ((head[i] & 0xFF) != octets[i]) {
                return false;
            }
        }
        return true;
    }
}
