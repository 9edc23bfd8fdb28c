package io.millrace.connector.postgres.common;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Bytes in network order, one after another, in an array that grows. One thread uses it.
 *
 * <p>Its array is on the heap since that is what the driver takes.
 */
public final class CopyBuffer {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int LARGEST = Integer.MAX_VALUE - 64;

    private static final int LARGEST_KEPT = 8 << 20;

    private byte[] bytes;
    private int length;

    public CopyBuffer(int capacity) {
        bytes = new byte[Math.max(capacity, 64)];
    }

    /** The bytes; valid up to {@link #length}, and until something is put. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Drops the first {@code count} bytes. */
    public void discard(int count) {
        System.arraycopy(bytes, count, bytes, 0, length - count);
        length -= count;
        if (length == 0 && bytes.length > LARGEST_KEPT) {
            bytes = new byte[LARGEST_KEPT]; // a row of an unusual size has passed
        }
    }

    public void clear() {
        length = 0;
    }

    public void putByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    public void putShort(int value) {
        reserve(2);
        SHORT.set(bytes, length, (short) value);
        length += 2;
    }

    public void putInt(int value) {
        reserve(4);
        INT.set(bytes, length, value);
        length += 4;
    }

    public void putLong(long value) {
        reserve(8);
        LONG.set(bytes, length, value);
        length += 8;
    }

    /** An integer of 32 bits and one of 64 behind it: a field of eight bytes with its length. */
    void putIntLong(int first, long second) {
        reserve(12);
        INT.set(bytes, length, first);
        LONG.set(bytes, length + 4, second);
        length += 12;
    }

    public void put(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    public void put(byte[] source) {
        put(source, 0, source.length);
    }

    public void put(MemorySegment source, long offset, int count) {
        reserve(count);
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, bytes, length, count);
        length += count;
    }

    /** Leaves room for an integer that {@link #setInt} fills in, and gives its place. */
    int skipInt() {
        reserve(4);
        length += 4;
        return length - 4;
    }

    void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            grow(count);
        }
    }

    private void grow(int count) {
        long needed = (long) length + count;
        if (needed > LARGEST) {
            throw new IllegalStateException("a row has grown beyond 2 GiB");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(LARGEST, Math.max(needed, bytes.length * 2L)));
    }
}
