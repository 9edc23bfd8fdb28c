package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;

/** Booleans, a bit each, least significant first. */
public final class BitVector extends Vector {
    private MemorySegment data;

    BitVector(BatchMemory memory, ColumnType type, int expectedRows) {
        super(memory, type);
        data = memory.allocate((Math.max(expectedRows, 64) + 7L) >>> 3);
    }

    public boolean get(int row) {
        return (data.get(BYTE, row >>> 3) & (1 << (row & 7))) != 0;
    }

    /**
     * The 64 values from {@code from} on, a multiple of 64 below the length, least significant bit
     * first. Bits beyond the length are arbitrary.
     */
    public long word(int from) {
        return data.get(LONG, from >>> 3); // blocks of memory are of whole words
    }

    public void append(boolean value) {
        markValid();
        put(value);
    }

    /**
     * Appends {@code count} values, at most 64: the bits of {@code values}, least significant
     * first; those whose bits in {@code present} are not set are null.
     */
    public void append(long values, int count, long present) {
        if ((length & (Long.SIZE - 1)) != 0) {
            for (int i = 0; i < count; i++) {
                if ((present >>> i & 1) == 0) {
                    appendNull();
                } else {
                    append((values >>> i & 1) != 0);
                }
            }
            return;
        }
        mark(count, present);
        int at = length >>> 3;
        if (at + Long.BYTES > data.byteSize()) {
            data = Buffers.grow(memory, data, at, at + (long) Long.BYTES);
        }
        data.set(LONG, at, values);
        length += count;
    }

    @Override
    public void appendNull() {
        markNull();
        put(false);
    }

    private void put(boolean value) {
        int at = length >>> 3;
        if (at >= data.byteSize()) {
            data = Buffers.grow(memory, data, at, at + 1L);
        }
        int bit = 1 << (length & 7);
        byte old = data.get(BYTE, at);
        data.set(BYTE, at, (byte) (value ? old | bit : old & ~bit));
        length++;
    }

    @Override
    public void appendFrom(Vector source, int row) {
        if (source.isNull(row)) {
            appendNull();
        } else {
            append(((BitVector) source).get(row));
        }
    }

    @Override
    public void truncate(int newLength) {
        truncateValidity(newLength);
        length = newLength;
    }

    /** The values' bits. */
    public MemorySegment data() {
        return data;
    }

    @Override
    public long bytes() {
        return validityBytes() + ((length + 7) >>> 3);
    }

    @Override
    public long heldBytes() {
        return heldValidityBytes() + data.byteSize();
    }

    @Override
    public void close() {
        super.close();
        memory.release(data);
    }
}
