package io.millrace.protocol.connector;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonRows;
import io.millrace.protocol.schema.StreamSchema;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Where a source gives what it reads of one stream. Safe for all threads; where several emit
 * (partitions), they agree among themselves so that a checkpoint follows the records it covers and
 * no record that it does not (invariant 2).
 */
public interface StreamOutput {

    /** The stream is being read from now on; called once, before the first batch. */
    void started() throws InterruptedException;

    /**
     * An empty batch of the stream's columns, with the sync's memory; blocks while the memory
     * budget is used up. Whoever asks for it emits or closes it.
     */
    default ColumnBatch newBatch(StreamSchema schema) throws InterruptedException {
        return newBatch(schema, 1024);
    }

    /**
     * As {@link #newBatch(StreamSchema)}, with room for {@code expectedRows} from the beginning.
     */
    ColumnBatch newBatch(StreamSchema schema, int expectedRows) throws InterruptedException;

    /**
     * Passes {@code batch} on, and with it the right to touch it; blocks while the destination is
     * behind. Empty batches are dropped. Its schema is the request's; or a wider one (a column
     * more, a wider type), from which the destination's table is widened before the batch is
     * written, or the sync of this stream fails where that is not allowed.
     */
    void emit(ColumnBatch batch) throws InterruptedException;

    /**
     * Empty rows of the stream's columns as JSON, where nothing between here and the destination
     * looks at their values; blocks as {@link #newBatch} does. Empty where {@link #emit} is needed,
     * which stays so. Batches and such rows may take turns. Asked after {@link #started}.
     */
    default Optional<JsonRows> newJsonRows(StreamSchema schema) throws InterruptedException {
        return Optional.empty();
    }

    /** As {@link #emit}, of what {@link #newJsonRows} gave. */
    default void emit(JsonRows rows) throws InterruptedException {
        rows.close();
        throw new UnsupportedOperationException("records are needed as batches here");
    }

    /**
     * How many rows wait in a batch that is being filled: whoever watches sees that the source is
     * read, long before a slow one has filled a batch.
     */
    default void gathered(long rows) {}

    /**
     * Where records can be passed on as lines of the protocol, since nothing between here and the
     * destination looks at their values: the name that the lines must carry. Empty where {@link
     * #emit} is needed. The same for the whole run; asked after {@link #started}.
     */
    default Optional<StreamName> relaysAs() {
        return Optional.empty();
    }

    /**
     * As {@link #emit}, where {@link #relaysAs} gave a name. The lines are closed by whoever writes
     * them, or here where this throws.
     */
    default void relay(RecordLines lines) throws InterruptedException {
        lines.close();
        throw new UnsupportedOperationException("records are needed as batches here");
    }

    /**
     * A state that covers exactly the records of this stream that were emitted before (invariant
     * 2).
     */
    void checkpoint(JsonNode state) throws InterruptedException;

    /**
     * Counts a record that can't be delivered (invariant 3). {@code reason} names its place, and
     * holds no value of it.
     */
    void reject(String reason) throws InterruptedException;

    /**
     * What was committed of this generation no longer fits the source (its table has changed since
     * the state was written): it is to be dropped, and the stream is read from the beginning, into
     * a fresh generation. Only before the first batch of a run; the source goes on as if it had
     * been given no state.
     *
     * @param reason for a person, without values
     */
    void restart(String reason) throws InterruptedException;

    /** How many rows and bytes are to come in all, as far as known; -1 for unknown. */
    void estimate(long rows, long bytes);

    /**
     * Everything was emitted; a state that covers it all was given before where the stream has
     * states.
     */
    void complete() throws InterruptedException;

    /** The stream could not be read to its end; what was given until now stands. */
    void incomplete(SyncFailure failure) throws InterruptedException;
}
