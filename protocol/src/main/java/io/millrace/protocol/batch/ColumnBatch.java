package io.millrace.protocol.batch;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one stream as columns, with when they were read and what was altered in them. Holds up to
 * {@link #MAX_ROWS} rows and about {@link #MAX_BYTES}; the producer looks at {@link #isFull} after
 * each row.
 *
 * <p>To fill it: append one value to every vector, then call {@link #endRow}; {@link #abandonRow}
 * takes back what was appended since.
 */
public final class ColumnBatch implements AutoCloseable {
    /** DuckDB's row group: what it takes fastest. */
    public static final int MAX_ROWS = 122_880;

    /** Bounds a batch of wide rows; one row may exceed it. */
    public static final long MAX_BYTES = 32L << 20;

    private static final int ROWS_BETWEEN_LOOKS = 512;

    private final BatchMemory memory;
    private final StreamName stream;
    private final StreamSchema schema;
    private final Vector[] vectors;
    private final long extractedAt;
    private @Nullable FixedVector extractedAtOfRows;
    private final NavigableMap<Integer, List<FieldChange>> changes = new TreeMap<>();
    private int rows;
    private long knownBytes;
    private boolean closed;

    /**
     * @param extractedAt when the rows were read, microseconds since 1970 UTC; {@link
     *     #extractedAtOfOpenRow} differs for a row
     */
    public ColumnBatch(
            BatchMemory memory,
            StreamName stream,
            StreamSchema schema,
            long extractedAt,
            int expectedRows) {
        this.memory = memory;
        this.stream = stream;
        this.schema = schema;
        this.extractedAt = extractedAt;
        this.vectors = new Vector[schema.size()];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = Vector.create(memory, schema.column(i).type(), expectedRows);
        }
    }

    private ColumnBatch(
            ColumnBatch origin, StreamName stream, StreamSchema schema, Vector[] vectors) {
        this.memory = origin.memory;
        this.stream = stream;
        this.schema = schema;
        this.vectors = vectors;
        this.extractedAt = origin.extractedAt;
        this.extractedAtOfRows = origin.extractedAtOfRows;
        this.rows = origin.rows;
        this.changes.putAll(origin.changes);
    }

    /**
     * The same rows with other columns: a batch of {@code newVectors}, which may be vectors of this
     * one. Vectors of this batch that are not among them are closed; this batch must not be touched
     * afterwards.
     */
    public ColumnBatch replaceColumns(
            StreamName newStream, StreamSchema newSchema, List<Vector> newVectors) {
        if (newVectors.size() != newSchema.size()) {
            throw new IllegalArgumentException("a vector for each column");
        }
        for (int i = 0; i < newVectors.size(); i++) {
            if (newVectors.get(i).length() != rows) {
                throw new IllegalArgumentException(
                        "column %s has %d values for %d rows"
                                .formatted(
                                        newSchema.column(i).name(),
                                        newVectors.get(i).length(),
                                        rows));
            }
        }
        var kept = Collections.<Vector>newSetFromMap(new IdentityHashMap<>());
        kept.addAll(newVectors);
        for (Vector vector : vectors) {
            if (!kept.contains(vector)) {
                vector.close();
            }
        }
        var replaced =
                new ColumnBatch(this, newStream, newSchema, newVectors.toArray(Vector[]::new));
        extractedAtOfRows = null;
        closed = true;
        return replaced;
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

    /** Complete rows. */
    public int rows() {
        return rows;
    }

    public Vector vector(int column) {
        return vectors[column];
    }

    public FixedVector fixed(int column) {
        return (FixedVector) vectors[column];
    }

    public VariableVector variable(int column) {
        return (VariableVector) vectors[column];
    }

    public BitVector bits(int column) {
        return (BitVector) vectors[column];
    }

    public ListVector list(int column) {
        return (ListVector) vectors[column];
    }

    /** Ends a row: every vector has one value more than before. */
    public void endRow() {
        rows++;
        if (extractedAtOfRows != null && extractedAtOfRows.length() < rows) {
            extractedAtOfRows.appendLong(extractedAt);
        }
    }

    /** Takes {@code count} rows as ended at once, for producers that fill column by column. */
    public void endRows(int count) {
        rows += count;
        if (extractedAtOfRows != null) {
            while (extractedAtOfRows.length() < rows) {
                extractedAtOfRows.appendLong(extractedAt);
            }
        }
    }

    /**
     * Takes back the values that were appended after the last {@link #endRow}, also where only some
     * vectors have one.
     */
    public void abandonRow() {
        for (Vector vector : vectors) {
            if (vector.length() > rows) {
                vector.truncate(rows);
            } else if (vector instanceof ListVector list) {
                list.truncate(rows); // elements of a list that was not ended
            }
        }
        changes.remove(rows);
    }

    /** Drops the rows from {@code count} on. */
    public void truncate(int count) {
        for (Vector vector : vectors) {
            vector.truncate(count);
        }
        if (extractedAtOfRows != null && extractedAtOfRows.length() > count) {
            extractedAtOfRows.truncate(count);
        }
        changes.tailMap(count, true).clear();
        rows = count;
    }

    /** When {@code row} was read, microseconds since 1970 UTC. */
    public long extractedAt(int row) {
        return extractedAtOfRows == null ? extractedAt : extractedAtOfRows.getLong(row);
    }

    /** Whether rows have times of their own. */
    public boolean hasExtractedAtOfRows() {
        return extractedAtOfRows != null;
    }

    /** Says when the row that is being filled was read; before its {@link #endRow}. */
    public void extractedAtOfOpenRow(long micros) {
        if (micros == extractedAt && extractedAtOfRows == null) {
            return;
        }
        if (extractedAtOfRows == null) {
            extractedAtOfRows =
                    (FixedVector)
                            Vector.create(memory, new ColumnType.Int64(), Math.max(rows, 1024));
            for (int i = 0; i < rows; i++) {
                extractedAtOfRows.appendLong(extractedAt);
            }
        }
        extractedAtOfRows.truncate(rows);
        extractedAtOfRows.appendLong(micros);
    }

    /**
     * Notes that a value of {@code row} was altered; {@code row} may be the one that is being
     * filled.
     */
    public void change(int row, FieldChange change) {
        changes.computeIfAbsent(row, _ -> new ArrayList<>(1)).add(change);
    }

    /** Notes a change in the row that is being filled. */
    public void changeOpenRow(FieldChange change) {
        change(rows, change);
    }

    /** What was altered, by row, for the rows where anything was. */
    public Map<Integer, List<FieldChange>> changes() {
        return changes;
    }

    public List<FieldChange> changes(int row) {
        return changes.getOrDefault(row, List.of());
    }

    /** Bytes in use by the values. Walks the columns: not for every row. */
    public long bytes() {
        long sum = 0;
        for (Vector vector : vectors) {
            sum += vector.bytes();
        }
        return sum;
    }

    /** Bytes of the sync's memory that it holds, see {@link Vector#heldBytes}. */
    public long heldBytes() {
        long sum = extractedAtOfRows == null ? 0 : extractedAtOfRows.heldBytes();
        for (Vector vector : vectors) {
            sum += vector.heldBytes();
        }
        return sum;
    }

    /**
     * Whether the batch should be handed on. Looks at the bytes now and then; see {@link
     * #isFull(long)} for wide rows.
     */
    public boolean isFull() {
        if (rows >= MAX_ROWS) {
            return true;
        }
        return rows % ROWS_BETWEEN_LOOKS == 0 && rows > 0 && bytes() >= MAX_BYTES;
    }

    /** As {@link #isFull()}, for a producer that knows about how many bytes its last row took. */
    public boolean isFull(long bytesOfLastRow) {
        knownBytes += bytesOfLastRow;
        return rows >= MAX_ROWS || knownBytes >= MAX_BYTES;
    }

    /** The columns, as many as the schema has, in its order. */
    public List<Column> columns() {
        return schema.columns();
    }

    /** Gives all memory back. Closing twice does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (Vector vector : vectors) {
            vector.close();
        }
        if (extractedAtOfRows != null) {
            extractedAtOfRows.close();
            extractedAtOfRows = null;
        }
    }
}
