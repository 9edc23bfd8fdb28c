package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes the protocol's lines. Safe for all threads: lines are never mixed, and each call's line
 * follows those of calls that returned before. Nothing is promised to have left before {@link
 * #flush}; whoever writes a state, or waits for more to do, calls it. Once a write has failed every
 * later call fails, since half a line may have gone out.
 */
public final class MessageWriter implements AutoCloseable {
    private static final int SIZE = 64 * 1024;

    private static final byte[] EMITTED_AT = ",\"emitted_at\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] META = ",\"meta\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "}}\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream output;
    private final ReentrantLock lock = new ReentrantLock();
    private final byte[] buffer = new byte[SIZE];
    private int size;
    private boolean broken;
    private final byte[] digits = new byte[20];
    private final Map<StreamName, byte[]> beginnings = new ConcurrentHashMap<>();
    private final Map<StreamName, Names> renamed = new ConcurrentHashMap<>();

    /** The parts of a name as JSON values. */
    private static final class Names {
        private final byte[] stream;
        private final byte[] namespace;

        /** The stream's value, and the namespace as a further member where there is one. */
        private final byte[] streamAndNamespace;

        private Names(byte[] stream, byte[] namespace, byte[] streamAndNamespace) {
            this.stream = stream;
            this.namespace = namespace;
            this.streamAndNamespace = streamAndNamespace;
        }

        static Names of(StreamName name) {
            String stream = encoded(name.name());
            Optional<String> namespace = name.namespace().map(Names::encoded);
            return new Names(
                    utf8(stream),
                    utf8(namespace.orElse("null")),
                    utf8(namespace.map(text -> stream + ",\"namespace\":" + text).orElse(stream)));
        }

        private static String encoded(String text) {
            return new String(
                    JsonText.encode(Json.mapper().getNodeFactory().stringNode(text)),
                    StandardCharsets.UTF_8);
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    public MessageWriter(OutputStream output) {
        this.output = output;
    }

    public void write(Message message) throws IOException {
        byte[] line = JsonText.encode(MessageFormatter.message(message));
        writeLine(line, 0, line.length);
    }

    /** Writes a whole line as it is; it must be one JSON value, without a line feed. */
    public void writeLine(byte[] line, int from, int to) throws IOException {
        lock.lock();
        try {
            put(line, from, to - from);
            put((byte) '\n');
        } finally {
            lock.unlock();
        }
    }

    /** Relays a record as it came, without its line's end. */
    public void writeLine(RecordLine line) throws IOException {
        writeLine(line.buffer(), line.lineStart(), line.lineEnd());
    }

    /**
     * Relays a record under another name; all its other bytes stay as they are, properties that we
     * don't know among them.
     */
    public void writeLine(RecordLine line, StreamName target) throws IOException {
        if (target.equals(line.stream())) {
            writeLine(line);
            return;
        }
        Names names = renamed.computeIfAbsent(target, Names::of);
        byte[] buffer = line.buffer();
        lock.lock();
        try {
            int position = line.lineStart();
            int namespaceStart = line.namespaceStart();
            boolean hasNamespace = namespaceStart >= 0;
            if (hasNamespace && namespaceStart < line.streamStart()) {
                replace(buffer, position, namespaceStart, names.namespace);
                position = line.namespaceEnd();
            }
            replace(
                    buffer,
                    position,
                    line.streamStart(),
                    hasNamespace ? names.stream : names.streamAndNamespace);
            position = line.streamEnd();
            if (hasNamespace && namespaceStart > line.streamStart()) {
                replace(buffer, position, namespaceStart, names.namespace);
                position = line.namespaceEnd();
            }
            put(buffer, position, line.lineEnd() - position);
            put((byte) '\n');
        } finally {
            lock.unlock();
        }
    }

    /** Writes what stands before {@code to}, and then {@code replacement}. */
    private void replace(byte[] bytes, int from, int to, byte[] replacement) throws IOException {
        put(bytes, from, to - from);
        put(replacement, 0, replacement.length);
    }

    /**
     * Writes a record of ready JSON.
     *
     * @param data where a JSON object stands from {@code from} to {@code to}, without a line feed
     * @param emittedAt milliseconds since 1970
     */
    public void writeRecord(StreamName stream, byte[] data, int from, int to, long emittedAt)
            throws IOException {
        writeRecord(stream, data, from, to, emittedAt, data, 0, 0);
    }

    /**
     * As {@link #writeRecord(StreamName, byte[], int, int, long)}, with {@code meta} likewise; none
     * where {@code metaFrom} equals {@code metaTo}.
     */
    public void writeRecord(
            StreamName stream,
            byte[] data,
            int from,
            int to,
            long emittedAt,
            byte[] meta,
            int metaFrom,
            int metaTo)
            throws IOException {
        byte[] beginning = beginnings.computeIfAbsent(stream, MessageWriter::beginning);
        lock.lock();
        try {
            put(beginning, 0, beginning.length);
            put(data, from, to - from);
            put(EMITTED_AT, 0, EMITTED_AT.length);
            put(emittedAt);
            if (metaTo > metaFrom) {
                put(META, 0, META.length);
                put(meta, metaFrom, metaTo - metaFrom);
            }
            put(END, 0, END.length);
        } finally {
            lock.unlock();
        }
    }

    /** Sends what is held, and flushes the stream below. */
    public void flush() throws IOException {
        lock.lock();
        try {
            drain();
            output.flush();
        } finally {
            lock.unlock();
        }
    }

    /** Flushes, and closes the stream below. */
    @Override
    public void close() throws IOException {
        try (output) {
            flush();
        }
    }

    private static byte[] beginning(StreamName stream) {
        var record = Json.object();
        stream.namespace().ifPresent(namespace -> record.put("namespace", namespace));
        record.put("stream", stream.name());
        String names = new String(JsonText.encode(record), StandardCharsets.UTF_8);
        // Opens the object again, to go on with the data.
        return ("{\"type\":\"RECORD\",\"record\":"
                        + names.substring(0, names.length() - 1)
                        + ",\"data\":")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void put(byte[] bytes, int from, int count) throws IOException {
        if (count > SIZE - size) {
            drain();
            if (count >= SIZE) {
                send(bytes, from, count);
                return;
            }
        }
        System.arraycopy(bytes, from, buffer, size, count);
        size += count;
    }

    private void put(byte each) throws IOException {
        if (size == SIZE) {
            drain();
        }
        buffer[size++] = each;
    }

    private void put(long number) throws IOException {
        if (number < 0) {
            byte[] text = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
            put(text, 0, text.length);
            return;
        }
        int position = digits.length;
        long left = number;
        do {
            digits[--position] = (byte) ('0' + left % 10);
            left /= 10;
        } while (left != 0);
        put(digits, position, digits.length - position);
    }

    private void drain() throws IOException {
        send(buffer, 0, size);
        size = 0;
    }

    private void send(byte[] bytes, int from, int count) throws IOException {
        if (broken) {
            throw new IOException("an earlier write has failed");
        }
        broken = true;
        output.write(bytes, from, count);
        broken = false;
    }
}
