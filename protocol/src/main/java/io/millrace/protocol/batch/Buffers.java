package io.millrace.protocol.batch;

import java.lang.foreign.MemorySegment;

/** Growing blocks. */
final class Buffers {
    private Buffers() {}

    /**
     * A block of at least {@code needed} bytes that begins with the first {@code kept} bytes of
     * {@code old}, which is freed.
     */
    static MemorySegment grow(BatchMemory memory, MemorySegment old, long kept, long needed) {
        MemorySegment grown = memory.allocate(Math.max(needed, old.byteSize() * 2));
        MemorySegment.copy(old, 0, grown, 0, kept);
        memory.release(old);
        return grown;
    }
}
