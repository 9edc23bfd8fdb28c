package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

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
    static final long NULL = 0x8EBC6AF09C88C6E3L;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

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
        Arrays.fill(hashes, SEED);
        var hashers = new ColumnHasher[columns.length];
        for (int i = 0; i < columns.length; i++) {
            hashers[i] = ColumnHasher.of(batch.vector(columns[i]));
        }
        for (int from = 0; from < rows; from += ColumnHasher.BLOCK) {
            hashBlock(hashers, hashes, from, Math.min(ColumnHasher.BLOCK, rows - from));
        }
        return hashes;
    }

    private static void hashBlock(ColumnHasher[] hashers, long[] hashes, int from, int count) {
        for (ColumnHasher hasher : hashers) {
            hasher.mix(hashes, from, count);
        }
        for (int row = from; row < from + count; row++) {
            hashes[row] = finish(hashes[row]);
        }
    }

    // A row whose values are at hand one after the other: the hash after each, from begin to end.

    /** Of a row without values. */
    public static long begin() {
        return SEED;
    }

    public static long addNull(long hash) {
        return mix(hash, NULL);
    }

    public static long addBoolean(long hash, boolean value) {
        return mix(hash, value ? 1 : 2);
    }

    /** With a value of a fixed width up to 64 bits, as its column holds it. */
    public static long addBits(long hash, long value) {
        return mix(hash, value);
    }

    /** With a text, or with JSON that has no white space around it. */
    public static long addBytes(long hash, byte[] data, int from, int to) {
        return mix(hash, hashBytes(data, from, to - from));
    }

    /** The same as {@link #hash(ColumnBatch)} gives for a row of these values. */
    public static long end(long hash) {
        return finish(hash);
    }

    /** The hash of {@code size} bytes from {@code start} on. */
    static long hashBytes(MemorySegment data, long start, int size) {
        long hash = SEED + size * PRIME_2;
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

    /** As {@link #hashBytes(MemorySegment, long, int)}. */
    static long hashBytes(byte[] data, int start, int size) {
        long hash = SEED + size * PRIME_2;
        int at = 0;
        for (; at + 8 <= size; at += 8) {
            hash = mix(hash, (long) LONGS.get(data, start + at));
        }
        if (at < size) {
            long tail = 0;
            for (int shift = 0; at < size; at++, shift += 8) {
                tail |= (data[start + at] & 0xFFL) << shift;
            }
            hash = mix(hash, tail);
        }
        return hash;
    }

    /** A hash of bytes alone, of the same kind as those of rows. */
    public static long hashOf(byte[] data, int from, int to) {
        return finish(hashBytes(data, from, to - from));
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
