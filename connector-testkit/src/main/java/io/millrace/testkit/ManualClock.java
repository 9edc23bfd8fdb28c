package io.millrace.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that stands still until a test moves it. Clocks derived by {@link #withZone} move
 * together with this one. Any thread may read and move it.
 */
public final class ManualClock extends Clock {
    private final Hand hand;
    private final ZoneId zone;

    private ManualClock(Hand hand, ZoneId zone) {
        this.hand = hand;
        this.zone = zone;
    }

    /** A clock in UTC that stands at {@code start}. */
    public static ManualClock at(Instant start) {
        return new ManualClock(new Hand(start), ZoneOffset.UTC);
    }

    /**
     * A clock in UTC that stands at {@code start}, an RFC 3339 instant such as {@code
     * 2026-03-29T01:00:00Z}.
     */
    public static ManualClock at(String start) {
        return at(Instant.parse(start));
    }

    /**
     * Moves the clock by {@code amount}, backwards where it is negative, and returns the new time.
     */
    public Instant advance(Duration amount) {
        return hand.advance(amount);
    }

    /** Moves the clock to {@code instant}, which may lie in its past. */
    public void set(Instant instant) {
        hand.set(instant);
    }

    @Override
    public Instant instant() {
        return hand.read();
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId newZone) {
        return new ManualClock(hand, newZone);
    }

    /** What the clocks of all zones share. */
    private static final class Hand {
        private Instant now;

        Hand(Instant now) {
            this.now = now;
        }

        synchronized Instant read() {
            return now;
        }

        synchronized void set(Instant instant) {
            now = instant;
        }

        synchronized Instant advance(Duration amount) {
            now = now.plus(amount);
            return now;
        }
    }
}
