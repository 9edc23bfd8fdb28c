package io.millrace.replication.sync;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonRows;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.replication.checkpoint.CheckpointDetails;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * One stream of one attempt: takes what the source gives, on the source's threads, maps and lands
 * it, counts it, and hands it to the lane's writer in the order in which it came (invariant 4).
 */
final class StreamChannel implements StreamOutput {
    private final StreamRun run;
    private final BatchMemory memory;
    private final SyncSettings settings;
    private final SyncProgress progress;
    private final Destination destination;
    private final LaneOpener opener;
    private final SchemaChangePolicy policy;
    private final boolean commitsBeforeTheEnd;

    // Guarded by this: the order of hand-overs, and what belongs to it.
    private StreamPipeline pipeline;
    private StreamTarget target;
    private CheckpointDetails details;
    private @Nullable LaneWriter writer;
    private @Nullable JsonNode lastState;
    private long recordsSinceCheckpoint;
    private long checksumSinceCheckpoint;
    private long changesSinceCheckpoint;
    private boolean emitted;
    private boolean ended;
    private boolean takesLines;
    private boolean takesJson;
    private volatile int expectedRows; // of the next rows as JSON: as many as the last
    private volatile long expectedBytes;
    private int working; // batches that are being landed, by the columns as they are

    /** Opens the lane of a stream when it is started. */
    interface LaneOpener {
        /** Blocks while too many lanes are open. */
        Opened open(StreamTarget target) throws InterruptedException;

        /** Ends the lane of a stream that begins anew, and returns when it has ended. */
        void close(LaneWriter writer) throws InterruptedException;

        /**
         * @param takesLines see {@link io.millrace.protocol.connector.DestinationLane#takesLines}
         * @param takesJson see {@link io.millrace.protocol.connector.DestinationLane#takesJson}
         */
        record Opened(
                LaneWriter writer, LandingPlan landing, boolean takesLines, boolean takesJson) {}
    }

    /**
     * @param from the state that the source goes on from: it stands until the source gives another,
     *     also where that finds nothing new; null for the beginning
     */
    StreamChannel(
            StreamRun run,
            StreamTarget target,
            StreamPipeline pipeline,
            CheckpointDetails details,
            @Nullable JsonNode from,
            BatchMemory memory,
            SyncSettings settings,
            SyncProgress progress,
            Destination destination,
            LaneOpener opener,
            SchemaChangePolicy policy) {
        this.run = run;
        this.target = target;
        this.pipeline = pipeline;
        this.details = details;
        this.lastState = from;
        this.memory = memory;
        this.settings = settings;
        this.progress = progress;
        this.destination = destination;
        this.opener = opener;
        this.policy = policy;
        // A full refresh that appends may have to be begun anew by its source (restart), and what
        // it committed could not be told
        // from earlier syncs' rows: all of it becomes durable at the end, at once.
        this.commitsBeforeTheEnd =
                run.configuration().mode().incremental() || run.configuration().mode().overwrite();
    }

    @Override
    public synchronized void started() throws InterruptedException {
        if (writer == null) {
            openLane();
            run.reading();
        }
    }

    private void openLane() throws InterruptedException {
        LaneOpener.Opened opened = opener.open(target);
        writer = opened.writer();
        takesLines = opened.takesLines();
        takesJson = opened.takesJson();
        pipeline.land(opened.landing());
    }

    @Override
    public ColumnBatch newBatch(StreamSchema schema, int expectedRows) throws InterruptedException {
        memory.awaitRoom();
        return new ColumnBatch(memory, run.name(), schema, nowMicros(), expectedRows);
    }

    @Override
    public void emit(ColumnBatch batch) throws InterruptedException {
        if (batch.rows() == 0) {
            batch.close();
            return;
        }
        StreamPipeline current;
        try {
            current = beginWork(batch);
        } catch (RuntimeException | InterruptedException e) {
            batch.close();
            throw e;
        }
        // Several emit at a time: what costs most is done beside the others.
        Landed landed;
        boolean done = false;
        try {
            landed = land(current, batch);
            done = true;
        } finally {
            if (!done) {
                batch.close();
                endWork();
            }
        }
        handOver(landed);
    }

    /** A batch as it goes to the destination, with what is counted of it. */
    private record Landed(ColumnBatch batch, long checksum, long changes) {}

    private Landed land(StreamPipeline current, ColumnBatch batch) {
        ColumnBatch landed = current.apply(batch);
        if (landed.rows() == 0) {
            return new Landed(landed, 0, 0);
        }
        destination.fit(landed);
        long checksum = 0;
        for (long hash : RowHasher.hash(landed)) {
            checksum += hash;
        }
        long changes = 0;
        for (var changesOfRow : landed.changes().values()) {
            changes += changesOfRow.size();
        }
        return new Landed(landed, checksum, changes);
    }

    /** The columns stay as they are until {@link #endWork}. */
    private synchronized StreamPipeline beginWork(ColumnBatch batch) throws InterruptedException {
        requireOpen();
        while (!batch.schema().equals(pipeline.readSchema())) {
            if (working == 0) {
                widen(batch.schema());
            } else {
                wait();
                requireOpen();
            }
        }
        run.read(batch.rows(), batch.bytes());
        working++;
        return pipeline;
    }

    private synchronized void endWork() {
        working--;
        notifyAll();
    }

    private synchronized void handOver(Landed landed) throws InterruptedException {
        try {
            endWork();
            requireOpen();
        } catch (RuntimeException | InterruptedException e) {
            landed.batch().close();
            throw e;
        }
        if (landed.batch().rows() == 0) {
            landed.batch().close();
            return;
        }
        checksumSinceCheckpoint += landed.checksum();
        changesSinceCheckpoint += landed.changes();
        recordsSinceCheckpoint += landed.batch().rows();
        emitted = true;
        requireWriter().write(landed.batch());
    }

    @Override
    public synchronized Optional<StreamName> relaysAs() {
        boolean untouched =
                run.configuration().mappers().isEmpty()
                        && target.schema().equals(run.configuration().stream().schema());
        return untouched && takesLines ? Optional.of(target.target()) : Optional.empty();
    }

    @Override
    public synchronized void relay(RecordLines lines) throws InterruptedException {
        try {
            requireOpen();
        } catch (RuntimeException | InterruptedException e) {
            lines.close();
            throw e;
        }
        run.read(lines.count(), lines.lines().size());
        recordsSinceCheckpoint += lines.count();
        emitted = true;
        requireWriter().writeLines(lines);
    }

    @Override
    public Optional<JsonRows> newJsonRows(StreamSchema schema) throws InterruptedException {
        synchronized (this) {
            boolean untouched =
                    takesJson && pipeline.changesNothing() && pipeline.readSchema().equals(schema);
            if (!untouched) {
                return Optional.empty();
            }
        }
        memory.awaitRoom();
        return Optional.of(
                new JsonRows(memory, run.name(), schema, nowMicros(), expectedRows, expectedBytes));
    }

    @Override
    public synchronized void emit(JsonRows rows) throws InterruptedException {
        try {
            requireOpen();
            if (!pipeline.changesNothing() || !pipeline.readSchema().equals(rows.schema())) {
                throw new IllegalArgumentException("the columns have changed since");
            }
        } catch (RuntimeException | InterruptedException e) {
            rows.close();
            throw e;
        }
        if (rows.rows() == 0) {
            rows.close();
            return;
        }
        expectedRows = rows.rows();
        expectedBytes = rows.bytes();
        run.read(rows.rows(), rows.bytes());
        checksumSinceCheckpoint += rows.checksum();
        recordsSinceCheckpoint += rows.rows();
        emitted = true;
        requireWriter().write(rows);
    }

    /** The source has found wider columns than it had promised. */
    private void widen(StreamSchema schema) throws InterruptedException {
        if (policy == SchemaChangePolicy.PAUSE || policy == SchemaChangePolicy.IGNORE) {
            throw new ConfigurationFailure(
                    "The columns of %s have changed while it was read (%s), and schema_changes is %s. Run the sync again with schema_changes: propagate to go on with them."
                            .formatted(
                                    run.name(),
                                    String.join(
                                            "; ",
                                            StreamPlanner.changes(pipeline.readSchema(), schema)),
                                    policy.text()));
        }
        pipeline = pipeline.withReadSchema(schema);
        target = target.withSchema(pipeline.mappedSchema());
        details = details.withSchema(schema);
        LandingPlan landing = requireWriter().evolve(target);
        run.altered(landing.changes());
        pipeline.land(landing);
    }

    @Override
    public synchronized void checkpoint(JsonNode state) throws InterruptedException {
        requireOpen();
        lastState = state;
        if (commitsBeforeTheEnd) {
            Checkpoint checkpoint = takeCheckpoint(state);
            requireWriter().checkpoint(checkpoint, details.toJson());
        }
    }

    /** A state of all streams; this one takes it unless it has ended, or has not begun. */
    synchronized void globalCheckpoint(GlobalState global) throws InterruptedException {
        if (writer != null && !ended) {
            details = details.withGlobalSequence(global.sequence());
            checkpoint(global.state());
        }
    }

    /** Invariant 2: covers what was handed over since the checkpoint before. */
    private Checkpoint takeCheckpoint(JsonNode state) {
        var checkpoint =
                new Checkpoint(
                        Optional.of(run.name()),
                        state,
                        recordsSinceCheckpoint,
                        checksumSinceCheckpoint);
        run.hand(
                checkpoint,
                recordsSinceCheckpoint,
                checksumSinceCheckpoint,
                changesSinceCheckpoint);
        recordsSinceCheckpoint = 0;
        checksumSinceCheckpoint = 0;
        changesSinceCheckpoint = 0;
        return checkpoint;
    }

    @Override
    public void reject(String reason) {
        run.reject(reason);
    }

    @Override
    public void gathered(long rows) {
        run.gathered(rows);
    }

    @Override
    public void estimate(long rows, long bytes) {
        progress.estimate(run.name(), rows, bytes);
    }

    @Override
    public synchronized void restart(String reason) throws InterruptedException {
        requireOpen();
        if (emitted) {
            throw new SystemFailure(
                    "The source began stream %s anew in the middle of it.".formatted(run.name()),
                    reason);
        }
        progress.log(
                io.millrace.protocol.connector.SourceOutput.LogLevel.INFO,
                "%s is read from the beginning: %s".formatted(run.name(), reason));
        opener.close(requireWriter());
        lastState = null;
        boolean replace = commitsBeforeTheEnd;
        target = target.withGeneration(target.generation() + 1, replace);
        details = details.withReplace(replace);
        run.generation(target.generation());
        openLane();
    }

    @Override
    public synchronized void complete() throws InterruptedException {
        requireOpen();
        ended = true;
        JsonNode state = lastState == null ? NullNode.getInstance() : lastState;
        requireWriter().finish(run.name(), takeCheckpoint(state), details.toJson());
    }

    @Override
    public synchronized void incomplete(SyncFailure failure) {
        abandon(failure);
    }

    /** Ends the stream here, if it has not ended: what checkpoints cover is kept. */
    synchronized void abandon(SyncFailure failure) {
        if (ended) {
            return;
        }
        ended = true;
        progress.detail("%s: %s".formatted(run.name(), failure.detail()), failure);
        if (writer == null) {
            run.failed(failure);
        } else {
            writer.abandon(run.name(), failure);
        }
    }

    /** Whether it was neither completed nor given up. */
    synchronized boolean open() {
        return !ended;
    }

    private void requireOpen() throws InterruptedException {
        if (ended) {
            throw new SystemFailure(
                    "The source went on with stream %s after its end.".formatted(run.name()),
                    "nothing may follow");
        }
        started();
    }

    private LaneWriter requireWriter() {
        return java.util.Objects.requireNonNull(writer, "requireOpen comes first");
    }

    private long nowMicros() {
        var now = settings.clock().instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }
}
