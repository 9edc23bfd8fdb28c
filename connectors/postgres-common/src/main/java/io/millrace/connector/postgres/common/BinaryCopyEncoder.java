package io.millrace.connector.postgres.common;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableReader;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
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

    /** Rows whose values are copied together: as many as a word has bits. */
    private static final int BLOCK = Long.SIZE;

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
            encodeRow(batch, columns, next++, fieldCount, out);
        }
        return next;
    }

    private void encodeRow(
            ColumnBatch batch, Values[] columns, int row, int fieldCount, CopyBuffer out) {
        out.putShort(fieldCount);
        for (Values column : columns) {
            column.put(row, out);
        }
        suffix.append(batch, row, out);
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
            case ColumnType.Int32 _, ColumnType.Float32 _ -> new Ints((FixedVector) vector, false);
            case ColumnType.Int64 _, ColumnType.Float64 _, ColumnType.Time _ ->
                    new Longs((FixedVector) vector);
            case ColumnType.Decimal decimal -> new Decimals((FixedVector) vector, decimal.scale());
            case ColumnType.BigDecimalText _, ColumnType.JsonNumber _ ->
                    new Numbers((VariableVector) vector);
            case ColumnType.Text _, ColumnType.Json _, ColumnType.Binary _ ->
                    new Bytes((VariableVector) vector, false);
            case ColumnType.Jsonb _ -> new Bytes((VariableVector) vector, true);
            case ColumnType.Date _ -> new Ints((FixedVector) vector, true);
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

    /**
     * Values of a fixed width, from copies of some of them at a time: an access to memory outside
     * the heap costs many calls as long as Java's second compiler hasn't seen it.
     */
    private abstract static sealed class Fixed extends Values {
        private final Vector vector;
        private long present; // a bit for each row of the block
        private int first; // the block's first row; behind the vector where there is none yet
        private int end;

        Fixed(Vector vector) {
            this.vector = vector;
        }

        @Override
        final void put(int row, CopyBuffer out) {
            if (row < first || row >= end) {
                first = row & -BLOCK;
                end = Math.min(first + BLOCK, vector.length());
                present = vector.presence(first);
                load(first, end - first);
            }
            int place = row - first;
            if ((present >>> place & 1) == 0) {
                out.putInt(-1);
            } else {
                putValue(place, out);
            }
        }

        /** Copies {@code count} values from {@code row} on. */
        abstract void load(int row, int count);

        /** Puts the value at {@code place} in what was copied. */
        abstract void putValue(int place, CopyBuffer out);
    }

    private static final class Bools extends Fixed {
        private final BitVector vector;
        private long values;

        Bools(BitVector vector) {
            super(vector);
            this.vector = vector;
        }

        @Override
        void load(int row, int count) {
            values = vector.word(row);
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            out.putInt(1);
            out.putByte((int) (values >>> place & 1));
        }
    }

    private static final class Shorts extends Fixed {
        private final FixedVector vector;
        private final short[] values = new short[BLOCK];

        Shorts(FixedVector vector) {
            super(vector);
            this.vector = vector;
        }

        @Override
        void load(int row, int count) {
            vector.copy(row, count, values);
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            out.putInt(2);
            out.putShort(values[place]);
        }
    }

    private static final class Ints extends Fixed {
        private final FixedVector vector;
        private final boolean dates;
        private final int[] values = new int[BLOCK];

        Ints(FixedVector vector, boolean dates) {
            super(vector);
            this.vector = vector;
            this.dates = dates;
        }

        @Override
        void load(int row, int count) {
            vector.copy(row, count, values);
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            int value = dates ? PostgresEpoch.toPostgresDate(values[place]) : values[place];
            out.putLong(4L << 32 | (value & 0xFFFF_FFFFL));
        }
    }

    private abstract static sealed class Words extends Fixed {
        final long[] values;
        private final FixedVector vector;

        Words(FixedVector vector) {
            super(vector);
            this.vector = vector;
            this.values = new long[BLOCK * (vector.width() / Long.BYTES)];
        }

        @Override
        final void load(int row, int count) {
            vector.copy(row, count, values);
        }
    }

    private static final class Longs extends Words {
        Longs(FixedVector vector) {
            super(vector);
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            out.putIntLong(8, values[place]);
        }
    }

    private static final class Instants extends Words {
        Instants(FixedVector vector) {
            super(vector);
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            out.putIntLong(8, PostgresEpoch.toPostgresTimestamp(values[place]));
        }
    }

    private static final class TimeTzs extends Words {
        TimeTzs(FixedVector vector) {
            super(vector);
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            out.putIntLong(12, ColumnType.TimeTz.micros(values[place]));
            // PostgreSQL counts westward.
            out.putInt(-ColumnType.TimeTz.offsetSeconds(values[place]));
        }
    }

    private static final class Uuids extends Words {
        Uuids(FixedVector vector) {
            super(vector);
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            out.putIntLong(16, Long.reverseBytes(values[2 * place]));
            out.putLong(Long.reverseBytes(values[2 * place + 1]));
        }
    }

    private static final class Decimals extends Words {
        private final int scale;
        private final NumericEncoder numeric = new NumericEncoder();

        Decimals(FixedVector vector, int scale) {
            super(vector);
            this.scale = scale;
        }

        @Override
        void putValue(int place, CopyBuffer out) {
            numeric.put(values[2 * place], values[2 * place + 1], scale, out);
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
        private static final int FORMAT_OF_JSONB = 1;

        private final VariableVector vector;
        private final boolean jsonb;
        private final VariableReader reader;

        Bytes(VariableVector vector, boolean jsonb) {
            this.vector = vector;
            this.jsonb = jsonb;
            this.reader = new VariableReader(vector);
        }

        @Override
        void put(int row, CopyBuffer out) {
            if (!reader.seek(row)) {
                out.putInt(-1);
                return;
            }
            int size = reader.size();
            if (jsonb) {
                out.putInt(size + 1);
                out.putByte(FORMAT_OF_JSONB);
            } else {
                out.putInt(size);
            }
            if (reader.isLong()) {
                out.put(vector.data(), vector.start(row), size);
            } else {
                out.put(reader.bytes(), reader.start(), size);
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
