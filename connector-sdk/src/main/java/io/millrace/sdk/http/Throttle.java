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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final Pattern REMAINING = Pattern.compile("\\b(?:r|remaining)=(\\d{1,18})");
    private static final Pattern RESET = Pattern.compile("\\b(?:t|reset)=(\\d{1,18})");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private Instant openAt = Instant.MIN;
    private int limit = UNLIMITED;
    private int running;
    private int successes;

    /** Calls that the API said it would still take until {@link #leftUntil}, without those sent. */
    private long left = Long.MAX_VALUE;

    private Instant leftUntil = Instant.MIN;

    /** Returns when a request may be sent. Each call is followed by one of {@link #leave}. */
    public void enter(InstantSource clock, Pause pause) throws InterruptedException {
        do {
            awaitOpening(clock, pause);
        } while (!tryEnter(clock));
    }

    private boolean tryEnter(InstantSource clock) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (running >= limit) {
                freed.await();
            }
            if (left <= 0) {
                left = Long.MAX_VALUE;
                if (leftUntil.isAfter(clock.instant())) {
                    close(leftUntil);
                    return false;
                }
            }
            if (left < Long.MAX_VALUE) {
                left--;
            }
            running++;
            return true;
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
     * Takes in the headers by which APIs tell how many calls are left: no more than those are sent,
     * and the next ones wait for the reset rather than run into a complaint, if that isn't long.
     * For the request that was answered, before it leaves.
     */
    public void observe(Headers headers, InstantSource clock) {
        Optional<Long> remaining =
                headers.find("X-RateLimit-Remaining")
                        .or(() -> headers.find("RateLimit-Remaining"))
                        .or(() -> member(headers, REMAINING))
                        .flatMap(Throttle::count);
        if (remaining.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        Optional<Instant> reset =
                headers.find("X-RateLimit-Reset")
                        .or(() -> headers.find("RateLimit-Reset"))
                        .or(() -> member(headers, RESET))
                        .or(() -> headers.find("Retry-After"))
                        .flatMap(value -> parse(value.strip(), now))
                        .filter(until ->
                                Duration.between(now, until).compareTo(LONGEST_BY_HEADERS) <= 0);
        lock.lock();
        try {
            left = Long.MAX_VALUE;
            if (reset.isEmpty()) {
                return;
            }
            if (remaining.get() <= 0) {
                close(reset.get());
            } else {
                // The others that are on their way may not be in the API's count yet.
                left = Math.max(0, remaining.get() - (running - 1));
                leftUntil = reset.get();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A member of the one header that newer drafts of the IETF have for all of it. */
    private static Optional<String> member(Headers headers, Pattern name) {
        return headers.find("RateLimit")
                .map(name::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1));
    }

    private static Optional<Long> count(String value) {
        try {
            return Optional.of(Long.valueOf(value.strip()));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
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
