package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the protocol's lines from a stream of bytes: records as positions in a buffer, everything
 * else as objects. Lines end with LF or CR LF and with nothing else (reference: protocol 1.1.7);
 * empty ones and a byte order mark are skipped. Whatever stands on a line, reading goes on with the
 * next. Holds no more memory than twice the limit of a line. For one thread.
 *
 * <pre>{@code
 * while (true) {
 *     switch (reader.next()) {
 *         case RECORD -> relay(reader.record());
 *         case MESSAGE -> handle(reader.message());
 *         case PROBLEM -> count(reader.problem());
 *         case END -> { return; }
 *     }
 * }
 * }</pre>
 */
public final class MessageReader implements AutoCloseable {
    /** Rows of 64 MiB land (contract, section 3), and their envelope comes on top. */
    public static final int DEFAULT_LINE_LIMIT = 64 * 1024 * 1024 + 65_536;

    private static final int FIRST_SIZE = 256 * 1024;

    /** A buffer beyond this size is given back after the line that needed it. */
    private static final int KEPT_SIZE = 8 * 1024 * 1024;

    private static final long LINE_FEEDS = ByteWords.repeat('\n');

    private final InputStream input;
    private final int lineLimit;
    private final EnvelopeScanner scanner = new EnvelopeScanner();
    private final StreamNames names = new StreamNames();
    private final RecordLine record = new RecordLine();

    private byte[] buffer;
    private int position;
    private int limit;
    private boolean ended;
    private long lineNumber;

    /** The stream of lines that begin as {@link EnvelopeScanner#beginningNumber} says. */
    private @Nullable StreamName beginningStream;

    private long beginningNumber = -1;
    private @Nullable Message message;
    private @Nullable LineProblem problem;

    /** Set by {@link #findLineFeed}: whether the bytes it went over were all ASCII. */
    private boolean ascii;

    /** What {@link #next} found. */
    public enum Event {
        /** See {@link #record}. */
        RECORD,

        /** See {@link #message}; never a record. */
        MESSAGE,

        /** See {@link #problem}. */
        PROBLEM,

        /** The input has ended; stays so. */
        END
    }

    public MessageReader(InputStream input) {
        this(input, DEFAULT_LINE_LIMIT);
    }

    /**
     * @param lineLimit bytes of the longest line, without its end; at least 1
     */
    public MessageReader(InputStream input, int lineLimit) {
        if (lineLimit < 1 || lineLimit > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("line limit " + lineLimit);
        }
        this.input = input;
        this.lineLimit = lineLimit;
        this.buffer = new byte[FIRST_SIZE + EnvelopeScanner.SLACK];
    }

    /** Blocks until there is a whole line, or the end. */
    public Event next() throws IOException {
        message = null;
        problem = null;
        while (true) {
            int start = position;
            int end = findLineFeed(start);
            boolean terminated = end >= 0;
            if (end < 0) {
                end = fillToLineFeed();
                start = position;
                terminated = end >= 0;
                if (!terminated) {
                    if (limit - start > longestRaw()) {
                        return skipLongLine();
                    }
                    if (start == limit) {
                        return Event.END;
                    }
                    end = limit;
                }
            }
            position = terminated ? end + 1 : end;
            lineNumber++;
            if (terminated && end > start && buffer[end - 1] == '\r') {
                end--;
            }
            if (lineNumber == 1 && startsWithByteOrderMark(start, end)) {
                start += 3;
            }
            if (end - start > lineLimit) {
                var line = new LongLine();
                line.add(buffer, start, end);
                return tooLong(line);
            }
            if (isBlank(start, end)) {
                continue;
            }
            return line(start, end, terminated);
        }
    }

    /** The record; valid after {@link Event#RECORD} and until the next call of {@link #next}. */
    public RecordLine record() {
        return record;
    }

    /** The message after {@link Event#MESSAGE}. */
    public Message message() {
        if (message == null) {
            throw new IllegalStateException("the last event was no message");
        }
        return message;
    }

    /** What is wrong, after {@link Event#PROBLEM}. */
    public LineProblem problem() {
        if (problem == null) {
            throw new IllegalStateException("the last event was no problem");
        }
        return problem;
    }

    /** Number of the last line that was given, from 1. */
    public long lineNumber() {
        return lineNumber;
    }

    /**
     * Whether there is something to read at once. Where there is not, a relay flushes what it holds
     * before it waits.
     */
    public boolean ready() throws IOException {
        return position < limit || (!ended && input.available() > 0);
    }

    /** Closes the input. */
    @Override
    public void close() throws IOException {
        input.close();
    }

    private Event line(int start, int end, boolean terminated) {
        EnvelopeScanner.Outcome outcome = scanner.scan(buffer, start, end);
        if (!ascii && !JsonText.isUtf8(buffer, start, end)) {
            return refuse(
                    LineProblem.Kind.INVALID_UTF8, start, end, "holds bytes that are no UTF-8");
        }
        return switch (outcome) {
            case COMPLETE -> scanner.isRecord() ? recordLine(start, end) : parse(start, end);
            case NO_OBJECT -> refuse(LineProblem.Kind.NOT_JSON, start, end, "is no JSON object");
            case BROKEN -> refuse(LineProblem.Kind.NOT_JSON, start, end, "is no valid JSON");
            case TRUNCATED ->
                    terminated
                            ? refuse(
                                    LineProblem.Kind.NOT_JSON,
                                    start,
                                    end,
                                    "is no valid JSON: the object does not end")
                            : refuse(
                                    LineProblem.Kind.TRUNCATED,
                                    start,
                                    end,
                                    "is cut off by the end of the input");
            case TOO_DEEP ->
                    refuse(
                            LineProblem.Kind.TOO_DEEP,
                            start,
                            end,
                            "is nested deeper than " + Json.MAXIMUM_DEPTH + " levels");
            case SEVERAL_VALUES ->
                    refuse(
                            LineProblem.Kind.SEVERAL_VALUES,
                            start,
                            end,
                            "holds more than one JSON object");
        };
    }

    private Event recordLine(int start, int end) {
        if (scanner.streamStart < 0) {
            return refuse(
                    LineProblem.Kind.NOT_A_MESSAGE, start, end, "is a record without a stream");
        }
        if (scanner.dataStart < 0) {
            return refuse(
                    LineProblem.Kind.NOT_A_MESSAGE,
                    start,
                    end,
                    "is a record without a data object");
        }
        boolean known = scanner.namesAreOfBeginning();
        @Nullable StreamName stream =
                known && scanner.beginningNumber() == beginningNumber
                        ? beginningStream
                        : stream(buffer);
        if (known) {
            beginningNumber = scanner.beginningNumber();
            beginningStream = stream;
        }
        if (stream == null) {
            return refuse(
                    LineProblem.Kind.NOT_JSON,
                    start,
                    end,
                    "is no valid JSON: the name of the stream is broken");
        }
        record.set(buffer, start, end, scanner, stream, lineNumber);
        return Event.RECORD;
    }

    private @Nullable StreamName stream(byte[] bytes) {
        return names.find(
                bytes,
                scanner.streamStart,
                scanner.streamEnd,
                scanner.namespaceStart,
                scanner.namespaceEnd);
    }

    private Event parse(int start, int end) {
        try {
            JsonNode tree = Json.parse(buffer, start, end - start);
            message = MessageParser.message((ObjectNode) tree);
            return Event.MESSAGE;
        } catch (StreamConstraintsException beyond) {
            return refuse(
                    LineProblem.Kind.NOT_A_MESSAGE,
                    start,
                    end,
                    "goes beyond a limit of the JSON parser");
        } catch (JacksonException _) {
            // Its message quotes the line, which may hold secrets.
            return refuse(LineProblem.Kind.NOT_JSON, start, end, "is no valid JSON");
        } catch (MalformedMessage malformed) {
            return refuse(
                    LineProblem.Kind.NOT_A_MESSAGE,
                    start,
                    end,
                    "is no message of the protocol: " + malformed.getMessage());
        }
    }

    private Event refuse(LineProblem.Kind kind, int start, int end, String what) {
        boolean lost = scanner.isRecord() || looksLike("\"RECORD\"", start, end);
        boolean guarded = lost || looksLike("\"CONTROL\"", start, end);
        String text =
                guarded
                        ? ""
                        : new String(
                                buffer,
                                start,
                                Math.min(end - start, LineProblem.MAXIMUM_TEXT),
                                StandardCharsets.UTF_8);
        return refuse(kind, end - start, lost, lost ? foundStream(buffer) : null, text, what);
    }

    private Event refuse(
            LineProblem.Kind kind,
            long length,
            boolean lost,
            @Nullable StreamName stream,
            String text,
            String what) {
        problem =
                new LineProblem(
                        kind,
                        lineNumber,
                        length,
                        lost,
                        Optional.ofNullable(stream),
                        text,
                        "Line %d %s.".formatted(lineNumber, what));
        return Event.PROBLEM;
    }

    /** The stream as far as the last scan came. */
    private @Nullable StreamName foundStream(byte[] bytes) {
        return scanner.streamStart < 0 ? null : stream(bytes);
    }

    private boolean looksLike(String text, int start, int end) {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        for (int from = start; from <= end - wanted.length; from++) {
            if (buffer[from] == wanted[0]
                    && Arrays.equals(
                            buffer, from, from + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    private boolean startsWithByteOrderMark(int start, int end) {
        return end - start >= 3
                && buffer[start] == (byte) 0xEF
                && buffer[start + 1] == (byte) 0xBB
                && buffer[start + 2] == (byte) 0xBF;
    }

    private boolean isBlank(int start, int end) {
        for (int each = start; each < end; each++) {
            if (!EnvelopeScanner.isSpace(buffer[each])) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of the longest line as it stands in the buffer: with a mark before and CR behind. */
    private int longestRaw() {
        return lineLimit + 4;
    }

    /**
     * Position of the next line feed in what is buffered, or -1. Tells in {@link #ascii} about the
     * bytes before it.
     */
    private int findLineFeed(int from) {
        byte[] bytes = buffer;
        long seen = 0;
        int at = from;
        while (at + 8 <= limit) {
            long word = ByteWords.at(bytes, at);
            long feeds = ByteWords.zeros(word ^ LINE_FEEDS);
            if (feeds != 0) {
                // Only the bytes before the line feed count.
                seen |= word & (feeds ^ (feeds - 1));
                ascii = (seen & ByteWords.HIGH_BITS) == 0;
                return at + (Long.numberOfTrailingZeros(feeds) >>> 3);
            }
            seen |= word;
            at += 8;
        }
        for (; at < limit; at++) {
            byte each = bytes[at];
            if (each == '\n') {
                ascii = (seen & ByteWords.HIGH_BITS) == 0;
                return at;
            }
            seen |= each;
        }
        ascii = (seen & ByteWords.HIGH_BITS) == 0;
        return -1;
    }

    /**
     * Reads until a line feed is buffered, the input has ended, or the line is too long; moves the
     * line to the front of the buffer. Returns as {@link #findLineFeed}.
     */
    private int fillToLineFeed() throws IOException {
        boolean allAscii = ascii;
        while (!ended && limit - position <= longestRaw()) {
            makeRoom();
            int searched = limit;
            int count = input.read(buffer, limit, buffer.length - EnvelopeScanner.SLACK - limit);
            if (count < 0) {
                ended = true;
                break;
            }
            limit += count;
            int feed = findLineFeed(searched);
            allAscii &= ascii;
            ascii = allAscii;
            if (feed >= 0) {
                return feed;
            }
        }
        return -1;
    }

    private void makeRoom() {
        int pending = limit - position;
        int capacity = buffer.length - EnvelopeScanner.SLACK;
        byte[] target = buffer;
        if (pending == capacity) {
            long wanted = Math.min(2L * capacity, longestRaw() + 1L);
            target = new byte[(int) wanted + EnvelopeScanner.SLACK];
        } else if (capacity > KEPT_SIZE && pending < FIRST_SIZE) {
            target = new byte[FIRST_SIZE + EnvelopeScanner.SLACK];
        } else if (position == 0) {
            return;
        }
        System.arraycopy(buffer, position, target, 0, pending);
        buffer = target;
        position = 0;
        limit = pending;
    }

    /** Goes over the rest of a line that no longer fits, keeping only its envelope. */
    private Event skipLongLine() throws IOException {
        var line = new LongLine();
        lineNumber++;
        int start = lineNumber == 1 && startsWithByteOrderMark(position, limit) ? 3 : 0;
        line.add(buffer, position + start, limit);
        position = limit;
        while (true) {
            position = 0;
            limit = 0;
            makeRoom();
            int count = input.read(buffer, 0, buffer.length - EnvelopeScanner.SLACK);
            if (count < 0) {
                ended = true;
                return tooLong(line);
            }
            limit = count;
            int feed = findLineFeed(0);
            if (feed >= 0) {
                line.add(buffer, 0, feed);
                line.end();
                position = feed + 1;
                return tooLong(line);
            }
            line.add(buffer, 0, limit);
        }
    }

    private Event tooLong(LongLine line) {
        byte[] condensed = line.condensed();
        scanner.scan(condensed, 0, line.size());
        boolean lost = scanner.isRecord();
        return refuse(
                LineProblem.Kind.TOO_LONG,
                line.length(),
                lost,
                lost ? foundStream(condensed) : null,
                "",
                "has %d bytes, more than the %d that are read".formatted(line.length(), lineLimit));
    }
}
