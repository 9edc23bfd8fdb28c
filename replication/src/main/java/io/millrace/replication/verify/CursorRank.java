package io.millrace.replication.verify;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;

/**
 * The values of a cursor as numbers of 64 bits in the same order; different values may have the
 * same number. Null is the smallest. Texts all have the same number, since their order is the
 * database's own.
 *
 * @param column of the cursor in landed batches
 */
record CursorRank(int column) {
    private static final double TWO_TO_64 = 0x1p64;

    long of(ColumnBatch batch, int row) {
        Vector vector = batch.vector(column);
        if (vector.isNull(row)) {
            return Long.MIN_VALUE;
        }
        if (!(vector instanceof FixedVector fixed)) {
            return 0;
        }
        return switch (fixed.type()) {
            case ColumnType.Int16 _ -> fixed.getShort(row);
            case ColumnType.Int32 _, ColumnType.Date _ -> fixed.getInt(row);
            case ColumnType.Int64 _,
                    ColumnType.Time _,
                    ColumnType.Timestamp _,
                    ColumnType.TimestampTz _ ->
                    fixed.getLong(row);
            case ColumnType.Float32 _ -> ofDouble(fixed.getFloat(row));
            case ColumnType.Float64 _ -> ofDouble(fixed.getDouble(row));
            case ColumnType.Decimal _ ->
                    ofDouble(
                            fixed.getHigh(row) * TWO_TO_64
                                    + (double) (fixed.getLow(row) >>> 1) * 2);
            default -> 0;
        };
    }

    /** The order of {@link Double#compare}. */
    private static long ofDouble(double value) {
        long bits = Double.doubleToLongBits(value);
        return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
    }
}
