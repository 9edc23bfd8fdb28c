package io.millrace.protocol.json;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;

/** Numbers that records of the protocol can't hold, since JSON has none such. */
public final class NonFinite {
    private NonFinite() {}

    /**
     * Makes NaN and both infinities null in {@code batch}, and notes each (invariant 6; reference:
     * protocol 3.5).
     */
    public static void nullOut(ColumnBatch batch, FieldChange.Reason reason) {
        for (int column = 0; column < batch.schema().size(); column++) {
            switch (batch.schema().column(column).type()) {
                case ColumnType.Float32 _, ColumnType.Float64 _, ColumnType.Decimal _ ->
                        nullFixed(batch, column, reason);
                case ColumnType.BigDecimalText _, ColumnType.JsonNumber _ ->
                        nullTexts(batch, column, reason);
                case ColumnType.Bool _,
                        ColumnType.Int16 _,
                        ColumnType.Int32 _,
                        ColumnType.Int64 _,
                        ColumnType.Text _,
                        ColumnType.Json _,
                        ColumnType.Jsonb _,
                        ColumnType.Date _,
                        ColumnType.Time _,
                        ColumnType.TimeTz _,
                        ColumnType.Timestamp _,
                        ColumnType.TimestampTz _,
                        ColumnType.Binary _,
                        ColumnType.Uuid _,
                        ColumnType.ListOf _ -> {
                    // Elements of lists travel as JSON texts, where text stands for them.
                }
            }
        }
    }

    private static void nullFixed(ColumnBatch batch, int column, FieldChange.Reason reason) {
        FixedVector vector = batch.fixed(column);
        ColumnType type = vector.type();
        for (int row = 0; row < batch.rows(); row++) {
            boolean finite =
                    switch (type) {
                        case ColumnType.Float32 _ -> Float.isFinite(vector.getFloat(row));
                        case ColumnType.Float64 _ -> Double.isFinite(vector.getDouble(row));
                        default -> isFiniteDecimal(vector.getHigh(row));
                    };
            if (!finite && !vector.isNull(row)) {
                drop(batch, column, vector, row, reason);
            }
        }
    }

    private static boolean isFiniteDecimal(long high) {
        return high != ColumnType.Decimal.NAN_HIGH
                && high != ColumnType.Decimal.NEGATIVE_INFINITY_HIGH
                && high != ColumnType.Decimal.POSITIVE_INFINITY_HIGH;
    }

    private static void nullTexts(ColumnBatch batch, int column, FieldChange.Reason reason) {
        VariableVector vector = batch.variable(column);
        for (int row = 0; row < batch.rows(); row++) {
            // NaN, Infinity, -Infinity: no number has these letters.
            if (!vector.isNull(row) && vector.size(row) >= 3 && vector.size(row) <= 9) {
                byte second =
                        vector.data()
                                .get(
                                        java.lang.foreign.ValueLayout.JAVA_BYTE,
                                        vector.start(row) + 1L);
                if (second == 'a' || second == 'n' || second == 'I') {
                    drop(batch, column, vector, row, reason);
                }
            }
        }
    }

    private static void drop(
            ColumnBatch batch, int column, Vector vector, int row, FieldChange.Reason reason) {
        vector.setNull(row);
        batch.change(
                row,
                new FieldChange(
                        batch.schema().column(column).name(), FieldChange.Kind.NULLED, reason));
    }
}
