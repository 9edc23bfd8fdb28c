package io.millrace.protocol.batch;

import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;

/**
 * Lists: {@code length + 1} offsets of 32 bits into a vector of all elements. Append the elements,
 * then {@link #endList}.
 */
public final class ListVector extends Vector {
    private final Vector elements;
    private MemorySegment offsets;
    private int rowCapacity;

    ListVector(BatchMemory memory, ColumnType type, Vector elements, int expectedRows) {
        super(memory, type);
        this.elements = elements;
        offsets = memory.allocate((Math.max(expectedRows, 16) + 1L) * 4);
        rowCapacity = rowCapacity();
        offsets.set(INT, 0, 0);
    }

    private int rowCapacity() {
        return (int) Math.min(Integer.MAX_VALUE - 1, offsets.byteSize() / 4 - 1);
    }

    /** The elements of all lists, one after another. */
    public Vector elements() {
        return elements;
    }

    /** Ends a list with the elements that were appended since the last one ended. */
    public void endList() {
        reserve();
        markValid();
        length++;
        offsets.set(INT, (long) length * 4, elements.length());
    }

    /** Appends a null; elements that were appended since the last list ended are dropped. */
    @Override
    public void appendNull() {
        reserve();
        elements.truncate(offsets.get(INT, (long) length * 4));
        markNull();
        length++;
        offsets.set(INT, (long) length * 4, elements.length());
    }

    /** The index of the list's first element. */
    public int start(int row) {
        return offsets.get(INT, (long) row * 4);
    }

    /** How many elements the list has. */
    public int size(int row) {
        return offsets.get(INT, (long) row * 4 + 4) - start(row);
    }

    @Override
    public void appendFrom(Vector source, int row) {
        if (source.isNull(row)) {
            appendNull();
            return;
        }
        var from = (ListVector) source;
        int first = from.start(row);
        int last = first + from.size(row);
        for (int i = first; i < last; i++) {
            elements.appendFrom(from.elements, i);
        }
        endList();
    }

    @Override
    public void truncate(int newLength) {
        truncateValidity(newLength);
        length = newLength;
        elements.truncate(offsets.get(INT, (long) newLength * 4));
    }

    /** The offsets, {@code length + 1} of them. */
    public MemorySegment offsets() {
        return offsets;
    }

    @Override
    public long bytes() {
        return validityBytes() + 4L * length + elements.bytes();
    }

    @Override
    public long heldBytes() {
        return heldValidityBytes() + offsets.byteSize() + elements.heldBytes();
    }

    @Override
    public void close() {
        super.close();
        memory.release(offsets);
        elements.close();
    }

    private void reserve() {
        if (length == rowCapacity) {
            offsets = Buffers.grow(memory, offsets, (length + 1L) * 4, (length + 2L) * 4);
            rowCapacity = rowCapacity();
        }
    }
}
