package io.millrace.connector.postgres.common;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Writes the rows of batches as PostgreSQL's binary COPY format has them (PostgreSQL documentation,
 * COPY, "Binary Format"; the fields as each type's receive function reads them). The values must be
 * ones that PostgreSQL can hold: nothing is checked here. One thread uses it.
 */
public final class BinaryCopyEncoder {
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private final List<Field> fields;
    private final RowSuffix suffix;

    /**
     * A column on the wire.
     *
     * @param type of its vector
     * @param elementOid the type of an array's elements at the server; 0 where the column is no
     *     array
     */
    public record Field(ColumnType type, int elementOid) {}

    /** What stands behind the columns of a batch in each row. */
    public interface RowSuffix {
        /** How many fields {@link #append} appends. */
        int fields();

        /** Appends the fields, each with its length of 32 bits before it; -1 is null. */
        void append(ColumnBatch batch, int row, CopyBuffer out);
    }

    /** Nothing behind the columns. */
    public static final RowSuffix NO_SUFFIX =
            new RowSuffix() {
                @Override
                public int fields() {
                    return 0;
                }

                @Override
                public void append(ColumnBatch batch, int row, CopyBuffer out) {}
            };

    /** A column's values, bound to the vector of one batch. */
    private abstract static sealed class Values {
        abstract void put(int row, CopyBuffer out);
    }

    /**
     * @param fields a batch's columns, in its order
     */
    public BinaryCopyEncoder(List<Field> fields, RowSuffix suffix) {
        this.fields = List.copyOf(fields);
        this.suffix = suffix;
    }

    /** Begins a stream. */
    public static void begin(CopyBuffer out) {
        out.put(HEADER);
    }

    /** Ends a stream. */
    public static void end(CopyBuffer out) {
        out.putShort(-1);
    }

    /**
     * Appends the rows from {@code row} to {@code end}, the latter excluded, until {@code limit}
     * bytes are in {@code out}.
     *
     * @return the row behind the last one that was appended
     */
    public int encode(ColumnBatch batch, int row, int end, int limit, CopyBuffer out) {
        Values[] columns = bind(batch);
        int fieldCount = columns.length + suffix.fields();
        int next = row;
        while (next < end && out.length() < limit) {
            out.putShort(fieldCount);
            for (Values column : columns) {
                column.put(next, out);
            }
            suffix.append(batch, next, out);
            next++;
        }
        return next;
    }

    private Values[] bind(ColumnBatch batch) {
        var columns = new Values[fields.size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = values(batch.vector(i), fields.get(i));
        }
        return columns;
    }

    private static Values values(Vector vector, Field field) {
        return switch (field.type()) {
            case ColumnType.Bool _ -> new Bools((BitVector) vector);
            case ColumnType.Int16 _ -> new Shorts((FixedVector) vector);
            case ColumnType.Int32 _, ColumnType.Float32 _ -> new Ints((FixedVector) vector);
            case ColumnType.Int64 _, ColumnType.Float64 _, ColumnType.Time _ ->
                    new Longs((FixedVector) vector);
            case ColumnType.Decimal decimal -> new Decimals((FixedVector) vector, decimal.scale());
            case ColumnType.BigDecimalText _, ColumnType.JsonNumber _ ->
                    new Numbers((VariableVector) vector);
            case ColumnType.Text _, ColumnType.Json _, ColumnType.Binary _ ->
                    new Bytes((VariableVector) vector);
            case ColumnType.Jsonb _ -> new Jsonbs((VariableVector) vector);
            case ColumnType.Date _ -> new Dates((FixedVector) vector);
            case ColumnType.TimeTz _ -> new TimeTzs((FixedVector) vector);
            case ColumnType.Timestamp _, ColumnType.TimestampTz _ ->
                    new Instants((FixedVector) vector);
            case ColumnType.Uuid _ -> new Uuids((FixedVector) vector);
            case ColumnType.ListOf list ->
                    new Lists(
                            (ListVector) vector,
                            values(((ListVector) vector).elements(), new Field(list.element(), 0)),
                            field.elementOid());
        };
    }

    private static final class Bools extends Values {
        private final BitVector vector;

        Bools(BitVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                out.putInt(1);
                out.putByte(vector.get(row) ? 1 : 0);
            }
        }
    }

    private static final class Shorts extends Values {
        private final FixedVector vector;

        Shorts(FixedVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                out.putInt(2);
                out.putShort(vector.getShort(row));
            }
        }
    }

    private static final class Ints extends Values {
        private final FixedVector vector;

        Ints(FixedVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                out.putLong(4L << 32 | (vector.getInt(row) & 0xFFFF_FFFFL));
            }
        }
    }

    private static final class Longs extends Values {
        private final FixedVector vector;

        Longs(FixedVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                out.putIntLong(8, vector.getLong(row));
            }
        }
    }

    private static final class Dates extends Values {
        private final FixedVector vector;

        Dates(FixedVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                out.putLong(
                        4L << 32
                                | (PostgresEpoch.toPostgresDate(vector.getInt(row))
                                        & 0xFFFF_FFFFL));
            }
        }
    }

    private static final class Instants extends Values {
        private final FixedVector vector;

        Instants(FixedVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                out.putIntLong(8, PostgresEpoch.toPostgresTimestamp(vector.getLong(row)));
            }
        }
    }

    private static final class TimeTzs extends Values {
        private final FixedVector vector;

        TimeTzs(FixedVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                long encoded = vector.getLong(row);
                out.putIntLong(12, ColumnType.TimeTz.micros(encoded));
                out.putInt(-ColumnType.TimeTz.offsetSeconds(encoded)); // PostgreSQL counts westward
            }
        }
    }

    private static final class Uuids extends Values {
        private final FixedVector vector;

        Uuids(FixedVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                out.putIntLong(16, Long.reverseBytes(vector.getLow(row)));
                out.putLong(Long.reverseBytes(vector.getHigh(row)));
            }
        }
    }

    private static final class Decimals extends Values {
        private final FixedVector vector;
        private final int scale;
        private final NumericEncoder numeric = new NumericEncoder();

        Decimals(FixedVector vector, int scale) {
            this.vector = vector;
            this.scale = scale;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                numeric.put(vector.getLow(row), vector.getHigh(row), scale, out);
            }
        }
    }

    private static final class Numbers extends Values {
        private final VariableVector vector;
        private final NumericEncoder numeric = new NumericEncoder();

        Numbers(VariableVector vector) {
            this.vector = vector;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                numeric.put(vector.getBytes(row), out);
            }
        }
    }

    private static final class Bytes extends Values {
        private final VariableVector vector;
        private final MemorySegment data;

        Bytes(VariableVector vector) {
            this.vector = vector;
            this.data = vector.data();
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                int size = vector.size(row);
                out.putInt(size);
                out.put(data, vector.start(row), size);
            }
        }
    }

    private static final class Jsonbs extends Values {
        private static final int FORMAT = 1;

        private final VariableVector vector;
        private final MemorySegment data;

        Jsonbs(VariableVector vector) {
            this.vector = vector;
            this.data = vector.data();
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
            } else {
                int size = vector.size(row);
                out.putInt(size + 1);
                out.putByte(FORMAT);
                out.put(data, vector.start(row), size);
            }
        }
    }

    private static final class Lists extends Values {
        private final ListVector vector;
        private final Values elements;
        private final int elementOid;

        Lists(ListVector vector, Values elements, int elementOid) {
            this.vector = vector;
            this.elements = elements;
            this.elementOid = elementOid;
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (vector.isNull(row)) {
                out.putInt(-1);
                return;
            }
            int size = vector.size(row);
            int start = vector.start(row);
            int lengthAt = out.skipInt();
            int begin = out.length();
            out.putInt(size == 0 ? 0 : 1); // dimensions
            out.putInt(hasNull(start, size) ? 1 : 0);
            out.putInt(elementOid);
            if (size > 0) {
                out.putInt(size);
                out.putInt(1); // lower bound
                for (int i = start; i < start + size; i++) {
                    elements.put(i, out);
                }
            }
            out.setInt(lengthAt, out.length() - begin);
        }

        private boolean hasNull(int start, int size) {
            Vector values = vector.elements();
            if (values.nullCount() > 0) {
                for (int i = start; i < start + size; i++) {
                    if (values.isNull(i)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
