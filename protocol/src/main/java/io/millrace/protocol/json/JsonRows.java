package io.millrace.protocol.json;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;

/**
 * Rows of one stream as the text that {@link JsonLineEncoder} would make of them, for destinations
 * that write nothing else: a {@link ColumnBatch} for values that nobody looks at on their way.
 * {@link JsonRowCopier} makes them. Nothing is altered in them, or they would be columns. Outside
 * the heap, within the sync's budget.
 *
 * <p>One thread at a time; whoever holds them last closes them.
 */
public final class JsonRows implements AutoCloseable {
    /** A block of the pool, which stays near the processor on its way from hand to hand. */
    private static final int MAX_BYTES = 1 << 20;

    /** Beyond them there is no room for a row of some hundred bytes. */
    private static final int FULL_BYTES = MAX_BYTES - (32 << 10);

    private static final int FEWEST_BYTES = 4 << 10;

    private final BatchMemory memory;
    private final StreamName stream;
    private final StreamSchema schema;
    private final long extractedAt;
    private final VariableVector members;
    private long checksum;

    /**
     * @param extractedAt when the rows were read, microseconds since 1970 UTC
     * @param expectedRows may be wrong
     * @param expectedBytes may be wrong
     */
    public JsonRows(
            BatchMemory memory,
            StreamName stream,
            StreamSchema schema,
            long extractedAt,
            int expectedRows,
            long expectedBytes) {
        this.memory = memory;
        this.stream = stream;
        this.schema = schema;
        this.extractedAt = extractedAt;
        this.members =
                new VariableVector(
                        memory,
                        new ColumnType.Json(),
                        expectedRows,
                        Math.clamp(expectedBytes, FEWEST_BYTES, MAX_BYTES));
    }

    public StreamName stream() {
        return stream;
    }

    public StreamSchema schema() {
        return schema;
    }

    public BatchMemory memory() {
        return memory;
    }

    public long extractedAt() {
        return extractedAt;
    }

    public int rows() {
        return members.length();
    }

    /** Bytes in use. */
    public long bytes() {
        return members.bytes();
    }

    /** Bytes of the sync's memory that they hold. */
    public long heldBytes() {
        return members.heldBytes();
    }

    /** The sum of the rows' hashes, as {@link io.millrace.protocol.batch.RowHasher} has them. */
    public long checksum() {
        return checksum;
    }

    /** Whether they should be handed on. */
    public boolean isFull() {
        return members.bytes() >= FULL_BYTES;
    }

    /** Adds a row: all its members, each with a comma before it. */
    void add(JsonBuffer row, long hash) {
        members.append(row.bytes, 0, row.size);
        checksum += hash;
    }

    /** Appends the members of {@code row}, each with a comma before it. */
    void appendMembers(int row, JsonBuffer out) {
        ValueFormatter.raw(members, row, out);
    }

    @Override
    public void close() {
        members.close();
    }
}
