package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * The values of one column, in Arrow's layout: a validity bitmap (absent as long as no value is
 * null), and the buffers of the case. Filled from the front, one value after another.
 */
public abstract sealed class Vector implements AutoCloseable
        permits BitVector, FixedVector, VariableVector, ListVector {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    final BatchMemory memory;
    private ColumnType type;
    private @org.jspecify.annotations.Nullable MemorySegment validity;
    private int validityCapacity; // in rows; the bits from the length on are set
    private int nullCount;
    int length;

    Vector(BatchMemory memory, ColumnType type) {
        this.memory = memory;
        this.type = type;
    }

    /** An empty vector with the layout of {@code type}. */
    public static Vector create(BatchMemory memory, ColumnType type, int expectedRows) {
        return switch (type) {
            case ColumnType.Bool _ -> new BitVector(memory, type, expectedRows);
            case ColumnType.Int16 _ -> new FixedVector(memory, type, 2, expectedRows);
            case ColumnType.Int32 _, ColumnType.Float32 _, ColumnType.Date _ ->
                    new FixedVector(memory, type, 4, expectedRows);
            case ColumnType.Int64 _,
                    ColumnType.Float64 _,
                    ColumnType.Time _,
                    ColumnType.TimeTz _,
                    ColumnType.Timestamp _,
                    ColumnType.TimestampTz _ ->
                    new FixedVector(memory, type, 8, expectedRows);
            case ColumnType.Decimal _, ColumnType.Uuid _ ->
                    new FixedVector(memory, type, 16, expectedRows);
            case ColumnType.BigDecimalText _,
                    ColumnType.JsonNumber _,
                    ColumnType.Text _,
                    ColumnType.Json _,
                    ColumnType.Jsonb _,
                    ColumnType.Binary _ ->
                    new VariableVector(memory, type, expectedRows);
            case ColumnType.ListOf list ->
                    new ListVector(
                            memory,
                            type,
                            Vector.create(memory, list.element(), expectedRows),
                            expectedRows);
        };
    }

    public final ColumnType type() {
        return type;
    }

    /**
     * From now on the values are of {@code other}, whose layout is the same and for which the same
     * bytes say the same: JSON text and JSON text that may be written anew.
     */
    public final void retype(ColumnType other) {
        boolean json = isJson(type) && isJson(other);
        if (!json) {
            throw new IllegalArgumentException(
                    "values of %s are none of %s".formatted(type, other));
        }
        type = other;
    }

    private static boolean isJson(ColumnType type) {
        return type instanceof ColumnType.Json || type instanceof ColumnType.Jsonb;
    }

    /** How many values it holds, nulls included. */
    public final int length() {
        return length;
    }

    public final int nullCount() {
        return nullCount;
    }

    public final boolean isNull(int row) {
        return validity != null && (validity.get(BYTE, row >>> 3) & (1 << (row & 7))) == 0;
    }

    /**
     * A bit for each of the 64 values from {@code from} on, a multiple of 64 below the length,
     * least significant first: set where a value is no null. Bits beyond the length are arbitrary.
     */
    public final long presence(int from) {
        MemorySegment bits = validity;
        return nullCount == 0 || bits == null ? -1 : bits.get(LONG, from >>> 3);
    }

    /**
     * The validity bitmap, least significant bit first; empty while no value is null. Bits beyond
     * the length are arbitrary.
     */
    public final Optional<MemorySegment> validity() {
        return nullCount == 0 ? Optional.empty() : Optional.ofNullable(validity);
    }

    /** Appends a null. */
    public abstract void appendNull();

    /** Makes the value at {@code row}, which is there already, null. */
    public final void setNull(int row) {
        if (!isNull(row)) {
            MemorySegment bits = validityFor(Math.max(length, row + 1));
            bits.set(BYTE, row >>> 3, (byte) (bits.get(BYTE, row >>> 3) & ~(1 << (row & 7))));
            nullCount++;
        }
    }

    /** Appends the value at {@code row} of {@code source}, which is of the same type. */
    public abstract void appendFrom(Vector source, int row);

    /** Appends {@code count} values of {@code source}, which is of the same type, as above. */
    public void appendFrom(Vector source, int from, int count) {
        for (int row = from; row < from + count; row++) {
            appendFrom(source, row);
        }
    }

    /** Drops the values from {@code newLength} on. */
    public abstract void truncate(int newLength);

    /** Bytes in use by its values, for bounds and statistics. */
    public abstract long bytes();

    /** Bytes that it holds of the sync's memory, which may be far more than its values need. */
    public abstract long heldBytes();

    /**
     * Gives the memory back. The vector and every segment that it showed must not be touched
     * afterwards.
     */
    @Override
    public void close() {
        if (validity != null) {
            memory.release(validity);
            validity = null;
        }
    }

    /** Marks the value at {@link #length} as there; call before the length grows. */
    final void markValid() {
        if (validity != null && length == validityCapacity) {
            validityFor(length + 1); // where its bit is set already
        }
    }

    /**
     * Marks {@code count} values from {@link #length} on, at most 64, as there or null, as the bits
     * of {@code present} say, the least significant first; call before the length grows.
     */
    final void mark(int count, long present) {
        long absent = ~present & (-1L >>> (Long.SIZE - count));
        if (validity == null && absent == 0) {
            return;
        }
        MemorySegment bits = validityFor(length + count);
        nullCount += Long.bitCount(absent);
        if ((length & (Long.SIZE - 1)) == 0) {
            bits.set(LONG, length >>> 3, ~absent);
            return;
        }
        for (long left = absent; left != 0; left &= left - 1) {
            int row = length + Long.numberOfTrailingZeros(left);
            bits.set(BYTE, row >>> 3, (byte) (bits.get(BYTE, row >>> 3) & ~(1 << (row & 7))));
        }
    }

    /** Marks the value at {@link #length} as null; call before the length grows. */
    final void markNull() {
        MemorySegment bits = validityFor(length + 1);
        int at = length >>> 3;
        bits.set(BYTE, at, (byte) (bits.get(BYTE, at) & ~(1 << (length & 7))));
        nullCount++;
    }

    /**
     * Marks {@code count} values from {@link #length} on as those of {@code source} from {@code
     * from} on are; call before the length grows.
     */
    final void markAs(Vector source, int from, int count) {
        if (validity == null && source.nullCount == 0) {
            return;
        }
        MemorySegment bits = validityFor(length + count);
        for (int i = 0; i < count; i++) {
            if (source.isNull(from + i)) {
                int at = (length + i) >>> 3;
                bits.set(BYTE, at, (byte) (bits.get(BYTE, at) & ~(1 << ((length + i) & 7))));
                nullCount++;
            }
        }
    }

    /** Forgets the nulls from {@code newLength} on. */
    final void truncateValidity(int newLength) {
        if (nullCount > 0) {
            for (int row = newLength; row < length; row++) {
                if (isNull(row)) {
                    nullCount--;
                    MemorySegment bits = validityFor(length);
                    bits.set(
                            BYTE, row >>> 3, (byte) (bits.get(BYTE, row >>> 3) | (1 << (row & 7))));
                }
            }
        }
    }

    final long heldValidityBytes() {
        return validity == null ? 0 : validity.byteSize();
    }

    final long validityBytes() {
        return validity == null ? 0 : (length + 7) >>> 3;
    }

    private MemorySegment validityFor(int rows) {
        MemorySegment bits = validity;
        if (bits == null || rows > validityCapacity) {
            MemorySegment grown = memory.allocate(Math.max(256, (long) rows / 4));
            int kept = 0;
            if (bits != null) {
                kept = (length + 7) >>> 3;
                MemorySegment.copy(bits, 0, grown, 0, kept);
                memory.release(bits);
            }
            // What was appended before the first null is there, and so is what comes until the
            // next.
            grown.asSlice(kept).fill((byte) 0xFF);
            validity = grown;
            validityCapacity = (int) Math.min(Integer.MAX_VALUE, grown.byteSize() * 8);
            return grown;
        }
        return bits;
    }
}
