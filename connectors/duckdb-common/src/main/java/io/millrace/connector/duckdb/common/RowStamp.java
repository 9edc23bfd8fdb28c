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

    private final Clock clock;
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
        for (int row = 0; row < rows; row++) {
            ids.append128(high, Long.reverseBytes(VARIANT | (counter++ & LOW_BITS)));
        }
        for (int row = 0; row < rows; row++) {
            times.appendLong(batch.extractedAt(row));
        }
        for (int row = 0; row < rows; row++) {
            List<FieldChange> changed = batch.changes(row);
            if (changed.isEmpty()) {
                changes.appendNull();
            } else {
                changes.append(json(changed));
            }
        }
        vectors.add(ids);
        vectors.add(times);
        vectors.add(changes);
        return batch.replaceColumns(batch.stream(), stamped, vectors);
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
