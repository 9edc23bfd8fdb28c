package io.millrace.replication.sync;

import java.time.Clock;
import java.time.Duration;

/**
 * Bounds of a run.
 *
 * @param clock for times in receipts and rows; decides nothing
 * @param pause how the loop waits between attempts
 * @param memoryBytes what batches of the run may hold together
 * @param lanes streams that are written at the same time
 * @param attempts failed attempts in a row, without progress, after which a stream is given up
 * @param firstPause before the second attempt; doubles from then on, with jitter
 * @param longestPause the most that is waited
 */
public record SyncSettings(
        Clock clock,
        Pause pause,
        long memoryBytes,
        int lanes,
        int attempts,
        Duration firstPause,
        Duration longestPause) {

    /** Fit for two cores and a heap of half a gigabyte. */
    public static SyncSettings standard(Clock clock, Pause pause) {
        return new SyncSettings(
                clock, pause, 192L << 20, 4, 5, Duration.ofMillis(500), Duration.ofSeconds(30));
    }

    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }
}
