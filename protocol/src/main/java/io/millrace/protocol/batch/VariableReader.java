package io.millrace.protocol.batch;

/**
 * Reads the values of a {@link VariableVector} row after row, from copies of some of them at a time
 * on the heap. Each access to memory outside of it costs many calls as long as Java's second
 * compiler hasn't seen it, and much of that compiler's time. One thread uses it; the vector must
 * not grow meanwhile, but values may be made null.
 */
public final class VariableReader {
    /** Rows whose offsets are copied together: as many as a word has bits. */
    private static final int BLOCK = Long.SIZE;

    /** What is copied of values together; one alone may be longer. */
    private static final int FEW_BYTES = 64 << 10;

    private final VariableVector vector;
    private final int[] offsets = new int[BLOCK + 1];
    private byte[] bytes = {};
    private long present;
    private int first; // the row of the block's first offset
    private int rows; // of the block
    private int base; // the offset of the first byte that was copied
    private int firstCopied; // these rows' bytes are here
    private int endCopied;
    private int place; // of the value in the block

    public VariableReader(VariableVector vector) {
        this.vector = vector;
    }

    /** Goes to the value at {@code row}; false if it is null. */
    public boolean seek(int row) {
        if (row < first || row >= first + rows) {
            loadBlock(row);
        }
        place = row - first;
        return (present >>> place & 1) != 0;
    }

    /** Bytes of the value. */
    public int size() {
        return offsets[place + 1] - offsets[place];
    }

    /**
     * Whether the value is so long that it would better be read where it is: {@link #bytes} copies
     * it as a whole.
     */
    public boolean isLong() {
        return size() > FEW_BYTES;
    }

    /** What holds the value, from {@link #start} on; valid until the next {@link #seek}. */
    public byte[] bytes() {
        copyBytes();
        return bytes;
    }

    /** Where the value begins in {@link #bytes}. */
    public int start() {
        copyBytes();
        return offsets[place] - base;
    }

    private void loadBlock(int row) {
        first = row & -BLOCK;
        rows = Math.min(BLOCK, vector.length() - first);
        present = vector.presence(first);
        vector.copyOffsets(first, rows, offsets);
        firstCopied = 0;
        endCopied = 0;
    }

    private void copyBytes() {
        if (place >= firstCopied && place < endCopied) {
            return;
        }
        base = offsets[place];
        int end = place + 1;
        while (end < rows && offsets[end + 1] - base <= FEW_BYTES) {
            end++;
        }
        int count = offsets[end] - base;
        if (count > bytes.length) {
            bytes = new byte[Math.max(count, Math.min(FEW_BYTES, 2 * bytes.length))];
        }
        vector.copyBytes(base, count, bytes);
        firstCopied = place;
        endCopied = end;
    }
}
