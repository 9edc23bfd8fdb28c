package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * A RECORD line as bytes: where its parts lie in the reader's buffer. One object serves all lines
 * of a {@link MessageReader}; it and the buffer hold until the reader's next call. For the reader's
 * thread.
 *
 * <p>{@code data} has been looked at only to find its end: it may still turn out to be no valid
 * JSON when it is parsed.
 */
public final class RecordLine {
    private final StreamName noStream = StreamName.of("");
    private byte[] buffer = new byte[0];
    private int lineStart;
    private int lineEnd;
    private int dataStart;
    private int dataEnd;
    private int metaStart;
    private int metaEnd;
    private int streamStart;
    private int streamEnd;
    private int namespaceStart;
    private int namespaceEnd;
    private int emittedAtStart;
    private int emittedAtEnd;
    private StreamName stream = noStream;
    private long lineNumber;

    RecordLine() {}

    void set(
            byte[] newBuffer,
            int newLineStart,
            int newLineEnd,
            EnvelopeScanner scanner,
            StreamName newStream,
            long newLineNumber) {
        buffer = newBuffer;
        lineStart = newLineStart;
        lineEnd = newLineEnd;
        dataStart = scanner.dataStart;
        dataEnd = scanner.dataEnd;
        streamStart = scanner.streamStart - 1;
        streamEnd = scanner.streamEnd + 1;
        namespaceStart = scanner.namespaceValueStart;
        namespaceEnd = scanner.namespaceValueEnd;
        metaStart = scanner.metaStart;
        metaEnd = scanner.metaEnd;
        emittedAtStart = scanner.emittedAtStart;
        emittedAtEnd = scanner.emittedAtEnd;
        stream = newStream;
        lineNumber = newLineNumber;
    }

    /** Where all positions point to. Not to be changed. */
    public byte[] buffer() {
        return buffer;
    }

    /** First byte of the line. */
    public int lineStart() {
        return lineStart;
    }

    /** Behind the last byte of the line, without the line's end. */
    public int lineEnd() {
        return lineEnd;
    }

    /** The opening bracket of {@code data}. */
    public int dataStart() {
        return dataStart;
    }

    /** Behind the closing bracket of {@code data}. */
    public int dataEnd() {
        return dataEnd;
    }

    /** The opening quote of the stream's name. */
    int streamStart() {
        return streamStart;
    }

    /** Behind the closing quote of the stream's name. */
    int streamEnd() {
        return streamEnd;
    }

    /** The value of the namespace, which may be null; -1 where there is none. */
    int namespaceStart() {
        return namespaceStart;
    }

    int namespaceEnd() {
        return namespaceEnd;
    }

    /** Whether there is a {@code meta} object. */
    public boolean hasMeta() {
        return metaStart >= 0;
    }

    /** The opening bracket of {@code meta}; -1 without one. */
    public int metaStart() {
        return metaStart;
    }

    /** Behind the closing bracket of {@code meta}; only with {@link #hasMeta}. */
    public int metaEnd() {
        return metaEnd;
    }

    /** The same object for all records of a stream. */
    public StreamName stream() {
        return stream;
    }

    /** Whether {@link #emittedAt} was given. */
    public boolean hasEmittedAt() {
        return emittedAtStart >= 0;
    }

    /**
     * When the source read the row, in milliseconds since 1970, a fraction cut off; 0 where it is
     * not given or beyond 64 bits. Parsed by each call.
     */
    public long emittedAt() {
        if (emittedAtStart < 0) {
            return 0;
        }
        int position = emittedAtStart;
        boolean negative = buffer[position] == '-';
        if (negative) {
            position++;
        }
        // 18 digits always fit; anything longer or stranger goes the long way.
        if (emittedAtEnd - position > 18 || position == emittedAtEnd) {
            return emittedAtExactly();
        }
        long value = 0;
        for (; position < emittedAtEnd; position++) {
            int digit = buffer[position] - '0';
            if (digit < 0 || digit > 9) {
                return emittedAtExactly();
            }
            value = value * 10 + digit;
        }
        return negative ? -value : value;
    }

    private long emittedAtExactly() {
        String text =
                new String(
                        buffer,
                        emittedAtStart,
                        emittedAtEnd - emittedAtStart,
                        StandardCharsets.ISO_8859_1);
        try {
            BigDecimal value = new BigDecimal(text);
            // Guards against spelling out the digits of 1e999999999.
            if (value.precision() - (long) value.scale() > 19) {
                return 0;
            }
            return value.toBigInteger().bitLength() < 64 ? value.longValue() : 0;
        } catch (NumberFormatException _) {
            return 0; // no number after all: the row is still a row
        }
    }

    /** The number of the line, from 1. */
    public long lineNumber() {
        return lineNumber;
    }
}
