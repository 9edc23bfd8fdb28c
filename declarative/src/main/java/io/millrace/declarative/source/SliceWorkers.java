package io.millrace.declarative.source;

import java.util.function.LongSupplier;

/**
 * How many slices may be read at the same time. Where the manifest leaves it to us, one more with
 * each hundred slices that were read, as long as the answers that all of them hold fit into the
 * memory; how many requests the API bears at a time is the business of its throttle. Short reads
 * stay at what the reference does, requests of different streams in about its order. Safe for all
 * threads.
 */
final class SliceWorkers {
    private static final int SLICES_FOR_ONE_MORE = 100;

    private final ConcurrencyLevel level;
    private final LongSupplier largestAnswer;
    private final long memory;
    private int running;
    private int done;

    /**
     * @param largestAnswer until now, in bytes
     * @param memory for the answers of all slices, in bytes
     */
    SliceWorkers(ConcurrencyLevel level, LongSupplier largestAnswer, long memory) {
        this.level = level;
        this.largestAnswer = largestAnswer;
        this.memory = memory;
    }

    /** Returns when a slice may be read. Each call is followed by one of {@link #end}. */
    synchronized void begin() throws InterruptedException {
        while (running >= allowed()) {
            wait();
        }
        running++;
    }

    /** A slice has been read, or not. */
    synchronized void end() {
        running--;
        done++;
        notifyAll();
    }

    private int allowed() {
        if (level.most() == level.first()) {
            return level.first();
        }
        long fitting = memory / Math.max(1, largestAnswer.getAsLong());
        return (int)
                Math.max(
                        level.first(),
                        Math.min(
                                Math.min(
                                        level.most(),
                                        (long) level.first() + done / SLICES_FOR_ONE_MORE),
                                fitting));
    }
}
