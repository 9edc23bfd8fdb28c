package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Values of varying length: bytes one after another, and {@code length + 1} offsets of 32 bits into
 * them. All values together hold less than 2 GiB; batches are bounded far below.
 */
public final class VariableVector extends Vector {
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    private MemorySegment offsets;
    private MemorySegment data;
    private long dataCapacity;
    private int rowCapacity;
    private int end;

    VariableVector(BatchMemory memory, ColumnType type, int expectedRows) {
        this(memory, type, expectedRows, Math.max(expectedRows, 16) * 16L);
    }

    /** With room for {@code expectedBytes} of values too. */
    public VariableVector(
            BatchMemory memory, ColumnType type, int expectedRows, long expectedBytes) {
        super(memory, type);
        offsets = memory.allocate((Math.max(expectedRows, 16) + 1L) * 4);
        rowCapacity = rowCapacity(offsets);
        data = memory.allocate(expectedBytes);
        dataCapacity = data.byteSize();
        offsets.set(INT, 0, 0);
    }

    private static int rowCapacity(MemorySegment block) {
        return (int) Math.min(Integer.MAX_VALUE - 1, block.byteSize() / 4 - 1);
    }

    public void append(byte[] source, int offset, int count) {
        reserve(count);
        MemorySegment.copy(source, offset, data, BYTE, end, count);
        finish(count);
    }

    public void append(byte[] source) {
        append(source, 0, source.length);
    }

    public void append(MemorySegment source, long offset, int count) {
        reserve(count);
        MemorySegment.copy(source, offset, data, end, count);
        finish(count);
    }

    /**
     * Appends {@code count} values, at most 64, that stand one after another in {@code source} and
     * end where {@code ends} says; those whose bits in {@code present} are not set are null, and
     * have to be empty.
     */
    public void append(byte[] source, int[] ends, int count, long present) {
        reserveBytes(ends[count - 1]);
        if (rowCapacity - length < count) {
            growOffsets(count);
        }
        mark(count, present);
        MemorySegment.copy(source, 0, data, BYTE, end, ends[count - 1]);
        int[] moved = new int[count];
        for (int i = 0; i < count; i++) {
            moved[i] = end + ends[i];
        }
        MemorySegment.copy(moved, 0, offsets, INT, (length + 1L) * 4, count);
        end += ends[count - 1];
        length += count;
    }

    /** Appends {@code text} in UTF-8. */
    public void append(String text) {
        append(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void appendNull() {
        if (length == rowCapacity) {
            growOffsets();
        }
        markNull();
        length++;
        offsets.set(INT, (long) length * 4, end);
    }

    /** Where the value begins in {@link #data}. */
    public int start(int row) {
        return offsets.get(INT, (long) row * 4);
    }

    /** Bytes of the value. */
    public int size(int row) {
        return offsets.get(INT, (long) row * 4 + 4) - start(row);
    }

    /** Copies where {@code count} values from {@code from} on begin, and where the last ends. */
    void copyOffsets(int from, int count, int[] to) {
        MemorySegment.copy(offsets, INT, (long) from * 4, to, 0, count + 1);
    }

    /** Copies {@code count} bytes of {@link #data} from {@code start} on. */
    void copyBytes(int start, int count, byte[] to) {
        MemorySegment.copy(data, BYTE, start, to, 0, count);
    }

    /** A copy of the value. */
    public byte[] getBytes(int row) {
        byte[] copy = new byte[size(row)];
        MemorySegment.copy(data, BYTE, start(row), copy, 0, copy.length);
        return copy;
    }

    public String getText(int row) {
        return new String(getBytes(row), StandardCharsets.UTF_8);
    }

    @Override
    public void appendFrom(Vector source, int row) {
        if (source.isNull(row)) {
            appendNull();
        } else {
            var from = (VariableVector) source;
            append(from.data, from.start(row), from.size(row));
        }
    }

    @Override
    public void appendFrom(Vector source, int first, int count) {
        var from = (VariableVector) source;
        int size = from.start(first + count) - from.start(first);
        reserveBytes(size);
        if (rowCapacity - length < count) {
            growOffsets(count);
        }
        markAs(source, first, count);
        MemorySegment.copy(from.data, from.start(first), data, end, size);
        int[] moved = new int[count + 1];
        from.copyOffsets(first, count, moved);
        int by = end - moved[0];
        for (int i = 0; i <= count; i++) {
            moved[i] += by;
        }
        MemorySegment.copy(moved, 0, offsets, INT, (long) length * 4, count + 1);
        end += size;
        length += count;
    }

    @Override
    public void truncate(int newLength) {
        truncateValidity(newLength);
        length = newLength;
        end = start(newLength);
    }

    /** The offsets, {@code length + 1} of them. */
    public MemorySegment offsets() {
        return offsets;
    }

    /** All values' bytes. */
    public MemorySegment data() {
        return data;
    }

    @Override
    public long bytes() {
        return validityBytes() + 4L * length + end;
    }

    @Override
    public long heldBytes() {
        return heldValidityBytes() + offsets.byteSize() + data.byteSize();
    }

    @Override
    public void close() {
        super.close();
        memory.release(offsets);
        memory.release(data);
    }

    private void reserve(int count) {
        if (length == rowCapacity) {
            growOffsets();
        }
        reserveBytes(count);
        markValid();
    }

    private void reserveBytes(int count) {
        long needed = (long) end + count;
        if (needed > dataCapacity) {
            if (needed > MAX_BYTES) {
                throw new IllegalStateException("a batch's column has grown beyond 2 GiB");
            }
            data = Buffers.grow(memory, data, end, needed);
            dataCapacity = data.byteSize();
        }
    }

    private void finish(int count) {
        end += count;
        length++;
        offsets.set(INT, (long) length * 4, end);
    }

    private void growOffsets() {
        growOffsets(1);
    }

    private void growOffsets(int count) {
        offsets = Buffers.grow(memory, offsets, (length + 1L) * 4, (length + 1L + count) * 4);
        rowCapacity = rowCapacity(offsets);
    }
}
