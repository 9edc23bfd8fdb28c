package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.StreamSchema;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * Puts the metadata columns to batches. Ids are version 7 UUIDs: the time, and 74 bits that begin
 * at random for each lane and count up, so that no two are the same. The metadata's JSON is null
 * for rows in which nothing was changed; SQL puts the constant there, which costs nothing. One
 * thread at a time.
 */
public final class RowStamp {
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final long LOW_BITS = 0x3FFF_FFFF_FFFF_FFFFL;

    /** Rows that are stamped together: as many as vectors take at a time. */
    private static final int BLOCK = 64;

    private static final byte[] NOTHING = {};
    private static final int[] NO_ENDS = new int[BLOCK];

    private final Clock clock;
    private final long[] numbers = new long[2 * BLOCK];
    private final long syncId;
    private final long randomHigh;
    private long counter;

    /**
     * @param syncId the number that marks the rows of this run
     */
    public RowStamp(Clock clock, long syncId) {
        this.clock = clock;
        this.syncId = syncId;
        var random = new SecureRandom();
        randomHigh = random.nextInt(1 << 12);
        counter = random.nextLong() & LOW_BITS;
    }

    /** The columns of {@code landed}, and those that {@link #stamp} adds. */
    public static StreamSchema stamped(StreamSchema landed) {
        List<Column> columns = new ArrayList<>(landed.columns());
        for (MetadataColumn column : MetadataColumn.values()) {
            if (column != MetadataColumn.GENERATION_ID) { // a constant, in the SQL
                columns.add(Column.of(column.columnName(), column.type()));
            }
        }
        return new StreamSchema(columns);
    }

    /** The JSON of a row in which nothing was changed. */
    public String constant() {
        return "{\"sync_id\":" + syncId + ",\"changes\":[]}";
    }

    /** An id that no other row has. */
    public UUID nextId() {
        return new UUID(
                clock.millis() << 16 | VERSION | randomHigh, VARIANT | (counter++ & LOW_BITS));
    }

    /** {@code batch} with three more columns; takes it over. */
    public ColumnBatch stamp(ColumnBatch batch, StreamSchema stamped) {
        int rows = batch.rows();
        List<Vector> vectors = new ArrayList<>();
        for (int i = 0; i < batch.schema().size(); i++) {
            vectors.add(batch.vector(i));
        }
        var ids = (FixedVector) Vector.create(batch.memory(), MetadataColumn.RAW_ID.type(), rows);
        var times =
                (FixedVector)
                        Vector.create(batch.memory(), MetadataColumn.EXTRACTED_AT.type(), rows);
        var changes =
                (VariableVector) Vector.create(batch.memory(), MetadataColumn.META.type(), rows);
        long high = Long.reverseBytes(clock.millis() << 16 | VERSION | randomHigh);
        for (int from = 0; from < rows; from += BLOCK) {
            int count = Math.min(BLOCK, rows - from);
            appendIds(ids, high, count);
            appendTimes(times, batch, from, count);
            if (batch.changes().isEmpty()) {
                changes.append(NOTHING, NO_ENDS, count, 0);
            } else {
                appendChanges(changes, batch, from, count);
            }
        }
        vectors.add(ids);
        vectors.add(times);
        vectors.add(changes);
        return batch.replaceColumns(batch.stream(), stamped, vectors);
    }

    private void appendIds(FixedVector ids, long high, int count) {
        for (int i = 0; i < count; i++) {
            numbers[2 * i] = high;
            numbers[2 * i + 1] = Long.reverseBytes(VARIANT | (counter++ & LOW_BITS));
        }
        ids.append(numbers, count, -1);
    }

    private void appendTimes(FixedVector times, ColumnBatch batch, int from, int count) {
        for (int i = 0; i < count; i++) {
            numbers[i] = batch.extractedAt(from + i);
        }
        times.append(numbers, count, -1);
    }

    private void appendChanges(VariableVector changes, ColumnBatch batch, int from, int count) {
        for (int row = from; row < from + count; row++) {
            List<FieldChange> changed = batch.changes(row);
            if (changed.isEmpty()) {
                changes.appendNull();
            } else {
                changes.append(json(changed));
            }
        }
    }

    private String json(List<FieldChange> changed) {
        var mapper = JsonMapper.shared();
        var root = mapper.createObjectNode();
        root.put("sync_id", syncId);
        var list = root.putArray("changes");
        for (FieldChange change : changed) {
            list.addObject()
                    .put("field", change.field())
                    .put("change", change.change().name().toUpperCase(Locale.ROOT))
                    .put("reason", change.reason().name());
        }
        return mapper.writeValueAsString(root);
    }
}
