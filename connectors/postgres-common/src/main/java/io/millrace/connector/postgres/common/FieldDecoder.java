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
import java.util.Arrays;

/**
 * Appends values in PostgreSQL's binary form (the {@code …send} functions of {@code
 * src/backend/utils/adt}) to one vector. Belongs to one thread.
 *
 * <p>Values wait in arrays until they are as many as a word has bits, since each access to memory
 * outside the heap costs many calls as long as Java's second compiler hasn't seen it, and much of
 * that compiler's time: {@link #flush} comes before anybody looks at the vector.
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

    /** Values that wait together at most. */
    private static final int BLOCK = Long.SIZE;

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

    /** Appends to {@code vector} from now on, and forgets what waits for another one. */
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

    /** Puts the values that wait into the vector. */
    abstract void flush();

    static SystemFailure unexpectedSize(int size, int expected) {
        return new SystemFailure(
                "PostgreSQL sent a value of another type than the table was said to have. Run the"
                        + " sync again; discover the source anew if that does not help.",
                "a value of %d bytes where %d were expected".formatted(size, expected));
    }

    /** What the decoders of single values share: which of those that wait are there. */
    private abstract static sealed class OfSingle extends FieldDecoder {
        int waiting;
        long present; // a bit for each value that waits

        @Override
        final void appendNull() {
            stageNull(waiting);
            end();
        }

        /** The value at {@link #waiting} was staged. */
        final void endValue() {
            present |= 1L << waiting;
            end();
        }

        private void end() {
            if (++waiting == BLOCK) {
                flush();
            }
        }

        @Override
        final void flush() {
            if (waiting > 0) {
                put();
                forget();
            }
        }

        final void forget() {
            waiting = 0;
            present = 0;
        }

        /** A null stands at {@code place}. */
        abstract void stageNull(int place);

        /** Puts what waits into the vector. */
        abstract void put();
    }

    private abstract static sealed class OfFixed extends OfSingle {
        private final int size;

        @SuppressWarnings("NullAway.Init") // into() comes first
        FixedVector vector;

        OfFixed(int size) {
            this.size = size;
        }

        @Override
        final void into(Vector newVector) {
            vector = (FixedVector) newVector;
            forget();
        }

        @Override
        final boolean append(byte[] row, int at, int valueSize) {
            if (valueSize != size) {
                throw unexpectedSize(valueSize, size);
            }
            stage(row, at, waiting);
            endValue();
            return true;
        }

        /** Takes the value at {@code at}; it stands at {@code place}. */
        abstract void stage(byte[] row, int at, int place);
    }

    private static final class OfShort extends OfFixed {
        private final short[] values = new short[BLOCK];

        OfShort() {
            super(2);
        }

        @Override
        void stage(byte[] row, int at, int place) {
            values[place] = (short) SHORTS.get(row, at);
        }

        @Override
        void stageNull(int place) {
            values[place] = 0;
        }

        @Override
        void put() {
            vector.append(values, waiting, present);
        }
    }

    private abstract static sealed class OfInts extends OfFixed {
        final int[] values = new int[BLOCK];

        OfInts() {
            super(4);
        }

        @Override
        final void stageNull(int place) {
            values[place] = 0;
        }

        @Override
        final void put() {
            vector.append(values, waiting, present);
        }
    }

    private static final class OfInt extends OfInts {
        @Override
        void stage(byte[] row, int at, int place) {
            values[place] = (int) INTS.get(row, at);
        }
    }

    private static final class OfDate extends OfInts {
        @Override
        void stage(byte[] row, int at, int place) {
            int days = (int) INTS.get(row, at);
            values[place] =
                    switch (days) {
                        case Integer.MAX_VALUE -> Timestamps.DATE_INFINITY;
                        case Integer.MIN_VALUE -> Timestamps.DATE_NEGATIVE_INFINITY;
                        default -> days + EPOCH_DAYS;
                    };
        }
    }

    private abstract static sealed class OfLongs extends OfFixed {
        final long[] values = new long[BLOCK];

        OfLongs(int size) {
            super(size);
        }

        @Override
        final void stageNull(int place) {
            values[place] = 0;
        }

        @Override
        final void put() {
            vector.append(values, waiting, present);
        }
    }

    private static final class OfLong extends OfLongs {
        OfLong() {
            super(8);
        }

        @Override
        void stage(byte[] row, int at, int place) {
            values[place] = (long) LONGS.get(row, at);
        }
    }

    private static final class OfTimestamp extends OfLongs {
        OfTimestamp() {
            super(8);
        }

        @Override
        void stage(byte[] row, int at, int place) {
            long micros = (long) LONGS.get(row, at);
            if (micros == Long.MAX_VALUE) {
                values[place] = Timestamps.INFINITY;
            } else if (micros == Long.MIN_VALUE) {
                values[place] = Timestamps.NEGATIVE_INFINITY;
            } else {
                // Wraps around for the last years that PostgreSQL has, as ColumnType.Timestamp
                // says.
                values[place] = micros + EPOCH_MICROS;
            }
        }
    }

    private static final class OfTimeTz extends OfLongs {
        OfTimeTz() {
            super(12);
        }

        @Override
        void stage(byte[] row, int at, int place) {
            // PostgreSQL counts seconds west of UTC.
            values[place] =
                    ColumnType.TimeTz.encode(
                            (long) LONGS.get(row, at), -(int) INTS.get(row, at + 8));
        }
    }

    private static final class OfUuid extends OfFixed {
        private final long[] halves = new long[2 * BLOCK];

        OfUuid() {
            super(16);
        }

        @Override
        void stage(byte[] row, int at, int place) {
            halves[2 * place] = Long.reverseBytes((long) LONGS.get(row, at));
            halves[2 * place + 1] = Long.reverseBytes((long) LONGS.get(row, at + 8));
        }

        @Override
        void stageNull(int place) {
            halves[2 * place] = 0;
            halves[2 * place + 1] = 0;
        }

        @Override
        void put() {
            vector.append(halves, waiting, present);
        }
    }

    private static final class OfBool extends OfSingle {
        @SuppressWarnings("NullAway.Init") // into() comes first
        private BitVector vector;

        private long values;

        @Override
        void into(Vector newVector) {
            vector = (BitVector) newVector;
            values = 0;
            forget();
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            if (size != 1) {
                throw unexpectedSize(size, 1);
            }
            if (row[at] != 0) {
                values |= 1L << waiting;
            }
            endValue();
            return true;
        }

        @Override
        void stageNull(int place) {}

        @Override
        void put() {
            vector.append(values, waiting, present);
            values = 0;
        }
    }

    /** Values of any length: their bytes one after another, and where each ends. */
    private abstract static sealed class OfVariable extends OfSingle {
        /** Bytes that wait at most; a longer value doesn't wait. */
        private static final int MOST_BYTES = 16 << 10;

        private final int[] ends = new int[BLOCK];
        private byte[] bytes = new byte[256];
        private int end;

        @SuppressWarnings("NullAway.Init") // into() comes first
        private VariableVector vector;

        @Override
        final void into(Vector newVector) {
            vector = (VariableVector) newVector;
            end = 0;
            forget();
        }

        final void stage(byte[] source, int at, int size) {
            if (size > bytes.length - end && !makeRoom(size)) {
                vector.append(source, at, size);
                return;
            }
            System.arraycopy(source, at, bytes, end, size);
            end += size;
            ends[waiting] = end;
            endValue();
        }

        /** False where the value is too long to wait; nothing does then. */
        private boolean makeRoom(int size) {
            if (end + size > MOST_BYTES) {
                flush();
            }
            if (size > MOST_BYTES) {
                return false;
            }
            if (end + size > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end + size, 2 * bytes.length));
            }
            return true;
        }

        @Override
        final void stageNull(int place) {
            ends[place] = end;
        }

        @Override
        final void put() {
            vector.append(bytes, ends, waiting, present);
            end = 0;
        }
    }

    /** Bytes as they come, but for those at the beginning that hold a version. */
    private static final class OfBytes extends OfVariable {
        private final int prefix;

        OfBytes(int prefix) {
            this.prefix = prefix;
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            if (prefix == 1 && (size < 1 || row[at] != 1)) {
                throw new SystemFailure(
                        "PostgreSQL sent a jsonb value in a format that this version doesn't"
                                + " know. Use a newer version.");
            }
            stage(row, at + prefix, size - prefix);
            return true;
        }
    }

    private static final class OfNumericText extends OfVariable {
        private final NumericDecoder.ToText decoder = new NumericDecoder.ToText();

        @Override
        boolean append(byte[] row, int at, int size) {
            decoder.decode(row, at, size);
            stage(decoder.text(), 0, decoder.length());
            return true;
        }
    }

    private static final class OfDecimal extends OfSingle {
        private final NumericDecoder.ToDecimal decoder;
        private final long[] halves = new long[2 * BLOCK];

        @SuppressWarnings("NullAway.Init") // into() comes first
        private FixedVector vector;

        OfDecimal(ColumnType.Decimal type) {
            decoder = new NumericDecoder.ToDecimal(type);
        }

        @Override
        void into(Vector newVector) {
            vector = (FixedVector) newVector;
            forget();
        }

        @Override
        boolean append(byte[] row, int at, int size) {
            if (!decoder.decode(row, at, size)) {
                appendNull();
                return false;
            }
            halves[2 * waiting] = decoder.low();
            halves[2 * waiting + 1] = decoder.high();
            endValue();
            return true;
        }

        @Override
        void stageNull(int place) {
            halves[2 * place] = 0;
            halves[2 * place + 1] = 0;
        }

        @Override
        void put() {
            vector.append(halves, waiting, present);
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
            element.flush();
            vector.endList();
            return fits;
        }

        @Override
        void appendNull() {
            vector.appendNull();
        }

        /** Lists don't wait, and their elements only until the list ends. */
        @Override
        void flush() {}
    }
}
