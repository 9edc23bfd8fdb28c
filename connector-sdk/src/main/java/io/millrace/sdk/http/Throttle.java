package io.millrace.sdk.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is known of how much an API takes from one set of credentials, shared by all requesters that
 * use them. It keeps all of them from sending while the API asks to wait, and lets fewer requests
 * run at the same time after each complaint, more again as they succeed. Safe for all threads.
 */
public final class Throttle {
    /** More than there are connections to one host, so that it is no limit until a complaint. */
    private static final int UNLIMITED = 64;

    /** A longer pause is left to whoever sends, who may rather give up. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private static final Duration LONGEST_BY_HEADERS = Duration.ofMinutes(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private Instant openAt = Instant.MIN;
    private int limit = UNLIMITED;
    private int running;
    private int successes;

    /** Returns when a request may be sent. Each call is followed by one of {@link #leave}. */
    public void enter(InstantSource clock, Pause pause) throws InterruptedException {
        awaitOpening(clock, pause);
        lock.lockInterruptibly();
        try {
            while (running >= limit) {
                freed.await();
            }
            running++;
        } finally {
            lock.unlock();
        }
    }

    private void awaitOpening(InstantSource clock, Pause pause) throws InterruptedException {
        while (true) {
            Instant until = openAt();
            Instant now = clock.instant();
            if (!until.isAfter(now)) {
                return;
            }
            pause.sleep(Duration.between(now, until));
            if (!clock.instant().isAfter(now)) {
                // A test holds the clock: it would never open.
                return;
            }
        }
    }

    private Instant openAt() {
        lock.lock();
        try {
            return openAt;
        } finally {
            lock.unlock();
        }
    }

    /** The request has been answered, or not. */
    public void leave() {
        lock.lock();
        try {
            running--;
            freed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The API took a request without complaint. */
    public void succeeded() {
        lock.lock();
        try {
            if (limit < UNLIMITED && ++successes >= limit) {
                successes = 0;
                limit++;
                freed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The API complained about too many requests, and has to be left alone for {@code wait}. */
    public void limited(Duration wait, InstantSource clock) {
        lock.lock();
        try {
            limit = Math.max(1, Math.min(limit, running + 1) / 2);
            successes = 0;
            if (wait.compareTo(LONGEST) <= 0) {
                close(clock.instant().plus(wait));
            }
        } finally {
            lock.unlock();
        }
    }

    private void close(Instant until) {
        if (until.isAfter(openAt)) {
            openAt = until;
        }
    }

    /**
     * Takes in the headers by which APIs tell how many calls are left: where none is, the next ones
     * wait for the reset rather than run into a complaint, if that isn't long.
     */
    public void observe(Headers headers, InstantSource clock) {
        Optional<String> remaining =
                headers.find("X-RateLimit-Remaining").or(() -> headers.find("RateLimit-Remaining"));
        if (remaining.isEmpty() || !remaining.get().strip().equals("0")) {
            return;
        }
        Instant now = clock.instant();
        headers.find("X-RateLimit-Reset")
                .or(() -> headers.find("RateLimit-Reset"))
                .or(() -> headers.find("Retry-After"))
                .flatMap(value -> parse(value.strip(), now))
                .filter(until -> Duration.between(now, until).compareTo(LONGEST_BY_HEADERS) <= 0)
                .ifPresent(until -> {
                    lock.lock();
                    try {
                        close(until);
                    } finally {
                        lock.unlock();
                    }
                });
    }

    /** How long the API asks to wait in its Retry-After header. */
    public static Optional<Duration> retryAfter(Headers headers, Instant now) {
        return headers.find("Retry-After")
                .flatMap(value -> parse(value.strip(), now))
                .map(until -> Duration.between(now, until))
                .filter(Duration::isPositive);
    }

    /** Seconds from now, seconds or milliseconds of the epoch, or a date of HTTP. */
    private static Optional<Instant> parse(String value, Instant now) {
        try {
            double number = Double.parseDouble(value);
            if (!(number >= 0 && number < 1e14)) {
                return Optional.empty();
            }
            long millis = Math.round(number * 1000);
            if (number < 1e8) {
                return Optional.of(now.plusMillis(millis));
            }
            return Optional.of(
                    number < 1e11
                            ? Instant.ofEpochMilli(millis)
                            : Instant.ofEpochMilli(Math.round(number)));
        } catch (NumberFormatException _) {
            return date(value);
        }
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.of(
                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
