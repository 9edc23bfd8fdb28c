package io.millrace.declarative.decoder;

import io.millrace.protocol.failure.SystemFailure;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Lines of a stream as ranges of bytes, without their ends. An array that a line stood in isn't
 * written to again, so that a range stays good. One thread.
 */
final class LineReader {
    /** Longer lines are refused: they would have to be held in memory. */
    private static final int LONGEST = 64 << 20;

    private static final int CHUNK = 64 << 10;

    private final InputStream in;
    private final boolean carriageReturns;
    private byte[] chunk = new byte[CHUNK];
    private int start;
    private int filled;
    private boolean ended;
    private int from;
    private int to;
    private long number;

    /**
     * @param carriageReturns whether a carriage return ends a line too, alone or before a line feed
     */
    LineReader(InputStream in, boolean carriageReturns) {
        this.in = in;
        this.carriageReturns = carriageReturns;
    }

    byte[] bytes() {
        return chunk;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** The line, which has to be UTF-8. */
    String text() throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(chunk, from, to - from))
                    .toString();
        } catch (CharacterCodingException error) {
            var failure = new CharConversionException("line %d is no UTF-8".formatted(number));
            failure.initCause(error);
            throw failure;
        }
    }

    /** The number of the line, from 1 on. */
    long number() {
        return number;
    }

    /** Goes to the next line; false behind the last one. A line end at the very end adds none. */
    boolean next() throws IOException {
        number++;
        int scanned = start;
        while (true) {
            int at = findEnd(scanned);
            if (at < filled) {
                boolean feedFollows = carriageReturns && chunk[at] == '\r';
                if (feedFollows && at + 1 == filled && !ended) {
                    scanned = at - start;
                    more();
                    scanned += start;
                    continue;
                }
                from = start;
                to = at;
                start = at + 1;
                if (feedFollows && start < filled && chunk[start] == '\n') {
                    start++;
                }
                return true;
            }
            if (ended) {
                from = start;
                to = filled;
                start = filled;
                return to > from;
            }
            scanned = filled - start;
            more();
            scanned += start;
        }
    }

    private int findEnd(int scanned) {
        int at = scanned;
        while (at < filled && chunk[at] != '\n' && !(carriageReturns && chunk[at] == '\r')) {
            at++;
        }
        return at;
    }

    /** Reads on, behind what is left of the chunk, in a new array where this one is used up. */
    private void more() throws IOException {
        int left = filled - start;
        if (filled == chunk.length) {
            if (left >= LONGEST) {
                throw new SystemFailure(
                        "A line of an answer is longer than %d MiB.".formatted(LONGEST >> 20));
            }
            byte[] next = new byte[Math.max(CHUNK, left * 2)];
            System.arraycopy(chunk, start, next, 0, left);
            chunk = next;
            start = 0;
            filled = left;
        }
        int count = in.read(chunk, filled, chunk.length - filled);
        if (count < 0) {
            ended = true;
        } else {
            filled += count;
        }
    }
}
