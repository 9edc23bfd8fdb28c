package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a result chunk by chunk (2048 rows), column by column, out of DuckDB's own memory. On the
 * connection's thread.
 */
final class ResultReader {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Texts up to here lie in the 16 bytes of their entry. */
    private static final int LONGEST_INLINE = 12;

    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final NativeApi api;
    private final MemorySegment result;

    ResultReader(NativeApi api, MemorySegment result) {
        this.api = api;
        this.result = result;
    }

    /** Appends rows until {@code batch} is full; whether there may be more. */
    boolean fill(ColumnBatch batch) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(8);
            while (batch.rows() + 2048 <= ColumnBatch.MAX_ROWS
                    && batch.bytes() < ColumnBatch.MAX_BYTES) {
                long chunk = api.fetchChunk(result);
                if (chunk == 0) {
                    return false;
                }
                try {
                    int rows = (int) api.chunkSize.call(chunk);
                    for (int column = 0; column < batch.schema().size(); column++) {
                        append(
                                batch.vector(column),
                                new Values(api.chunkVector.call(chunk, column)),
                                0,
                                rows);
                    }
                    batch.endRows(rows);
                } finally {
                    pointer.set(LONG, 0, chunk);
                    api.destroyDataChunk.call(pointer.address());
                }
            }
            return true;
        }
    }

    /** All rows, as texts. */
    List<DuckDbConnection.Row> rows() {
        var rows = new ArrayList<DuckDbConnection.Row>();
        int columns = (int) api.columnCount.call(result.address());
        int[] types = new int[columns];
        for (int column = 0; column < columns; column++) {
            types[column] = (int) api.columnType.call(result.address(), column);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(8);
            for (long chunk = api.fetchChunk(result); chunk != 0; chunk = api.fetchChunk(result)) {
                int size = (int) api.chunkSize.call(chunk);
                var values = new Values[columns];
                for (int column = 0; column < columns; column++) {
                    values[column] = new Values(api.chunkVector.call(chunk, column));
                }
                for (int row = 0; row < size; row++) {
                    var texts = new ArrayList<Optional<String>>(columns);
                    for (int column = 0; column < columns; column++) {
                        texts.add(
                                values[column].isNull(row)
                                        ? Optional.empty()
                                        : Optional.of(text(values[column], types[column], row)));
                    }
                    rows.add(new DuckDbConnection.Row(texts));
                }
                pointer.set(LONG, 0, chunk);
                api.destroyDataChunk.call(pointer.address());
            }
        }
        return rows;
    }

    private static String text(Values values, int type, int row) {
        return switch (type) {
            case NativeApi.TYPE_BOOLEAN ->
                    Boolean.toString(MEMORY.get(BYTE, values.data + row) != 0);
            case NativeApi.TYPE_TINYINT -> Byte.toString(MEMORY.get(BYTE, values.data + row));
            case NativeApi.TYPE_SMALLINT ->
                    Short.toString(MEMORY.get(SHORT, values.data + 2L * row));
            case NativeApi.TYPE_INTEGER ->
                    Integer.toString(MEMORY.get(INT, values.data + 4L * row));
            case NativeApi.TYPE_BIGINT -> Long.toString(MEMORY.get(LONG, values.data + 8L * row));
            case NativeApi.TYPE_DOUBLE ->
                    Double.toString(
                            Double.longBitsToDouble(MEMORY.get(LONG, values.data + 8L * row)));
            case NativeApi.TYPE_VARCHAR -> {
                byte[] bytes = new byte[values.size(row)];
                MemorySegment.copy(MEMORY, BYTE, values.start(row), bytes, 0, bytes.length);
                yield new String(bytes, StandardCharsets.UTF_8);
            }
            default -> throw new IllegalArgumentException("a small result has no type " + type);
        };
    }

    /** A vector of DuckDB's: where its values and its validity bits lie. */
    private final class Values {
        final long vector;
        final long data;
        final long validity;

        Values(long vector) {
            this.vector = vector;
            this.data = api.vectorData.call(vector);
            this.validity = api.vectorValidity.call(vector);
        }

        boolean isNull(long row) {
            return validity != 0
                    && (MEMORY.get(LONG, validity + 8 * (row >>> 6)) & (1L << (row & 63))) == 0;
        }

        /** Bytes of a text or a blob. */
        int size(long row) {
            return MEMORY.get(INT, data + 16 * row);
        }

        /** The address of a text or a blob. */
        long start(long row) {
            return size(row) <= LONGEST_INLINE
                    ? data + 16 * row + 4
                    : MEMORY.get(LONG, data + 16 * row + 8);
        }

        Values elements() {
            return new Values(api.listChild.call(vector));
        }
    }

    private static void append(Vector target, Values values, long from, long count) {
        switch (target) {
            case BitVector bits -> {
                for (long row = from; row < from + count; row++) {
                    if (values.isNull(row)) {
                        bits.appendNull();
                    } else {
                        bits.append(MEMORY.get(BYTE, values.data + row) != 0);
                    }
                }
            }
            case FixedVector fixed -> appendFixed(fixed, values, from, count);
            case VariableVector variable -> {
                for (long row = from; row < from + count; row++) {
                    if (values.isNull(row)) {
                        variable.appendNull();
                    } else {
                        variable.append(MEMORY, values.start(row), values.size(row));
                    }
                }
            }
            case ListVector list -> {
                Values elements = values.elements();
                for (long row = from; row < from + count; row++) {
                    if (values.isNull(row)) {
                        list.appendNull();
                    } else {
                        append(
                                list.elements(),
                                elements,
                                MEMORY.get(LONG, values.data + 16 * row),
                                MEMORY.get(LONG, values.data + 16 * row + 8));
                        list.endList();
                    }
                }
            }
        }
    }

    private static void appendFixed(FixedVector target, Values values, long from, long count) {
        ColumnType type = target.type();
        int stored = storedWidth(type, target.width());
        for (long row = from; row < from + count; row++) {
            if (values.isNull(row)) {
                target.appendNull();
                continue;
            }
            long at = values.data + row * stored;
            switch (type) {
                case ColumnType.Decimal _ -> {
                    long low =
                            switch (stored) {
                                case 2 -> MEMORY.get(SHORT, at);
                                case 4 -> MEMORY.get(INT, at);
                                default -> MEMORY.get(LONG, at);
                            };
                    target.append128(low, stored == 16 ? MEMORY.get(LONG, at + 8) : low >> 63);
                }
                case ColumnType.Uuid _ -> {
                    // DuckDB keeps a UUID as a number, whose top bit it turns so that it sorts.
                    long high = MEMORY.get(LONG, at + 8) ^ Long.MIN_VALUE;
                    target.append128(
                            Long.reverseBytes(high), Long.reverseBytes(MEMORY.get(LONG, at)));
                }
                default -> {
                    switch (stored) {
                        case 2 -> target.appendShort(MEMORY.get(SHORT, at));
                        case 4 -> target.appendInt(MEMORY.get(INT, at));
                        default -> target.appendLong(MEMORY.get(LONG, at));
                    }
                }
            }
        }
    }

    /** Bytes of a value in DuckDB's vector: decimals are as narrow as their precision allows. */
    private static int storedWidth(ColumnType type, int width) {
        return type instanceof ColumnType.Decimal decimal
                ? decimal.precision() <= 4
                        ? 2
                        : decimal.precision() <= 9 ? 4 : decimal.precision() <= 18 ? 8 : 16
                : width;
    }
}
