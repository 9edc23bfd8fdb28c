package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;

/**
 * A 64-bit hash of each row of a batch, over the values of given columns in given order, and
 * nothing else: two batches of the same column types give the same hash for the same row, wherever
 * they come from. The sum of the hashes of many rows doesn't depend on their order; it is the
 * checksum of receipts and of {@code verify}.
 *
 * <p>Equal values hash equally: NaNs are one value, the texts of {@link ColumnType.Jsonb} are
 * compared as JSON values, and white space around those of {@link ColumnType.Json} doesn't count,
 * since a JSON line can't tell it from its own. -0.0 and 0.0 differ, since a destination can tell
 * them apart.
 */
public final class RowHasher {
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long PRIME_1 = 0xA0761D6478BD642FL;
    private static final long PRIME_2 = 0xE7037ED1A0B428DBL;
    private static final long NULL = 0x8EBC6AF09C88C6E3L;

    private RowHasher() {}

    /** The hashes of rows 0 to {@code rows - 1} over all columns. */
    public static long[] hash(ColumnBatch batch) {
        int[] all = new int[batch.schema().size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        return hash(batch, all);
    }

    /** The hashes over the columns at {@code columns}, in that order. */
    public static long[] hash(ColumnBatch batch, int[] columns) {
        int rows = batch.rows();
        long[] hashes = new long[rows];
        java.util.Arrays.fill(hashes, SEED);
        for (int column : columns) {
            mixColumn(batch.vector(column), hashes, rows);
        }
        for (int row = 0; row < rows; row++) {
            hashes[row] = finish(hashes[row]);
        }
        return hashes;
    }

    private static void mixColumn(Vector vector, long[] hashes, int rows) {
        switch (vector) {
            case BitVector bits -> {
                for (int row = 0; row < rows; row++) {
                    hashes[row] = mix(hashes[row], bits.isNull(row) ? NULL : bits.get(row) ? 1 : 2);
                }
            }
            case FixedVector fixed -> mixFixed(fixed, hashes, rows);
            case VariableVector variable -> {
                MemorySegment data = variable.data();
                for (int row = 0; row < rows; row++) {
                    hashes[row] =
                            mix(
                                    hashes[row],
                                    variable.isNull(row) ? NULL : hashValue(variable, data, row));
                }
            }
            case ListVector list -> {
                Vector elements = list.elements();
                long[] elementHashes = new long[elements.length()];
                mixColumn(elements, elementHashes, elementHashes.length);
                for (int row = 0; row < rows; row++) {
                    if (list.isNull(row)) {
                        hashes[row] = mix(hashes[row], NULL);
                        continue;
                    }
                    int start = list.start(row);
                    int size = list.size(row);
                    long hash = size + 1L;
                    for (int i = start; i < start + size; i++) {
                        hash = mix(hash, elementHashes[i]);
                    }
                    hashes[row] = mix(hashes[row], hash);
                }
            }
        }
    }

    private static void mixFixed(FixedVector vector, long[] hashes, int rows) {
        boolean nulls = vector.nullCount() > 0;
        for (int row = 0; row < rows; row++) {
            if (nulls && vector.isNull(row)) {
                hashes[row] = mix(hashes[row], NULL);
                continue;
            }
            long hash =
                    switch (vector.width()) {
                        case 2 -> mix(hashes[row], vector.getShort(row));
                        case 4 ->
                                mix(
                                        hashes[row],
                                        vector.type() instanceof ColumnType.Float32
                                                ? Float.floatToIntBits(vector.getFloat(row))
                                                : vector.getInt(row));
                        case 8 ->
                                mix(
                                        hashes[row],
                                        vector.type() instanceof ColumnType.Float64
                                                ? Double.doubleToLongBits(vector.getDouble(row))
                                                : vector.getLong(row));
                        default -> mix(mix(hashes[row], vector.getLow(row)), vector.getHigh(row));
                    };
            hashes[row] = hash;
        }
    }

    private static long hashValue(VariableVector vector, MemorySegment data, int row) {
        long start = vector.start(row);
        int size = vector.size(row);
        return switch (vector.type()) {
            case ColumnType.Jsonb _ -> JsonHasher.hash(data, start, size);
            case ColumnType.Json _ -> hashStripped(data, start, size);
            default -> hashBytes(data, start, size);
        };
    }

    private static long hashStripped(MemorySegment data, long start, int size) {
        long from = start;
        long to = start + size;
        while (from < to && isJsonSpace(data.get(Vector.BYTE, from))) {
            from++;
        }
        while (from < to && isJsonSpace(data.get(Vector.BYTE, to - 1))) {
            to--;
        }
        return hashBytes(data, from, (int) (to - from));
    }

    private static boolean isJsonSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    /** The hash of {@code size} bytes from {@code start} on. */
    static long hashBytes(MemorySegment data, long start, int size) {
        long hash = size * PRIME_1;
        int at = 0;
        for (; at + 8 <= size; at += 8) {
            hash = mix(hash, data.get(Vector.LONG, start + at));
        }
        if (at < size) {
            long tail = 0;
            for (int shift = 0; at < size; at++, shift += 8) {
                tail |= (data.get(Vector.BYTE, start + at) & 0xFFL) << shift;
            }
            hash = mix(hash, tail);
        }
        return hash;
    }

    static long mix(long hash, long value) {
        long a = hash ^ PRIME_1;
        long b = value ^ PRIME_2;
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b) ^ Long.rotateLeft(hash, 23);
    }

    static long finish(long hash) {
        long mixed = (hash ^ (hash >>> 32)) * PRIME_2;
        return mixed ^ (mixed >>> 29);
    }
}
