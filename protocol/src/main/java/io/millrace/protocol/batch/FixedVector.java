package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;

/**
 * Values of 2, 4, 8 or 16 bytes, little endian as on the machine; a UUID's bytes are in their own
 * order. The method must fit the width: nothing is widened on the way.
 */
public final class FixedVector extends Vector {
    private final int width;
    private MemorySegment data;
    private int capacity;

    FixedVector(BatchMemory memory, ColumnType type, int width, int expectedRows) {
        super(memory, type);
        this.width = width;
        this.data = memory.allocate((long) Math.max(expectedRows, 16) * width);
        this.capacity = capacity(data);
    }

    private int capacity(MemorySegment block) {
        return (int) Math.min(Integer.MAX_VALUE, block.byteSize() / width);
    }

    /** Bytes of a value. */
    public int width() {
        return width;
    }

    public void appendShort(short value) {
        reserve();
        data.set(SHORT, (long) length * 2, value);
        length++;
    }

    public void appendInt(int value) {
        reserve();
        data.set(INT, (long) length * 4, value);
        length++;
    }

    public void appendLong(long value) {
        reserve();
        data.set(LONG, (long) length * 8, value);
        length++;
    }

    public void appendFloat(float value) {
        appendInt(Float.floatToRawIntBits(value));
    }

    public void appendDouble(double value) {
        appendLong(Double.doubleToRawLongBits(value));
    }

    /** Appends a 128-bit integer. */
    public void append128(long low, long high) {
        reserve();
        data.set(LONG, (long) length * 16, low);
        data.set(LONG, (long) length * 16 + 8, high);
        length++;
    }

    /** Appends {@link #width} bytes of {@code source} as they are. */
    public void appendBytes(byte[] source, int offset) {
        reserve();
        MemorySegment.copy(source, offset, data, BYTE, (long) length * width, width);
        length++;
    }

    /**
     * Appends the first {@code count} values, at most 64; those whose bits in {@code present} are
     * not set are null, and have to be zero. The values are of two bytes.
     */
    public void append(short[] values, int count, long present) {
        reserve(count, present);
        MemorySegment.copy(values, 0, data, SHORT, (long) length * 2, count);
        length += count;
    }

    /** As {@link #append(short[], int, long)}, for values of four bytes. */
    public void append(int[] values, int count, long present) {
        reserve(count, present);
        MemorySegment.copy(values, 0, data, INT, (long) length * 4, count);
        length += count;
    }

    /** As {@link #append(short[], int, long)}, for values of eight bytes or of twice as many. */
    public void append(long[] values, int count, long present) {
        reserve(count, present);
        MemorySegment.copy(values, 0, data, LONG, (long) length * width, count * (width / 8));
        length += count;
    }

    @Override
    public void appendNull() {
        if (length == capacity) {
            grow();
        }
        markNull();
        data.asSlice((long) length * width, width).fill((byte) 0);
        length++;
    }

    /** Copies {@code count} values of two bytes from {@code from} on. */
    public void copy(int from, int count, short[] to) {
        MemorySegment.copy(data, SHORT, (long) from * 2, to, 0, count);
    }

    /** Copies {@code count} values of four bytes from {@code from} on. */
    public void copy(int from, int count, int[] to) {
        MemorySegment.copy(data, INT, (long) from * 4, to, 0, count);
    }

    /** Copies {@code count} values of eight bytes, or of twice as many, from {@code from} on. */
    public void copy(int from, int count, long[] to) {
        MemorySegment.copy(data, LONG, (long) from * width, to, 0, count * (width / 8));
    }

    public short getShort(int row) {
        return data.get(SHORT, (long) row * 2);
    }

    public int getInt(int row) {
        return data.get(INT, (long) row * 4);
    }

    public long getLong(int row) {
        return data.get(LONG, (long) row * 8);
    }

    public float getFloat(int row) {
        return Float.intBitsToFloat(getInt(row));
    }

    public double getDouble(int row) {
        return Double.longBitsToDouble(getLong(row));
    }

    /** The lower half of a 128-bit value. */
    public long getLow(int row) {
        return data.get(LONG, (long) row * 16);
    }

    /** The upper half of a 128-bit value. */
    public long getHigh(int row) {
        return data.get(LONG, (long) row * 16 + 8);
    }

    @Override
    public void appendFrom(Vector source, int row) {
        if (source.isNull(row)) {
            appendNull();
            return;
        }
        reserve();
        MemorySegment.copy(
                ((FixedVector) source).data,
                (long) row * width,
                data,
                (long) length * width,
                width);
        length++;
    }

    @Override
    public void appendFrom(Vector source, int from, int count) {
        if (capacity - length < count) {
            grow(count);
        }
        markAs(source, from, count);
        MemorySegment.copy(
                ((FixedVector) source).data,
                (long) from * width,
                data,
                (long) length * width,
                (long) count * width);
        length += count;
    }

    @Override
    public void truncate(int newLength) {
        truncateValidity(newLength);
        length = newLength;
    }

    /**
     * The values, one after another; a null's bytes are zero unless it was made null afterwards.
     */
    public MemorySegment data() {
        return data;
    }

    @Override
    public long bytes() {
        return validityBytes() + (long) length * width;
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

    private void reserve() {
        if (length == capacity) {
            grow();
        }
        markValid();
    }

    private void reserve(int count, long present) {
        if (capacity - length < count) {
            grow(count);
        }
        mark(count, present);
    }

    private void grow() {
        grow(1);
    }

    private void grow(int count) {
        data = Buffers.grow(memory, data, (long) length * width, ((long) length + count) * width);
        capacity = capacity(data);
    }
}
