package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableReader;
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

    /** Rows that are looked at by one call: few, so that it is soon compiled as a whole. */
    private static final int BLOCK = 64;

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
        var reader = new VariableReader(texts);
        for (int row = 0; row < texts.length(); row++) {
            if (reader.seek(row)
                    && reader.size() <= LONGEST_NULL
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
        long[] halves = new long[2 * BLOCK];
        for (int from = 0; from < vector.length(); from += BLOCK) {
            int count = Math.min(BLOCK, vector.length() - from);
            vector.copy(from, count, halves);
            for (int i = 0; i < count; i++) {
                if (isSpecial(halves[2 * i + 1]) && !vector.isNull(from + i)) {
                    vector.setNull(from + i);
                    nulled.accept(from + i);
                }
            }
        }
    }

    private static boolean isSpecial(long high) {
        return high == ColumnType.Decimal.NAN_HIGH
                || high == ColumnType.Decimal.NEGATIVE_INFINITY_HIGH
                || high == ColumnType.Decimal.POSITIVE_INFINITY_HIGH;
    }

    private static void fitTimestamps(FixedVector vector, IntConsumer nulled) {
        long[] values = new long[BLOCK];
        for (int from = 0; from < vector.length(); from += BLOCK) {
            int count = Math.min(BLOCK, vector.length() - from);
            vector.copy(from, count, values);
            for (int i = 0; i < count; i++) {
                if (Timestamps.wrapped(values[i]) && !vector.isNull(from + i)) {
                    vector.setNull(from + i);
                    nulled.accept(from + i);
                }
            }
        }
    }

    private static void fitJson(
            VariableVector vector, boolean pairedSurrogates, IntConsumer nulled) {
        var reader = new VariableReader(vector);
        var syntax = new JsonSyntax(pairedSurrogates);
        for (int from = 0; from < vector.length(); from += BLOCK) {
            int end = Math.min(from + BLOCK, vector.length());
            for (int row = firstMalformed(reader, syntax, from, end);
                    row < end;
                    row = firstMalformed(reader, syntax, row + 1, end)) {
                vector.setNull(row);
                nulled.accept(row);
            }
        }
    }

    private static int firstMalformed(VariableReader reader, JsonSyntax syntax, int from, int end) {
        int row = from;
        while (row < end
                && (!reader.seek(row)
                        || syntax.isValue(reader.bytes(), reader.start(), reader.size()))) {
            row++;
        }
        return row;
    }
}
