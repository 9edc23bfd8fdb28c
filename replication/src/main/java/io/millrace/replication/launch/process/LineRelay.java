package io.millrace.replication.launch.process;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.message.MessageWriter;
import io.millrace.protocol.message.RecordLine;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Passes the records of one stream on as they came, many lines at a time; {@code data} is copied
 * and never looked into. One thread.
 */
final class LineRelay {
    private final StreamOutput output;
    private final StreamName target;
    private final Buffers buffers;
    private final MessageWriter renamer;
    private JsonBuffer lines;
    private int count;
    private boolean held;

    LineRelay(StreamOutput output, StreamName target, Buffers buffers) {
        this.output = output;
        this.target = target;
        this.buffers = buffers;
        this.lines = new JsonBuffer(0);
        this.renamer =
                new MessageWriter(
                        new OutputStream() {
                            @Override
                            public void write(int octet) {
                                lines.append(octet);
                            }

                            @Override
                            public void write(byte[] source, int from, int size) {
                                lines.append(source, from, size);
                            }
                        });
    }

    /**
     * The buffers of one read, which bound its memory whatever the number of streams. Given back on
     * any thread.
     */
    static final class Buffers {
        private static final int COUNT = 6;

        private final BlockingQueue<JsonBuffer> free = new ArrayBlockingQueue<>(COUNT);

        Buffers() {
            for (int i = 0; i < COUNT; i++) {
                free.add(fresh());
            }
        }

        private static JsonBuffer fresh() {
            return new JsonBuffer(GuestInput.BUFFER_BYTES + (16 << 10));
        }

        boolean anyFree() {
            return !free.isEmpty();
        }

        JsonBuffer take() throws InterruptedException {
            JsonBuffer buffer = free.take();
            buffer.clear();
            return buffer;
        }

        void giveBack(JsonBuffer buffer) {
            boolean huge = buffer.array().length > 4 * GuestInput.BUFFER_BYTES;
            free.add(huge ? fresh() : buffer);
        }
    }

    /** Whether lines wait here to be sent. */
    boolean holds() {
        return held;
    }

    void add(RecordLine line) throws InterruptedException, IOException {
        if (!held) {
            lines = buffers.take();
            held = true;
        }
        if (target.equals(line.stream())) {
            lines.append(line.buffer(), line.lineStart(), line.lineEnd() - line.lineStart());
            lines.append('\n');
        } else {
            renamer.writeLine(line, target);
            renamer.flush();
        }
        count++;
        if (lines.size() >= GuestInput.BUFFER_BYTES) {
            send();
        }
    }

    void send() throws InterruptedException {
        if (held) {
            JsonBuffer full = lines;
            held = false;
            var records = new RecordLines(full, count, () -> buffers.giveBack(full));
            count = 0;
            output.relay(records);
        }
    }
}
