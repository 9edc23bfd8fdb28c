package io.millrace.sdk.http;

import io.millrace.protocol.failure.SystemFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How many calls may be made in what time. Not safe for threads: {@link RateLimit} guards it. */
public sealed interface CallRate {

    /**
     * Counts a call if there is room for it.
     *
     * @return how long to wait before it may be asked for again; empty if it was counted
     */
    Optional<Duration> acquire(int weight, Instant now);

    /**
     * Takes in what the API said.
     *
     * @param remaining how many calls the API has left for us
     * @param reset when it will have all of them again
     */
    void update(OptionalInt remaining, Optional<Instant> reset, Instant now);

    /** No limit: it exempts requests from the policies after it. */
    record Unlimited() implements CallRate {
        @Override
        public Optional<Duration> acquire(int weight, Instant now) {
            return Optional.empty();
        }

        @Override
        public void update(OptionalInt remaining, Optional<Instant> reset, Instant now) {
            // Nothing is counted.
        }
    }

    /** So many calls from one instant to the next, all of which come back at once. */
    final class FixedWindow implements CallRate {
        private final int limit;
        private final Duration period;
        private Instant end;
        private int used;

        /** The first window begins now, where the reference lets it end in ten days. */
        public FixedWindow(int limit, Duration period, Instant now) {
            this.limit = limit;
            this.period = period;
            this.end = now.plus(period);
        }

        @Override
        public Optional<Duration> acquire(int weight, Instant now) {
            checkWeight(weight, limit);
            advance(now);
            if (used + weight > limit) {
                return Optional.of(Duration.between(now, end).plusMillis(1));
            }
            used += weight;
            return Optional.empty();
        }

        private void advance(Instant now) {
            if (now.isAfter(end)) {
                long periods = Duration.between(end, now).dividedBy(period) + 1;
                end = end.plus(period.multipliedBy(periods));
                used = 0;
            }
        }

        /** Only fewer calls count: a manifest may allow less than the API does. */
        @Override
        public void update(OptionalInt remaining, Optional<Instant> reset, Instant now) {
            advance(now);
            if (remaining.isPresent() && limit - used > remaining.getAsInt()) {
                used = limit - remaining.getAsInt();
            }
            reset.ifPresent(instant -> end = instant);
        }
    }

    /**
     * At most so many calls in any stretch of time of a length; several such rates hold at once.
     */
    final class MovingWindow implements CallRate {
        /** So many calls in any stretch of this length. */
        public record Rate(int limit, Duration interval) {}

        private record Entry(Instant at, int weight) {}

        private final List<Rate> rates;
        private final Duration longest;
        private final int smallest;
        private final Deque<Entry> entries = new ArrayDeque<>();

        /** One rate at least. */
        public MovingWindow(List<Rate> rates) {
            this.rates = List.copyOf(rates);
            this.longest =
                    rates.stream().map(Rate::interval).max(Comparator.naturalOrder()).orElseThrow();
            this.smallest = rates.stream().mapToInt(Rate::limit).min().orElseThrow();
        }

        @Override
        public Optional<Duration> acquire(int weight, Instant now) {
            checkWeight(weight, smallest);
            forget(now);
            Duration wait = Duration.ZERO;
            for (Rate rate : rates) {
                Duration needed = waitFor(rate, weight, now);
                wait = needed.compareTo(wait) > 0 ? needed : wait;
            }
            if (wait.isPositive()) {
                return Optional.of(wait);
            }
            entries.addLast(new Entry(now, weight));
            return Optional.empty();
        }

        /** Until enough of the oldest calls have left the window. */
        private Duration waitFor(Rate rate, int weight, Instant now) {
            Instant start = now.minus(rate.interval());
            int used = used(start);
            for (Entry entry : entries) {
                if (used + weight <= rate.limit()) {
                    return Duration.ZERO;
                }
                if (entry.at().isBefore(start)) {
                    continue;
                }
                used -= entry.weight();
                if (used + weight <= rate.limit()) {
                    return Duration.between(start, entry.at()).plusMillis(1);
                }
            }
            return Duration.ZERO;
        }

        private int used(Instant start) {
            int used = 0;
            for (Entry entry : entries) {
                used += entry.at().isBefore(start) ? 0 : entry.weight();
            }
            return used;
        }

        private void forget(Instant now) {
            Instant start = now.minus(longest);
            while (!entries.isEmpty() && entries.getFirst().at().isBefore(start)) {
                entries.removeFirst();
            }
        }

        /** An API without calls left, that doesn't say until when: the window counts as full. */
        @Override
        public void update(OptionalInt remaining, Optional<Instant> reset, Instant now) {
            if (remaining.isEmpty() || remaining.getAsInt() != 0 || reset.isPresent()) {
                return;
            }
            forget(now);
            int free =
                    rates.stream()
                            .mapToInt(rate -> rate.limit() - used(now.minus(rate.interval())))
                            .min()
                            .orElseThrow();
            if (free > 0) {
                entries.addLast(new Entry(now, free));
            }
        }
    }

    private static void checkWeight(int weight, int limit) {
        if (weight > limit) {
            throw new SystemFailure(
                    ("A request is to count as %d calls, and the budget (api_budget in a manifest)"
                                    + " allows %d. Raise the limit or lower the weight.")
                            .formatted(weight, limit));
        }
    }
}
