package io.millrace.connector.postgres.common;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.Timestamps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Appends values in PostgreSQL's binary form (the {@code …send} functions of {@code
 * src/backend/utils/adt}) to one vector. Belongs to one thread.
 */
abstract sealed class FieldDecoder {
    static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** 2000-01-01, the epoch of PostgreSQL's dates and timestamps, in days since 1970. */
    private static final int EPOCH_DAYS = 10_957;

    private static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;

    /** A decoder into vectors of {@code type}. */
    static FieldDecoder of(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> new OfBool();
            case ColumnType.Int16 _ -> new OfShort();
            case ColumnType.Int32 _, ColumnType.Float32 _ -> new OfInt();
            case ColumnType.Int64 _, ColumnType.Float64 _, ColumnType.Time _ -> new OfLong();
            case ColumnType.Decimal decimal -> new OfDecimal(decimal);
            case ColumnType.BigDecimalText _ -> new OfNumericText();
            case ColumnType.Text _, ColumnType.Json _, ColumnType.Binary _ -> new OfBytes(0);
            case ColumnType.Jsonb _ -> new OfBytes(1);
            case ColumnType.Date _ -> new OfDate();
            case ColumnType.TimeTz _ -> new OfTimeTz();
            case ColumnType.Timestamp _, ColumnType.TimestampTz _ -> new OfTimestamp();
            case ColumnType.Uuid _ -> new OfUuid();
            case ColumnType.ListOf list -> new OfList(of(list.element()));
            case ColumnType.JsonNumber _ ->
                    throw new IllegalArgumentException("no type of PostgreSQL travels as " + type);
        };
    }

    /** Appends to {@code vector} from now on. */
    abstract void into(Vector vector);

    /**
     * Appends the value of {@code size} bytes from {@code at} on. Where it doesn't fit the type,
     * appends null, or what of it fits, and returns false: {@link #change} tells which.
     */
    abstract boolean append(byte[] row, int at, int size);

    /** What became of the last value, where it didn't fit. */
    FieldChange.Kind change() {
        return FieldChange.Kind.NULLED;
    }

    abstract void appendNull();

    static SystemFailure unexpectedSize(int size, int expected) {
        return new SystemFailure(
                "PostgreSQL sent a value of another type than the table was said to have. Run the"
                        + " sync again; discover the source anew if that does not help.",
                "a value of %d bytes where %d were expected".formatted(size, expected));
    }

    private abstract static sealed class OfFixed extends FieldDecoder {
        private final int size;

        @SuppressWarnings("NullAway.Init") // into() comes first
        FixedVector vector;

        OfFixed(int size) {
            this.size = size;
        }

        @Override
        final void into(Vector newVector) {
            vector = (FixedVector) newVector;
        }

        @Override
        final boolean append(byte[] row, int at, int valueSize) {
            if (valueSize != size) {
                throw unexpectedSize(valueSize, size);
            }
            append(row, at);
            return true;
        }

        @Override
        final void appendNull() {
            vector.appendNull();
        }

        abstract void append(byte[] row, int at);
    }

    private static final class OfShort extends OfFixed {
        OfShort() {
            super(2);
        }

        @Override
        void append(byte[] row, int at) {
            vector.appendShort((short) SHORTS.get(row, at));
        }
    }

    private static final class OfInt extends OfFixed {
        OfInt() {
            super(4);
        }

        @Override
        void append(byte[] row, int at) {
            vector.appendInt((int) INTS.get(row, at));
        }
    }

    private static final class OfLong extends OfFixed {
        OfLong() {
            super(8);
        }

        @Override
        void append(byte[] row, int at) {
            vector.appendLong((long) LONGS.get(row, at));
        }
    }

    private static final class OfDate extends OfFixed {
        OfDate() {
            super(4);
        }

        @Override
        void append(byte[] row, int at) {
            int days = (int) INTS.get(row, at);
            if (days == Integer.MAX_VALUE) {
                vector.appendInt(Timestamps.DATE_INFINITY);
            } else if (days == Integer.MIN_VALUE) {
                vector.appendInt(Timestamps.DATE_NEGATIVE_INFINITY);
            } else {
                vector.appendInt(days + EPOCH_DAYS);
            }
        }
    }

    private static final class OfTimestamp extends OfFixed {
        OfTimestamp() {
            super(8);
        }

        @Override
        void append(byte[] row, int at) {
            long micros = (long) LONGS.get(row, at);
            if (micros == Long.MAX_VALUE) {
                vector.appendLong(Timestamps.INFINITY);
            } else if (micros == Long.MIN_VALUE) {
                vector.appendLong(Timestamps.NEGATIVE_INFINITY);
            } else {
                // Wraps around for the last years that PostgreSQL has, as ColumnType.Timestamp
                // says.
                vector.appendLong(micros + EPOCH_MICROS);
            }
        }
    }

    private static final class OfTimeTz extends OfFixed {
        OfTimeTz() {
            super(12);
        }

        @Override
        void append(byte[] row, int at) {
            // PostgreSQL counts seconds west of UTC.
            vector.appendLong(
                    ColumnType.TimeTz.encode(
                            (long) LONGS.get(row, at), -(int) INTS.get(row, at + 8)));
        }
    }

    private static final class OfUuid extends OfFixed {
        OfUuid() {
            super(16);
        }

        @Override
        void append(byte[] row, int at) {
            vector.appendBytes(row, at);
        }
    }

    private static final class OfBool extends FieldDecoder {
        @SuppressWarnings("NullAway.Init") // into() comes first
        private BitVector vector;

        @Override
        void into(Vector newVector) {
            vector = (BitVector) newVector;
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            if (size != 1) {
                throw unexpectedSize(size, 1);
            }
            vector.append(row[at] != 0);
            return true;
        }

        @Override
        void appendNull() {
            vector.appendNull();
        }
    }

    /** Bytes as they come, but for those at the beginning that hold a version. */
    private static final class OfBytes extends FieldDecoder {
        private final int prefix;

        @SuppressWarnings("NullAway.Init") // into() comes first
        private VariableVector vector;

        OfBytes(int prefix) {
            this.prefix = prefix;
        }

        @Override
        void into(Vector newVector) {
            vector = (VariableVector) newVector;
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            if (prefix == 1 && (size < 1 || row[at] != 1)) {
                throw new SystemFailure(
                        "PostgreSQL sent a jsonb value in a format that this version doesn't"
                                + " know. Use a newer version.");
            }
            vector.append(row, at + prefix, size - prefix);
            return true;
        }

        @Override
        void appendNull() {
            vector.appendNull();
        }
    }

    private static final class OfDecimal extends FieldDecoder {
        private final NumericDecoder.ToDecimal decoder;

        @SuppressWarnings("NullAway.Init") // into() comes first
        private FixedVector vector;

        OfDecimal(ColumnType.Decimal type) {
            decoder = new NumericDecoder.ToDecimal(type);
        }

        @Override
        void into(Vector newVector) {
            vector = (FixedVector) newVector;
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            return decoder.append(row, at, size, vector);
        }

        @Override
        void appendNull() {
            vector.appendNull();
        }
    }

    private static final class OfNumericText extends FieldDecoder {
        private final NumericDecoder.ToText decoder = new NumericDecoder.ToText();

        @SuppressWarnings("NullAway.Init") // into() comes first
        private VariableVector vector;

        @Override
        void into(Vector newVector) {
            vector = (VariableVector) newVector;
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            decoder.append(row, at, size, vector);
            return true;
        }

        @Override
        void appendNull() {
            vector.appendNull();
        }
    }

    /**
     * One-dimensional arrays. Where an array's first index isn't 1, that isn't kept: lists have no
     * such thing, so its elements land and it counts as truncated (invariant 6). Arrays of more
     * dimensions don't fit.
     */
    private static final class OfList extends FieldDecoder {
        /** dimensions, whether there are nulls, the elements' type. */
        private static final int HEADER = 12;

        private final FieldDecoder element;

        @SuppressWarnings("NullAway.Init") // into() comes first
        private ListVector vector;

        private boolean landed; // whether the last array is there, if not as it was

        OfList(FieldDecoder element) {
            this.element = element;
        }

        @Override
        void into(Vector newVector) {
            vector = (ListVector) newVector;
            element.into(vector.elements());
        }

        @Override
        FieldChange.Kind change() {
            return landed ? FieldChange.Kind.TRUNCATED : FieldChange.Kind.NULLED;
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            if (size < HEADER) {
                throw unexpectedSize(size, HEADER);
            }
            landed = true;
            int dimensions = (int) INTS.get(row, at);
            if (dimensions == 0) {
                vector.endList();
                return true;
            }
            if (dimensions != 1) {
                landed = false;
                vector.appendNull();
                return false;
            }
            int count = (int) INTS.get(row, at + HEADER);
            int next = at + HEADER + 8; // the size and the first index of the dimension
            boolean fits = (int) INTS.get(row, at + HEADER + 4) == 1;
            for (int i = 0; i < count; i++) {
                int elementSize = (int) INTS.get(row, next);
                next += 4;
                if (elementSize < 0) {
                    element.appendNull();
                } else {
                    fits &= element.append(row, next, elementSize);
                    next += elementSize;
                }
            }
            if (next != at + size) {
                throw unexpectedSize(next - at, size);
            }
            vector.endList();
            return fits;
        }

        @Override
        void appendNull() {
            vector.appendNull();
        }
    }
}
