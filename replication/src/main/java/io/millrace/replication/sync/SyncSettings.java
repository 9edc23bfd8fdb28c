package io.millrace.replication.sync;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

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
 * @param mask takes secrets out of what receipts keep (invariant 7)
 */
public record SyncSettings(
        Clock clock,
        Pause pause,
        long memoryBytes,
        int lanes,
        int attempts,
        Duration firstPause,
        Duration longestPause,
        UnaryOperator<String> mask) {

    /** Fit for two cores and a heap of half a gigabyte. */
    public static SyncSettings standard(Clock clock, Pause pause) {
        return new SyncSettings(
                clock,
                pause,
                192L << 20,
                4,
                5,
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                UnaryOperator.identity());
    }

    /**
     * How long to wait after so many failed attempts in a row: exponential, with jitter, of which
     * half is certain.
     */
    Duration backOff(int failedAttempts) {
        long full =
                Math.min(
                        longestPause.toMillis(),
                        firstPause.toMillis() << Math.min(failedAttempts - 1, 20));
        return Duration.ofMillis(full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1));
    }

    /** The same, with the texts of receipts changed by {@code newMask}. */
    public SyncSettings withMask(UnaryOperator<String> newMask) {
        return new SyncSettings(
                clock, pause, memoryBytes, lanes, attempts, firstPause, longestPause, newMask);
    }

    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }
}
