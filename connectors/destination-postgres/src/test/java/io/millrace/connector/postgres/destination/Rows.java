package io.millrace.connector.postgres.destination;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;

/** Batches of a few rows, from Java values. */
final class Rows {
    static final BatchMemory MEMORY = new BatchMemory(256L << 20);

    private Rows() {}

    /** A batch of {@code rows}; null is null. */
    static ColumnBatch batch(
            StreamName stream, StreamSchema schema, long extractedAt, List<Object[]> rows) {
        var batch = new ColumnBatch(MEMORY, stream, schema, extractedAt, rows.size());
        for (Object[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                append(batch.vector(i), row[i]);
            }
            batch.endRow();
        }
        return batch;
    }

    static List<Object[]> rows(Object[]... rows) {
        return List.of(rows);
    }

    static Object[] row(Object... values) {
        return values;
    }

    static void append(Vector vector, Object value) {
        if (value == null) {
            vector.appendNull();
            return;
        }
        switch (vector) {
            case BitVector bits -> bits.append((Boolean) value);
            case FixedVector fixed -> append(fixed, value);
            case VariableVector variable -> {
                if (value instanceof byte[] bytes) {
                    variable.append(bytes);
                } else {
                    variable.append(value.toString());
                }
            }
            case ListVector list -> {
                for (Object element : (List<?>) value) {
                    append(list.elements(), element);
                }
                list.endList();
            }
        }
    }

    private static void append(FixedVector fixed, Object value) {
        switch (fixed.type()) {
            case ColumnType.Decimal decimal -> {
                if (value instanceof Long special) {
                    fixed.append128(0, special);
                } else {
                    BigInteger unscaled =
                            new BigDecimal(value.toString())
                                    .setScale(decimal.scale())
                                    .unscaledValue();
                    fixed.append128(unscaled.longValue(), unscaled.shiftRight(64).longValue());
                }
            }
            case ColumnType.Uuid _ -> {
                UUID uuid = (UUID) value;
                fixed.append128(
                        Long.reverseBytes(uuid.getMostSignificantBits()),
                        Long.reverseBytes(uuid.getLeastSignificantBits()));
            }
            case ColumnType.Float32 _ -> fixed.appendFloat(((Number) value).floatValue());
            case ColumnType.Float64 _ -> fixed.appendDouble(((Number) value).doubleValue());
            default -> {
                Number number = (Number) value;
                switch (fixed.width()) {
                    case 2 -> fixed.appendShort(number.shortValue());
                    case 4 -> fixed.appendInt(number.intValue());
                    default -> fixed.appendLong(number.longValue());
                }
            }
        }
    }
}
