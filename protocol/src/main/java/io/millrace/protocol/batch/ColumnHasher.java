package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.util.Arrays;

/**
 * Mixes the values of one column into the hashes of rows, a block of rows at a time. A block's
 * values are first copied into arrays: an access to memory outside the heap costs many calls as
 * long as Java's second compiler hasn't seen it, and much of that compiler's time. A block is short
 * so that its methods are called often enough to be compiled as they are, and not a loop in the
 * middle of a call. One thread uses it.
 */
abstract sealed class ColumnHasher {
    /** Rows of a block: as many as a word has bits. Blocks begin at multiples of it. */
    static final int BLOCK = Long.SIZE;

    private final Vector vector;

    private ColumnHasher(Vector vector) {
        this.vector = vector;
    }

    static ColumnHasher of(Vector vector) {
        return switch (vector) {
            case BitVector bits -> new OfBits(bits);
            case FixedVector fixed ->
                    switch (fixed.width()) {
                        case 2 -> new OfShorts(fixed);
                        case 4 -> new OfInts(fixed);
                        case 8 -> new OfLongs(fixed);
                        default -> new OfPairs(fixed);
                    };
            case VariableVector variable -> new OfBytes(variable);
            case ListVector list -> new OfLists(list);
        };
    }

    /** Mixes the values of {@code count} rows from {@code from} on into their hashes. */
    abstract void mix(long[] hashes, int from, int count);

    /** A bit for each row of the block that begins at {@code from}, set where a value is. */
    final long present(int from) {
        return vector.presence(from);
    }

    /** Mixes one number for each row. */
    final void mixAll(long[] hashes, int from, int count, long[] values) {
        long present = present(from);
        if (present != -1) {
            for (int i = 0; i < count; i++) {
                if ((present >>> i & 1) == 0) {
                    values[i] = RowHasher.NULL;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            hashes[from + i] = RowHasher.mix(hashes[from + i], values[i]);
        }
    }

    private static final class OfBits extends ColumnHasher {
        private final BitVector vector;
        private final long[] values = new long[BLOCK];

        OfBits(BitVector vector) {
            super(vector);
            this.vector = vector;
        }

        @Override
        void mix(long[] hashes, int from, int count) {
            long word = vector.word(from);
            for (int i = 0; i < count; i++) {
                values[i] = 2 - (word >>> i & 1);
            }
            mixAll(hashes, from, count, values);
        }
    }

    private static final class OfShorts extends ColumnHasher {
        private final FixedVector vector;
        private final short[] shorts = new short[BLOCK];
        private final long[] values = new long[BLOCK];

        OfShorts(FixedVector vector) {
            super(vector);
            this.vector = vector;
        }

        @Override
        void mix(long[] hashes, int from, int count) {
            vector.copy(from, count, shorts);
            for (int i = 0; i < count; i++) {
                values[i] = shorts[i];
            }
            mixAll(hashes, from, count, values);
        }
    }

    private static final class OfInts extends ColumnHasher {
        private final FixedVector vector;
        private final boolean floats;
        private final int[] ints = new int[BLOCK];
        private final long[] values = new long[BLOCK];

        OfInts(FixedVector vector) {
            super(vector);
            this.vector = vector;
            this.floats = vector.type() instanceof ColumnType.Float32;
        }

        @Override
        void mix(long[] hashes, int from, int count) {
            vector.copy(from, count, ints);
            for (int i = 0; i < count; i++) {
                values[i] = ints[i];
            }
            if (floats) {
                for (int i = 0; i < count; i++) {
                    values[i] = Float.floatToIntBits(Float.intBitsToFloat(ints[i])); // one NaN
                }
            }
            mixAll(hashes, from, count, values);
        }
    }

    private static final class OfLongs extends ColumnHasher {
        private final FixedVector vector;
        private final boolean doubles;
        private final long[] values = new long[BLOCK];

        OfLongs(FixedVector vector) {
            super(vector);
            this.vector = vector;
            this.doubles = vector.type() instanceof ColumnType.Float64;
        }

        @Override
        void mix(long[] hashes, int from, int count) {
            vector.copy(from, count, values);
            if (doubles) {
                for (int i = 0; i < count; i++) {
                    values[i] = Double.doubleToLongBits(Double.longBitsToDouble(values[i]));
                }
            }
            mixAll(hashes, from, count, values);
        }
    }

    /** Values of 16 bytes: the lower half, and then the upper one. */
    private static final class OfPairs extends ColumnHasher {
        private final FixedVector vector;
        private final long[] halves = new long[2 * BLOCK];

        OfPairs(FixedVector vector) {
            super(vector);
            this.vector = vector;
        }

        @Override
        void mix(long[] hashes, int from, int count) {
            vector.copy(from, count, halves);
            long present = present(from);
            for (int i = 0; i < count; i++) {
                long hash = hashes[from + i];
                hashes[from + i] =
                        (present >>> i & 1) == 0
                                ? RowHasher.mix(hash, RowHasher.NULL)
                                : RowHasher.mix(
                                        RowHasher.mix(hash, halves[2 * i]), halves[2 * i + 1]);
            }
        }
    }

    private static final class OfBytes extends ColumnHasher {
        private enum Kind {
            PLAIN,
            STRIPPED,
            JSON
        }

        private final VariableVector vector;
        private final VariableReader reader;
        private final Kind kind;
        private final JsonHasher json = new JsonHasher();
        private final long[] values = new long[BLOCK];

        OfBytes(VariableVector vector) {
            super(vector);
            this.vector = vector;
            this.reader = new VariableReader(vector);
            this.kind =
                    switch (vector.type()) {
                        case ColumnType.Jsonb _ -> Kind.JSON;
                        case ColumnType.Json _ -> Kind.STRIPPED;
                        default -> Kind.PLAIN;
                    };
        }

        @Override
        void mix(long[] hashes, int from, int count) {
            for (int i = 0; i < count; i++) {
                if (reader.seek(from + i)) {
                    values[i] = hash(from + i);
                }
            }
            mixAll(hashes, from, count, values);
        }

        private long hash(int row) {
            if (kind == Kind.PLAIN && reader.isLong()) {
                return RowHasher.hashBytes(vector.data(), vector.start(row), reader.size());
            }
            byte[] bytes = reader.bytes();
            int start = reader.start();
            int size = reader.size();
            return switch (kind) {
                case PLAIN -> RowHasher.hashBytes(bytes, start, size);
                case STRIPPED -> hashStripped(bytes, start, start + size);
                case JSON -> json.hash(bytes, start, size);
            };
        }

        private static long hashStripped(byte[] bytes, int start, int end) {
            int from = start;
            int to = end;
            while (from < to && isJsonSpace(bytes[from])) {
                from++;
            }
            while (from < to && isJsonSpace(bytes[to - 1])) {
                to--;
            }
            return RowHasher.hashBytes(bytes, from, to - from);
        }

        private static boolean isJsonSpace(byte c) {
            return c == ' ' || c == '\n' || c == '\t' || c == '\r';
        }
    }

    private static final class OfLists extends ColumnHasher {
        private final ListVector vector;
        private final long[] elements;
        private final long[] values = new long[BLOCK];

        OfLists(ListVector vector) {
            super(vector);
            this.vector = vector;
            this.elements = new long[vector.elements().length()];
            ColumnHasher hasher = of(vector.elements());
            for (int from = 0; from < elements.length; from += BLOCK) {
                hasher.mix(elements, from, Math.min(BLOCK, elements.length - from));
            }
        }

        @Override
        void mix(long[] hashes, int from, int count) {
            Arrays.fill(values, 0);
            for (int i = 0; i < count; i++) {
                if (!vector.isNull(from + i)) {
                    values[i] = hash(from + i);
                }
            }
            mixAll(hashes, from, count, values);
        }

        private long hash(int row) {
            int start = vector.start(row);
            int size = vector.size(row);
            long hash = size + 1L;
            for (int i = start; i < start + size; i++) {
                hash = RowHasher.mix(hash, elements[i]);
            }
            return hash;
        }
    }
}
