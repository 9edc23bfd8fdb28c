package io.millrace.sdk.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** A {@link CallRate} at which threads wait for their turn. Safe for all threads. */
public final class RateLimit {
    private static final Duration NOTICEABLE = Duration.ofMillis(5);

    private final CallRate rate;
    private final InstantSource clock;
    private final Pause pause;
    private final ReentrantLock lock = new ReentrantLock();
    private Duration skipped = Duration.ZERO;

    /**
     * @param rate belongs to this from then on
     */
    public RateLimit(CallRate rate, InstantSource clock, Pause pause) {
        this.rate = rate;
        this.clock = clock;
        this.pause = pause;
    }

    /** Returns when a call may be made, having counted it. */
    public void await(int weight) throws InterruptedException {
        while (true) {
            Optional<Duration> wait = locked(now -> rate.acquire(weight, now));
            if (wait.isEmpty()) {
                return;
            }
            Instant until = clock.instant().plus(wait.get());
            pause.sleep(wait.get());
            // While a test holds the clock, what was to be waited counts as having passed.
            Duration missing = Duration.between(clock.instant(), until);
            if (missing.compareTo(NOTICEABLE) > 0) {
                locked(_ -> {
                    skipped = skipped.plus(missing);
                    return true;
                });
            }
        }
    }

    /**
     * Takes in what the API said.
     *
     * @param remaining how many calls the API has left for us
     * @param reset when it will have all of them again
     */
    public void update(OptionalInt remaining, Optional<Instant> reset) {
        locked(now -> {
            rate.update(remaining, reset, now);
            return true;
        });
    }

    private <T> T locked(Function<Instant, T> counting) {
        lock.lock();
        try {
            return counting.apply(clock.instant().plus(skipped));
        } finally {
            lock.unlock();
        }
    }
}
