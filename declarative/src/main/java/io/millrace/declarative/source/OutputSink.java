package io.millrace.declarative.source;

import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.schema.StreamSchema;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives the records of a stream to a sync: as rows of batches, typed straight from their bytes, or
 * as lines of the protocol where nobody on the way looks at them. Slices that are read at the same
 * time share a batch.
 */
final class OutputSink implements StreamSink {
    /** A slice gathers about so much before it waits for its turn. */
    private static final int CHUNK_BYTES = 256 << 10;

    private final StreamOutput output;
    private final StreamSchema schema;
    private final InstantSource clock;
    private final JsonRowWriter rows;
    private Optional<StreamName> relayed = Optional.empty();
    private @Nullable ColumnBatch batch;
    private @Nullable SyncFailure failure;

    OutputSink(StreamOutput output, StreamSchema schema, InstantSource clock) {
        this.output = output;
        this.schema = schema;
        this.clock = clock;
        this.rows =
                new JsonRowWriter(
                        schema,
                        JsonRowWriter.MAX_ROW_BYTES,
                        FieldChange.Reason.SOURCE_SERIALIZATION_ERROR);
    }

    @Override
    public synchronized void started() throws InterruptedException {
        output.started();
        relayed = output.relaysAs();
    }

    @Override
    public synchronized RecordLane open() {
        return relayed.isPresent() ? new Lines(relayed.get()) : new Rows();
    }

    @Override
    public synchronized void state(Map<String, Object> state) throws InterruptedException {
        emit();
        output.checkpoint(Trees.toTree(state));
    }

    @Override
    public synchronized void failed(SyncFailure cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    @Override
    public synchronized void ended() throws InterruptedException {
        emit();
        if (failure == null) {
            output.complete();
        } else {
            output.incomplete(failure);
        }
    }

    private void emit() throws InterruptedException {
        ColumnBatch full = batch;
        if (full != null) {
            batch = null;
            output.emit(full);
        }
    }

    /**
     * Appends the records between {@code ends}, which are those of each record in {@code bytes}.
     */
    private synchronized void append(JsonBuffer bytes, int[] ends, int count)
            throws InterruptedException {
        int from = 0;
        for (int i = 0; i < count; i++) {
            ColumnBatch open = batch;
            if (open == null) {
                open = output.newBatch(schema);
                batch = open;
            }
            Optional<String> rejected = rows.write(open, bytes.array(), from, ends[i]);
            if (rejected.isPresent()) {
                output.reject(rejected.get()); // invariant 3
            }
            if (open.isFull(ends[i] - from)) {
                emit();
            }
            from = ends[i];
        }
    }

    /** Gives back what no sync will take any more. */
    synchronized void discard() {
        ColumnBatch open = batch;
        if (open != null) {
            batch = null;
            open.close();
        }
    }

    /** A slice whose records become rows. */
    private final class Rows implements RecordLane {
        private final JsonBuffer bytes = new JsonBuffer(4096);
        private int[] ends = new int[64];
        private int count;

        @Override
        public void accept(SourceRecord record) throws InterruptedException {
            int before = bytes.size();
            try {
                record.writeTo(bytes);
            } catch (RuntimeException error) {
                bytes.truncate(before);
                throw error;
            }
            if (count == ends.length) {
                ends = java.util.Arrays.copyOf(ends, count * 2);
            }
            ends[count++] = bytes.size();
            if (bytes.size() >= CHUNK_BYTES) {
                flush();
            }
        }

        @Override
        public void flush() throws InterruptedException {
            if (count > 0) {
                append(bytes, ends, count);
                bytes.clear();
                count = 0;
            }
        }
    }

    /** A slice whose records stay lines. */
    private final class Lines implements RecordLane {
        private final byte[] beginning;
        private JsonBuffer lines = new JsonBuffer(4096);
        private byte[] ending = new byte[0];
        private int count;

        Lines(StreamName name) {
            beginning = RecordLineText.beginning(name);
        }

        @Override
        public void accept(SourceRecord record) throws InterruptedException {
            if (count == 0) {
                ending = RecordLineText.ending(clock.millis());
            }
            RecordLineText.append(beginning, record, ending, lines);
            count++;
            if (lines.size() >= CHUNK_BYTES) {
                flush();
            }
        }

        @Override
        public void flush() throws InterruptedException {
            if (count > 0) {
                JsonBuffer full = lines;
                int records = count;
                lines = new JsonBuffer(full.size());
                count = 0;
                output.relay(
                        new RecordLines(
                                full,
                                records,
                                () -> {
                                    // The buffer is garbage, and needs no giving back.
                                }));
            }
        }
    }
}
