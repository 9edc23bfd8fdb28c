package io.millrace.protocol.message;

import java.util.Arrays;

/**
 * Condenses a line that is too long to hold: keeps the envelope and the record's own properties,
 * and of what lies deeper only the outermost brackets. So a lost record is still counted for its
 * stream.
 */
final class LongLine {
    /** The envelope of a record, generously. */
    private static final int MAXIMUM = 65_536;

    private byte[] kept = new byte[1024];
    private int size;
    private long length;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean overflow;
    private byte last;

    void add(byte[] bytes, int from, int to) {
        if (to == from) {
            return;
        }
        length += to - from;
        last = bytes[to - 1];
        for (int position = from; position < to; position++) {
            byte each = bytes[position];
            boolean keep = depth <= 2;
            if (inString) {
                if (escaped) {
                    escaped = false;
                } else if (each == '\\') {
                    escaped = true;
                } else if (each == '"') {
                    inString = false;
                }
            } else if (each == '"') {
                inString = true;
            } else if (each == '{' || each == '[') {
                depth++;
            } else if (each == '}' || each == ']') {
                depth--;
                keep = depth <= 2;
            }
            if (keep) {
                keep(each);
            }
        }
    }

    private void keep(byte each) {
        if (size == MAXIMUM) {
            overflow = true;
            return;
        }
        if (size == kept.length) {
            kept = Arrays.copyOf(kept, Math.min(MAXIMUM, size * 2));
        }
        kept[size++] = each;
    }

    /** The line has ended with a line feed; a carriage return before it is no part of the line. */
    void end() {
        if (last == '\r') {
            length--;
        }
    }

    /** Bytes of the line so far. */
    long length() {
        return length;
    }

    /** What is left, with the slack that a scanner wants. */
    byte[] condensed() {
        return Arrays.copyOf(kept, size + EnvelopeScanner.SLACK);
    }

    /** Bytes of {@link #condensed} that count; 0 where the envelope itself is too long. */
    int size() {
        return overflow ? 0 : size;
    }
}
