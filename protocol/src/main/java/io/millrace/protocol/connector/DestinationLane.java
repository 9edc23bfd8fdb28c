package io.millrace.protocol.connector;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.JsonRows;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Writes some streams that are committed together. One thread at a time uses it. After a method
 * threw, only {@link #close} is called.
 */
public interface DestinationLane extends AutoCloseable {

    /** How the streams land, in the order of the targets. */
    List<LandingPlan> landings();

    /**
     * Takes a batch whose columns have the landed names and types, in the order of the landing. The
     * batch is closed by the lane, now or when it is written. Nothing is visible or durable before
     * a {@link #commit}.
     */
    void write(ColumnBatch batch) throws InterruptedException;

    /** Whether it also takes lines of the protocol; see {@link #writeLines}. */
    default boolean takesLines() {
        return false;
    }

    /**
     * As {@link #write}, of a lane with one stream, for records that nobody has looked into. The
     * lines are closed by the lane.
     */
    default void writeLines(RecordLines lines) throws InterruptedException {
        lines.close();
        throw new UnsupportedOperationException("records are needed as batches here");
    }

    /** Whether it also takes rows as JSON; see {@link #writeJson}. */
    default boolean takesJson() {
        return false;
    }

    /** As {@link #write}, for rows that come as the text that the lane would make of them. */
    default void writeJson(JsonRows rows) throws InterruptedException {
        rows.close();
        throw new UnsupportedOperationException("records are needed as batches here");
    }

    /**
     * Takes a checkpoint: all records written before and not yet covered, and the state, are to
     * become durable together. The lane may put it off and commit it with a later one, when it sees
     * fit or when {@link #flush} asks; it tells its listener when done.
     *
     * @param details kept with the state, see {@link StoredCheckpoint#details}
     */
    void commit(Checkpoint checkpoint, JsonNode details) throws InterruptedException;

    /**
     * Makes every checkpoint that was taken durable before it returns. Records after the last one
     * stay uncommitted.
     */
    void flush() throws InterruptedException;

    /**
     * Alters the table of a stream to a wider schema, in the middle of its records, and returns the
     * new landing.
     */
    LandingPlan evolve(StreamTarget target) throws InterruptedException;

    /**
     * The stream was read to its end: makes everything durable, and where the target replaces, puts
     * the new generation into the place of the old in one step. The generation is complete from
     * then on. Records that no checkpoint covers are committed too.
     *
     * @param checkpoint the last state with what it covers; its state may be null JSON for a stream
     *     without states
     */
    void finish(StreamName stream, Checkpoint checkpoint, JsonNode details)
            throws InterruptedException;

    /**
     * Drops what was not committed, and frees everything; after {@link #finish} or a failure. Never
     * throws.
     */
    @Override
    void close();
}
