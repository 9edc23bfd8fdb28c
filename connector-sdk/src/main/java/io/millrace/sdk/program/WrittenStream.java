package io.millrace.sdk.program;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.message.RecordLine;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.StreamSchema;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * One stream of a {@code write}: its records on their way to a lane, and the states that wait for
 * them. Used by the thread that reads; the lane may answer on any.
 */
final class WrittenStream implements LaneListener {
    private static final int FIRST_ROWS = 256;

    /** States wait no longer than for so much data, or so long, until they are made durable. */
    private static final long FLUSH_BYTES = 64L << 20;

    private static final long FLUSH_NANOS = 15_000_000_000L;
    private static final long IDLE_FLUSH_NANOS = 500_000_000L;

    private final Destination destination;
    private final DestinationSession session;
    private final StreamTarget target;
    private final BatchMemory memory;
    private final ProgramOutput out;
    private final Clock clock;
    private final boolean platformTellsEnds;

    private @Nullable DestinationLane lane;
    private StreamSchema landed;
    private StreamSchema parsed;
    private JsonRowWriter writer;
    private @Nullable ColumnBatch batch;
    private JsonNode lastState = NullNode.getInstance();
    private long records;

    /** Records that were made durable before a state covered them; the next state counts them. */
    private long carried;

    private long rejected;
    private long checksum;
    private long bytesSinceFlush;
    private long lastFlush = System.nanoTime();
    private boolean ended;
    private boolean completed;

    /** Guarded by this: checkpoints that the lane has not called durable yet. */
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private record Waiting(Checkpoint checkpoint, Optional<Echo> echo) {}

    WrittenStream(
            Destination destination,
            DestinationSession session,
            StreamTarget target,
            BatchMemory memory,
            ProgramOutput out,
            Clock clock,
            boolean platformTellsEnds) {
        this.destination = destination;
        this.session = session;
        this.target = target;
        this.memory = memory;
        this.out = out;
        this.clock = clock;
        this.platformTellsEnds = platformTellsEnds;
        this.landed = target.schema();
        this.parsed = target.schema();
        this.writer = new JsonRowWriter(parsed);
    }

    StreamName name() {
        return target.source();
    }

    boolean isOpen() {
        return lane != null;
    }

    void open() throws InterruptedException {
        DestinationLane opened = session.open(List.of(target), this);
        lane = opened;
        LandingPlan landing = opened.landings().getFirst();
        landed = landing.landed();
        // Values are read as what they land as, under the names that they have on the wire.
        var columns = new ArrayList<Column>();
        for (int i = 0; i < target.schema().size(); i++) {
            columns.add(Column.of(target.schema().column(i).name(), landed.column(i).type()));
        }
        parsed = new StreamSchema(columns);
        writer =
                new JsonRowWriter(
                        parsed,
                        JsonRowWriter.MAX_ROW_BYTES,
                        FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR);
        lastFlush = System.nanoTime();
    }

    private DestinationLane lane() {
        return java.util.Objects.requireNonNull(lane, "opened before use");
    }

    void record(RecordLine line) throws InterruptedException {
        requireNotEnded();
        ColumnBatch filled = batch;
        if (filled == null) {
            Instant now = clock.instant();
            filled =
                    new ColumnBatch(
                            memory,
                            name(),
                            parsed,
                            now.getEpochSecond() * 1_000_000 + now.getNano() / 1000,
                            FIRST_ROWS);
            batch = filled;
        }
        int size = line.dataEnd() - line.dataStart();
        List<FieldChange> changes = line.hasMeta() ? changes(line) : List.of();
        Optional<String> refused =
                line.hasEmittedAt()
                        ? writer.write(
                                filled,
                                line.buffer(),
                                line.dataStart(),
                                line.dataEnd(),
                                line.emittedAt() * 1000,
                                changes)
                        : writer.write(filled, line.buffer(), line.dataStart(), line.dataEnd());
        if (refused.isPresent()) {
            reject("Line %d: %s".formatted(line.lineNumber(), refused.get()));
            return;
        }
        bytesSinceFlush += size;
        if (filled.isFull(size) || memory.used() > memory.limit()) {
            writeBatch();
        }
    }

    private static List<FieldChange> changes(RecordLine line) {
        JsonNode meta =
                Json.mapper()
                        .readTree(
                                line.buffer(), line.metaStart(), line.metaEnd() - line.metaStart());
        var changes = new ArrayList<FieldChange>();
        for (JsonNode change : meta.path("changes")) {
            try {
                changes.add(
                        new FieldChange(
                                change.path("field").asString(""),
                                FieldChange.Kind.valueOf(change.path("change").asString("")),
                                FieldChange.Reason.valueOf(change.path("reason").asString(""))));
            } catch (IllegalArgumentException _) {
                // A kind that is newer than we are: that something was changed is told.
                changes.add(
                        new FieldChange(
                                change.path("field").asString(""),
                                FieldChange.Kind.NULLED,
                                FieldChange.Reason.SOURCE_SERIALIZATION_ERROR));
            }
        }
        return changes;
    }

    /** Counts a record that could not be written (invariant 3). */
    void reject(String reason) {
        requireNotEnded();
        rejected++;
        out.log(LogLevel.WARN, "A record of stream %s was rejected: %s".formatted(name(), reason));
    }

    private void requireNotEnded() {
        if (ended) {
            throw new SystemFailure(
                    "A record of stream %s came after the stream's end.".formatted(name()));
        }
    }

    private void writeBatch() throws InterruptedException {
        ColumnBatch filled = batch;
        batch = null;
        if (filled == null) {
            return;
        }
        if (filled.rows() == 0) {
            filled.close();
            return;
        }
        ColumnBatch named = filled.replaceColumns(name(), landed, landedVectors(filled));
        destination.fit(named);
        for (long hash : RowHasher.hash(named)) {
            checksum += hash;
        }
        records += named.rows();
        lane().write(named);
    }

    /** The batch's vectors, and empty ones for columns that only the table still has. */
    private List<Vector> landedVectors(ColumnBatch filled) {
        var vectors = new ArrayList<Vector>();
        for (int i = 0; i < landed.size(); i++) {
            if (i < parsed.size()) {
                vectors.add(filled.vector(i));
            } else {
                Vector empty =
                        Vector.create(filled.memory(), landed.column(i).type(), filled.rows());
                for (int row = 0; row < filled.rows(); row++) {
                    empty.appendNull();
                }
                vectors.add(empty);
            }
        }
        return vectors;
    }

    /**
     * A state that covers what came before (invariant 2).
     *
     * @param state what to keep; empty for a state of all streams, which the platform keeps
     */
    void state(Echo echo, Optional<JsonNode> state) throws InterruptedException {
        state.ifPresent(value -> lastState = value);
        writeBatch();
        echo.count(records + carried, rejected);
        carried = 0;
        commit(Optional.of(echo));
        boolean due = bytesSinceFlush >= FLUSH_BYTES || System.nanoTime() - lastFlush > FLUSH_NANOS;
        if (due) {
            flush();
        }
    }

    private void commit(Optional<Echo> echo) throws InterruptedException {
        Checkpoint checkpoint = takeCheckpoint();
        synchronized (waiting) {
            waiting.addLast(new Waiting(checkpoint, echo));
        }
        lane().commit(checkpoint, Json.object());
    }

    private Checkpoint takeCheckpoint() {
        var checkpoint = new Checkpoint(Optional.of(name()), lastState, records, checksum);
        records = 0;
        rejected = 0;
        checksum = 0;
        return checkpoint;
    }

    private void flush() throws InterruptedException {
        lane().flush();
        lastFlush = System.nanoTime();
        bytesSinceFlush = 0;
        settle();
    }

    /** Everything that was committed is durable now, whether or not the lane has said so. */
    private void settle() {
        synchronized (waiting) {
            while (!waiting.isEmpty()) {
                waiting.removeFirst().echo().ifPresent(Echo::durable);
            }
        }
    }

    void flushIfIdle() throws InterruptedException {
        if (hasPending() && System.nanoTime() - lastFlush > IDLE_FLUSH_NANOS) {
            flush();
        }
    }

    /** Whether states wait for their records. */
    boolean hasPending() {
        synchronized (waiting) {
            return !waiting.isEmpty();
        }
    }

    /** Whether there are records that no state covers yet. */
    boolean hasUncovered() {
        return records > 0 || rejected > 0 || (batch != null && batch.rows() > 0);
    }

    /** The platform tells how the stream ended. */
    void end(boolean complete) {
        if (ended && completed != complete) {
            throw new SystemFailure(
                    "Stream %s was called complete and incomplete.".formatted(name()));
        }
        ended = true;
        completed = complete;
    }

    /** Whether all of it came; without generations the end of the input is the stream's (2.5.3). */
    boolean complete() {
        return completed || (!ended && !platformTellsEnds);
    }

    /** Makes everything durable and lets go of the lane; it can be opened again. */
    void release() throws InterruptedException {
        writeBatch();
        if (records > 0) {
            long uncovered = records;
            long refused = rejected;
            commit(Optional.empty());
            flush();
            carried += uncovered;
            rejected = refused;
        } else {
            flush();
        }
        lane().close();
        lane = null;
    }

    /** The end of the input: what came is committed, and a complete generation takes its place. */
    void finish(boolean complete) throws InterruptedException {
        writeBatch();
        if (complete) {
            Checkpoint checkpoint = takeCheckpoint();
            lane().finish(name(), checkpoint, Json.object());
            settle();
        } else {
            if (records > 0) {
                commit(Optional.empty());
            }
            flush();
        }
        close();
    }

    void close() {
        if (batch != null) {
            batch.close();
            batch = null;
        }
        if (lane != null) {
            lane.close();
            lane = null;
        }
    }

    @Override
    public void durable(Checkpoint checkpoint) {
        // Under the lock, so that states go back in their order.
        synchronized (waiting) {
            boolean known = waiting.stream().anyMatch(each -> each.checkpoint().equals(checkpoint));
            while (known) {
                Waiting next = waiting.removeFirst();
                next.echo().ifPresent(Echo::durable);
                known = !next.checkpoint().equals(checkpoint);
            }
        }
    }

    @Override
    public void rejected(StreamName stream, String reason) {
        out.log(LogLevel.WARN, "A record of stream %s was rejected: %s".formatted(name(), reason));
    }
}
