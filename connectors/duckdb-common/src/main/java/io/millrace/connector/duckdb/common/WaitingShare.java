package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.BatchMemory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much may wait in the lanes of a session until it is written. Half of the memory for batches
 * is theirs together, so that the other half always lets producers go on: so what counts is the
 * memory that batches hold, which for small ones is many times what is in them. For any thread.
 */
public final class WaitingShare {
    /** What waits in one lane at most, in bytes: two full batches, half of whose room is empty. */
    private static final long MOST = 128L << 20;

    private final AtomicInteger lanes = new AtomicInteger();

    /** One more lane shares. */
    public void join() {
        lanes.incrementAndGet();
    }

    /** A lane has ended. */
    public void leave() {
        lanes.decrementAndGet();
    }

    /** The bytes that what waits in each lane may hold now. */
    public long bytes(BatchMemory memory) {
        return Math.min(MOST, memory.limit() / 2 / Math.max(1, lanes.get()));
    }
}
