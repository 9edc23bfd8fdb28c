package io.millrace.replication.sync;

import java.time.Duration;

/** Tells why something is tried again; the reason once, as long as it stays the same. */
final class FailedAttempt {
    private final int attempts;
    private String told = "";

    /**
     * @param attempts how many are made at most
     */
    FailedAttempt(int attempts) {
        this.attempts = attempts;
    }

    /**
     * A line for a person.
     *
     * @param failed how many failed until now
     * @param wait before the next one
     */
    String line(int failed, String reason, Duration wait) {
        boolean isKnown = reason.equals(told);
        told = reason;
        return "Attempt %d of %d failed%s The next one comes in %.1f s."
                .formatted(
                        failed,
                        attempts,
                        isKnown ? " in the same way." : ": " + reason,
                        wait.toMillis() / 1000.0);
    }
}
