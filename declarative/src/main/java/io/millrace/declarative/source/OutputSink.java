package io.millrace.declarative.source;

import io.millrace.declarative.cursor.SliceProgress;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.stream.StreamRead;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonRowCopier;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.json.JsonRows;
import io.millrace.protocol.schema.StreamSchema;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives the records of a stream to a sync: as rows of batches, typed straight from their bytes, as
 * the texts that rows land as, or as lines of the protocol where nobody on the way looks at them.
 * Slices share a batch.
 */
final class OutputSink implements StreamSink {
    /** A slice gathers about so much before it waits for its turn. */
    private static final int CHUNK_BYTES = 256 << 10;

    private final StreamOutput output;
    private final StreamSchema schema;
    private final InstantSource clock;
    private final JsonRowWriter rows;
    private final KnownRecords known;
    private volatile Optional<StreamName> relayed = Optional.empty();
    private Map<String, Object> lastState;
    private final Optional<JsonRowCopier> copier;
    private @Nullable JsonRows texts;
    private @Nullable ColumnBatch batch;
    private int expectedRows = 1024; // of a batch: as many as the last
    private @Nullable SyncFailure failure;

    /**
     * @param from the state that the stream goes on from; empty for the beginning
     * @param goesOn whether the next read goes on from the states of this one
     */
    OutputSink(
            StreamOutput output,
            StreamSchema schema,
            Map<String, Object> from,
            boolean goesOn,
            InstantSource clock) {
        this.output = output;
        this.known = new KnownRecords(from, goesOn);
        this.lastState = KnownRecords.without(from);
        this.schema = schema;
        this.clock = clock;
        this.copier =
                JsonRowCopier.supports(schema)
                        ? Optional.of(new JsonRowCopier(schema))
                        : Optional.empty();
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
    public RecordLane open(StreamRead.Slice slice, SliceTurn turn) {
        return relayed.isPresent() ? new Lines(relayed.get(), slice, turn) : new Rows(slice, turn);
    }

    @Override
    public synchronized void state(Map<String, Object> state) throws InterruptedException {
        // One that hasn't moved doesn't cover what was read since: whoever goes on from it reads
        // that again (invariant 2). The end of the stream makes it durable.
        if (state.equals(lastState)) {
            return;
        }
        lastState = state;
        emit();
        output.checkpoint(Trees.toTree(known.with(state)));
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

    /** Passes on what was gathered: columns, or texts, of which one is empty at any time. */
    private void emit() throws InterruptedException {
        ColumnBatch full = batch;
        if (full != null) {
            batch = null;
            expectedRows = full.rows();
            output.emit(full);
        }
        JsonRows fullTexts = texts;
        if (fullTexts != null) {
            texts = null;
            output.emit(fullTexts);
        }
    }

    /**
     * Appends the records between {@code ends}, which are those of each record in {@code bytes}.
     */
    private synchronized void append(JsonBuffer bytes, int[] ends, int count)
            throws InterruptedException {
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (!appendText(bytes.array(), from, ends[i])) {
                appendColumns(bytes.array(), from, ends[i]);
            }
            from = ends[i];
        }
        output.gathered((batch == null ? 0 : batch.rows()) + (texts == null ? 0 : texts.rows()));
    }

    /**
     * Appends a record as it lands, where that is text. One that has to be columns begins a batch,
     * which goes on until it is full: where one is, more may be.
     */
    private boolean appendText(byte[] bytes, int from, int to) throws InterruptedException {
        if (batch != null || copier.isEmpty()) {
            return false;
        }
        JsonRows open = texts;
        if (open == null) {
            open = output.newJsonRows(schema).orElse(null);
            texts = open;
        }
        if (open == null || !copier.get().copy(open, bytes, from, to)) {
            return false;
        }
        if (open.isFull()) {
            emit();
        }
        return true;
    }

    private void appendColumns(byte[] bytes, int from, int to) throws InterruptedException {
        ColumnBatch open = batch;
        if (open == null) {
            emit(); // texts come first: invariant 4
            open = output.newBatch(schema, expectedRows);
            batch = open;
        }
        Optional<String> rejected = rows.write(open, bytes, from, to);
        if (rejected.isPresent()) {
            output.reject(rejected.get()); // invariant 3
        }
        if (open.isFull(to - from)) {
            emit();
        }
    }

    /** Gives back what no sync will take any more. */
    synchronized void discard() {
        ColumnBatch open = batch;
        if (open != null) {
            batch = null;
            open.close();
        }
        JsonRows openTexts = texts;
        if (openTexts != null) {
            texts = null;
            openTexts.close();
        }
    }

    /** What lanes have in common: which records were given before, and which to know next time. */
    private abstract class Lane implements RecordLane {
        private final StreamRead.Slice slice;
        private final Set<Long> givenBefore;
        private final KnownRecords.Highest highest = new KnownRecords.Highest();

        Lane(StreamRead.Slice slice) {
            this.slice = slice;
            this.givenBefore = known.of(slice.partition());
        }

        /** Whether the record in {@code bytes} is to be given. */
        final boolean isNew(JsonBuffer bytes, int from, int to) {
            if (!known.isKept()) {
                return true;
            }
            SliceProgress.Standing standing = slice.standing();
            if (standing == SliceProgress.Standing.OTHER && givenBefore.isEmpty()) {
                return true;
            }
            long hash = KnownRecords.hash(bytes.array(), from, to);
            switch (standing) {
                case HIGHEST -> {
                    highest.clear();
                    highest.add(hash);
                }
                case AS_HIGHEST -> highest.add(hash);
                case OTHER -> {}
            }
            return !givenBefore.contains(hash);
        }

        @Override
        public final void closed() {
            if (known.isKept()) {
                slice.boundary()
                        .ifPresent(value -> known.reached(slice.partition(), value, highest));
            }
        }
    }

    /** A slice whose records become rows. */
    private final class Rows extends Lane {
        private final SliceTurn turn;
        private JsonBuffer bytes = new JsonBuffer(4096);
        private int[] ends = new int[64];
        private int count;

        Rows(StreamRead.Slice slice, SliceTurn turn) {
            super(slice);
            this.turn = turn;
        }

        @Override
        public void accept(SourceRecord record) throws InterruptedException {
            int before = bytes.size();
            try {
                record.writeTo(bytes);
            } catch (RuntimeException error) {
                bytes.truncate(before);
                throw error;
            }
            if (!isNew(bytes, before, bytes.size())) {
                bytes.truncate(before);
                return;
            }
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, count * 2);
            }
            ends[count++] = bytes.size();
            if (bytes.size() >= CHUNK_BYTES) {
                flush();
            }
        }

        @Override
        public void flush() throws InterruptedException {
            if (count > 0) {
                JsonBuffer full = bytes;
                int[] fullEnds = ends;
                int records = count;
                bytes = emptyLike(full);
                ends = new int[fullEnds.length];
                count = 0;
                turn.pass(full.size(), () -> append(full, fullEnds, records));
            }
        }
    }

    /** With room for about as much as {@code full} has, so that it need not grow. */
    private static JsonBuffer emptyLike(JsonBuffer full) {
        return new JsonBuffer(full.size() + full.size() / 16);
    }

    /** A slice whose records stay lines. */
    private final class Lines extends Lane {
        private final byte[] beginning;
        private final SliceTurn turn;
        private JsonBuffer lines = new JsonBuffer(4096);
        private byte[] ending = new byte[0];
        private int count;

        Lines(StreamName name, StreamRead.Slice slice, SliceTurn turn) {
            super(slice);
            beginning = RecordLineText.beginning(name);
            this.turn = turn;
        }

        @Override
        public void accept(SourceRecord record) throws InterruptedException {
            if (count == 0) {
                ending = RecordLineText.ending(clock.millis());
            }
            int before = lines.size();
            RecordLineText.append(beginning, record, ending, lines);
            if (!isNew(lines, before + beginning.length, lines.size() - ending.length)) {
                lines.truncate(before);
                return;
            }
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
                lines = emptyLike(full);
                count = 0;
                turn.pass(
                        full.size(),
                        () ->
                                output.relay(
                                        new RecordLines(
                                                full,
                                                records,
                                                () -> {
                                                    // Garbage, which needs no giving back.
                                                })));
            }
        }
    }
}
