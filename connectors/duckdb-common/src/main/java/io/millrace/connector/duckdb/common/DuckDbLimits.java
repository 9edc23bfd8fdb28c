package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.Timestamps;
import java.util.function.IntConsumer;

/**
 * What DuckDB's types can't hold though our vectors can: NaN and the infinities among decimals,
 * timestamps beyond the year 294247, texts that are no JSON in a JSON column.
 */
public final class DuckDbLimits {
    private static final String NULL = "null";
    private static final int LONGEST_NULL = 64; // with white space around

    private DuckDbLimits() {}

    /** Makes such values null and notes it on their rows (invariant 6). */
    public static void fit(ColumnBatch batch) {
        fit(batch, false, false);
    }

    /**
     * As {@link #fit(ColumnBatch)}, and for JSON texts with an unpaired surrogate: a table keeps
     * them, but DuckDB reads no Parquet file that has one.
     */
    public static void fitParquet(ColumnBatch batch) {
        fit(batch, false, true);
    }

    /**
     * As {@link #fit(ColumnBatch)}, for texts that are no JSON alone. For formats in which a JSON
     * null is a null: it becomes one here already, so that what is counted is what can be read
     * back.
     */
    public static void fitJson(ColumnBatch batch) {
        for (int column = 0; column < batch.schema().size(); column++) {
            Vector vector = batch.vector(column);
            if (isJson(vector.type())) {
                nullsOfJson(vector instanceof ListVector list ? list.elements() : vector);
            }
        }
        fit(batch, true, false);
    }

    private static void nullsOfJson(Vector vector) {
        var texts = (VariableVector) vector;
        for (int row = 0; row < texts.length(); row++) {
            if (!texts.isNull(row)
                    && texts.size(row) <= LONGEST_NULL
                    && texts.getText(row).strip().equals(NULL)) {
                texts.setNull(row);
            }
        }
    }

    private static void fit(ColumnBatch batch, boolean onlyJson, boolean pairedSurrogates) {
        for (int column = 0; column < batch.schema().size(); column++) {
            String name = batch.schema().column(column).name();
            Vector vector = batch.vector(column);
            if (onlyJson && !isJson(batch.schema().column(column).type())) {
                continue;
            }
            switch (vector) {
                case ListVector list -> {
                    if (hasLimits(list.elements().type())) {
                        fitElements(batch, name, list, pairedSurrogates);
                    }
                }
                default ->
                        fit(
                                vector,
                                pairedSurrogates,
                                row ->
                                        batch.change(
                                                row,
                                                new FieldChange(
                                                        name,
                                                        FieldChange.Kind.NULLED,
                                                        FieldChange.Reason
                                                                .DESTINATION_TYPECAST_ERROR)));
            }
        }
    }

    /** Whether the type has values that DuckDB's has not. */
    private static boolean hasLimits(ColumnType type) {
        return type instanceof ColumnType.Decimal
                || type instanceof ColumnType.Timestamp
                || type instanceof ColumnType.TimestampTz
                || isJson(type);
    }

    private static boolean isJson(ColumnType type) {
        return switch (type) {
            case ColumnType.Json _, ColumnType.Jsonb _ -> true;
            case ColumnType.ListOf list -> isJson(list.element());
            default -> false;
        };
    }

    private static void fitElements(
            ColumnBatch batch, String name, ListVector list, boolean pairedSurrogates) {
        fit(
                list.elements(),
                pairedSurrogates,
                element -> {
                    int row = rowOf(list, element);
                    batch.change(
                            row,
                            new FieldChange(
                                    name + "." + (element - list.start(row)),
                                    FieldChange.Kind.NULLED,
                                    FieldChange.Reason.DESTINATION_TYPECAST_ERROR));
                });
    }

    /** The row whose list holds the element at {@code element}. */
    private static int rowOf(ListVector list, int element) {
        int low = 0;
        int high = list.length() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (list.start(middle) + list.size(middle) <= element) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static void fit(Vector vector, boolean pairedSurrogates, IntConsumer nulled) {
        switch (vector) {
            case FixedVector fixed -> {
                switch (fixed.type()) {
                    case ColumnType.Decimal _ -> fitDecimals(fixed, nulled);
                    case ColumnType.Timestamp _, ColumnType.TimestampTz _ ->
                            fitTimestamps(fixed, nulled);
                    default -> {}
                }
            }
            case VariableVector variable -> {
                if (variable.type() instanceof ColumnType.Json
                        || variable.type() instanceof ColumnType.Jsonb) {
                    fitJson(variable, pairedSurrogates, nulled);
                }
            }
            case BitVector _ -> {}
            case ListVector _ -> throw new IllegalArgumentException("a list of lists");
        }
    }

    private static void fitDecimals(FixedVector vector, IntConsumer nulled) {
        for (int row = 0; row < vector.length(); row++) {
            long high = vector.getHigh(row);
            if ((high == ColumnType.Decimal.NAN_HIGH
                            || high == ColumnType.Decimal.NEGATIVE_INFINITY_HIGH
                            || high == ColumnType.Decimal.POSITIVE_INFINITY_HIGH)
                    && !vector.isNull(row)) {
                vector.setNull(row);
                nulled.accept(row);
            }
        }
    }

    private static void fitTimestamps(FixedVector vector, IntConsumer nulled) {
        for (int row = 0; row < vector.length(); row++) {
            if (Timestamps.wrapped(vector.getLong(row)) && !vector.isNull(row)) {
                vector.setNull(row);
                nulled.accept(row);
            }
        }
    }

    private static void fitJson(
            VariableVector vector, boolean pairedSurrogates, IntConsumer nulled) {
        var syntax = new JsonSyntax(vector.data(), pairedSurrogates);
        for (int row = 0; row < vector.length(); row++) {
            if (!vector.isNull(row) && !syntax.isValue(vector.start(row), vector.size(row))) {
                vector.setNull(row);
                nulled.accept(row);
            }
        }
    }
}
