package io.millrace.protocol.batch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that batches of one sync may take: a budget in bytes, and a pool of freed blocks. Safe
 * for all threads.
 *
 * <p>Only the start of a batch waits for room ({@link #awaitRoom}); the growth of one that was
 * started is granted, since its producer could otherwise wait for ever for memory that only its own
 * batch would free. Batches are bounded in bytes, so the budget is exceeded by one batch of each
 * producer at the most.
 */
public final class BatchMemory {
    private static final int SMALLEST_POOLED = 16; // 64 KiB: below, malloc is quick by itself
    private static final int LARGEST_POOLED = 27; // 128 MiB

    private final long limit;
    private final long pooledLimit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roomMade = lock.newCondition();
    private final ArrayDeque<MemorySegment>[] pool = newPool();
    private long used;
    private long pooled;
    private long highest;

    /**
     * @param limit bytes that batches may hold together before {@link #awaitRoom} blocks
     */
    public BatchMemory(long limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("a memory budget is positive");
        }
        this.limit = limit;
        this.pooledLimit = limit / 2;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // generic arrays can't be made otherwise
    private static ArrayDeque<MemorySegment>[] newPool() {
        var pool = new ArrayDeque[LARGEST_POOLED + 1];
        for (int i = SMALLEST_POOLED; i <= LARGEST_POOLED; i++) {
            pool[i] = new ArrayDeque<MemorySegment>();
        }
        return pool;
    }

    /** Blocks until batches hold less than the limit. */
    public void awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (used >= limit) {
                roomMade.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that are handed out now. */
    public long used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    /** The most bytes that were ever handed out at a time. */
    public long highest() {
        lock.lock();
        try {
            return highest;
        } finally {
            lock.unlock();
        }
    }

    public long limit() {
        return limit;
    }

    /**
     * A block of at least {@code size} bytes, a multiple of eight, of arbitrary content; never
     * blocks.
     */
    MemorySegment allocate(long size) {
        int sizeClass = sizeClass(size);
        long rounded = sizeClass > LARGEST_POOLED ? (size + 7) & -8 : 1L << sizeClass;
        lock.lock();
        try {
            used += rounded;
            highest = Math.max(highest, used);
            if (sizeClass >= SMALLEST_POOLED && sizeClass <= LARGEST_POOLED) {
                MemorySegment recycled = pool[sizeClass].pollLast();
                if (recycled != null) {
                    pooled -= rounded;
                    return recycled;
                }
            }
        } finally {
            lock.unlock();
        }
        return NativeMemory.allocate(rounded);
    }

    /** Takes back a block that {@link #allocate} gave. */
    void release(MemorySegment block) {
        long size = block.byteSize();
        int sizeClass = sizeClass(size);
        lock.lock();
        try {
            used -= size;
            if (used < limit) {
                roomMade.signalAll();
            }
            if (sizeClass >= SMALLEST_POOLED
                    && sizeClass <= LARGEST_POOLED
                    && pooled + size <= pooledLimit) {
                pooled += size;
                pool[sizeClass].addLast(block);
                return;
            }
        } finally {
            lock.unlock();
        }
        NativeMemory.free(block);
    }

    /** Gives pooled blocks back to the system. Blocks that are still in use stay valid. */
    public void trim() {
        lock.lock();
        try {
            for (int i = SMALLEST_POOLED; i <= LARGEST_POOLED; i++) {
                pool[i].forEach(NativeMemory::free);
                pool[i].clear();
            }
            pooled = 0;
        } finally {
            lock.unlock();
        }
    }

    private static int sizeClass(long size) {
        return size <= 256 ? 8 : 64 - Long.numberOfLeadingZeros(size - 1);
    }
}
