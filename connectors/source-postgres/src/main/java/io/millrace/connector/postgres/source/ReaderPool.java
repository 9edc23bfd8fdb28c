package io.millrace.connector.postgres.source;

import io.millrace.protocol.batch.ColumnBatch;
import java.util.concurrent.Semaphore;

/** How many read at a time, on which sessions. Safe for all threads. */
final class ReaderPool {
    /** What a reader may hold: a chunk that waits, a batch being filled, and what growing takes. */
    private static final long BYTES_OF_READER = 3 * ColumnBatch.MAX_BYTES;

    private final Sessions sessions;
    private final ReadSettings settings;
    private final Semaphore permits;
    private final int size;

    /**
     * @param memoryLimit the run's memory, of which readers that wait for each other must leave
     *     some
     */
    ReaderPool(Sessions sessions, ReadSettings settings, long memoryLimit) {
        this.sessions = sessions;
        this.settings = settings;
        this.size =
                (int) Math.max(1, Math.min(settings.partitions(), memoryLimit / BYTES_OF_READER));
        this.permits = new Semaphore(size);
    }

    int size() {
        return size;
    }

    Sessions sessions() {
        return sessions;
    }

    ReadSettings settings() {
        return settings;
    }

    /** Whether one more may read; it calls {@link #ended} when it does no more. */
    boolean tryStart() {
        return permits.tryAcquire();
    }

    void ended() {
        permits.release();
    }
}
