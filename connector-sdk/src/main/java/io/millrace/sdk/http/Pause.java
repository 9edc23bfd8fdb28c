package io.millrace.sdk.http;

import java.time.Clock;
import java.time.Duration;

/** How to wait: really, or not at all while a test holds the clock. */
@FunctionalInterface
public interface Pause {

    /** Returns after {@code duration}; at once where it is zero or negative. */
    void sleep(Duration duration) throws InterruptedException;

    /** Waits as long as it is told to, but not where {@code clock} stands still. */
    static Pause by(Clock clock) {
        return clock.equals(Clock.fixed(clock.instant(), clock.getZone())) ? none() : real();
    }

    /** Waits as long as it is told to. */
    static Pause real() {
        return duration -> {
            if (duration.isPositive()) {
                Thread.sleep(duration);
            }
        };
    }

    /** Never waits, but notices an interrupt. */
    static Pause none() {
        return _ -> {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped");
            }
        };
    }
}
