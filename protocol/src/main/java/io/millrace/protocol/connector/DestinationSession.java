package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A pipeline's time of writing to a destination. Lanes are opened and closed while it is open,
 * several at a time from different threads.
 */
public interface DestinationSession extends AutoCloseable {

    /**
     * What is durable, for each stream that this pipeline ever wrote: the newest checkpoint that
     * was committed together with the records it covers. A destination that keeps none (see {@link
     * #keepsCheckpoints}) gives an empty list.
     */
    List<StoredCheckpoint> checkpoints() throws InterruptedException;

    /**
     * Whether checkpoints are kept by the destination, in the same transaction as the records.
     * Where not, the sync loop keeps them beside it, and a record may come twice after a crash.
     */
    boolean keepsCheckpoints();

    /**
     * Whether a generation that replaces can go on in a later run than the one that began it. Where
     * not, it is read from its beginning, as another generation.
     */
    default boolean resumesReplacements() {
        return true;
    }

    /**
     * Whether lanes end together: {@link DestinationLane#finish} and {@link DestinationLane#flush}
     * may return only when every lane of the session has come to one of them or was closed, after
     * {@link #lastLane}. The loop then opens a lane for each stream that begins, without a limit.
     */
    default boolean endsTogether() {
        return false;
    }

    /**
     * Tells the streams that lanes may be opened for, all of them; called once, before the first
     * lane.
     */
    default void begin(List<StreamTarget> targets) throws InterruptedException {}

    /**
     * Tells that no further lane is opened; called once, if {@link #begin} was.
     *
     * @param stopping whether the run is being cancelled: what is left to do gets three seconds
     */
    default void lastLane(boolean stopping) {}

    /**
     * Opens a lane for streams that are committed together; mostly one. Creates and alters their
     * tables as their {@link LandingPlan}s say. Where {@link StreamTarget#generation} was begun by
     * an earlier run and not finished, goes on with what that run committed; what is left of other
     * unfinished generations is dropped.
     */
    DestinationLane open(List<StreamTarget> targets, LaneListener listener)
            throws InterruptedException;

    /**
     * Forgets the checkpoints of {@code streams}, and with {@code data} drops their tables too.
     * Generations still only grow afterwards.
     */
    void reset(Collection<StreamName> streams, boolean data) throws InterruptedException;

    /** Keeps {@code receipt}, the outcome of the newest run, with the checkpoints. */
    void saveReceipt(JsonNode receipt) throws InterruptedException;

    /** The newest receipt; empty before the first run. */
    java.util.Optional<JsonNode> loadReceipt() throws InterruptedException;

    @Override
    void close();
}
