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

    public void append(boolean value) {
        markValid();
        put(value);
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
