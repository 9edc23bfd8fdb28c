package io.millrace.replication.sync;

import io.millrace.protocol.failure.TransientFailure;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Tries again what fails for a moment before a run has streams of which to make attempts: asking a
 * database that is starting for its tables, say. The waits are those between the attempts of a
 * sync; whoever gets no answer at all is not kept waiting for several times as long.
 */
public final class Patience {
    private static final Duration MOST = Duration.ofSeconds(15);

    private final SyncSettings settings;
    private final Consumer<String> warnings;

    /**
     * @param warnings hears why something is tried again
     */
    public Patience(SyncSettings settings, Consumer<String> warnings) {
        this.settings = settings;
        this.warnings = warnings;
    }

    /** What is tried. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws InterruptedException;
    }

    /** The outcome of {@code work}; its last failure after as many attempts as a sync makes. */
    public <T> T attempt(Work<T> work) throws InterruptedException {
        long end = System.nanoTime() + MOST.toNanos();
        var told = new FailedAttempt(settings.attempts());
        for (int failed = 1; ; failed++) {
            try {
                return work.run();
            } catch (TransientFailure failure) {
                Duration wait = settings.backOff(failed);
                if (failed >= settings.attempts() || System.nanoTime() + wait.toNanos() > end) {
                    throw failure;
                }
                warnings.accept(told.line(failed, failure.getMessage(), wait));
                settings.pause().sleep(wait);
            }
        }
    }
}
