package io.millrace.sdk.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.SystemFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CallRateTest {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    private static Instant at(double seconds) {
        return START.plusMillis(Math.round(seconds * 1000));
    }

    private static CallRate.MovingWindow moving(int limit, int seconds) {
        return new CallRate.MovingWindow(
                List.of(new CallRate.MovingWindow.Rate(limit, Duration.ofSeconds(seconds))));
    }

    /** Whoever waits as long as told is let through, and no window ever holds more than allowed. */
    @Test
    void noStretchOfTimeHoldsMoreCallsThanAllowed() {
        for (int limit = 1; limit <= 4; limit++) {
            for (int step = 0; step <= 7; step++) {
                var rate = moving(limit, 10);
                List<Instant> calls = new ArrayList<>();
                Instant now = START;
                for (int i = 0; i < 30; i++) {
                    Optional<Duration> wait = rate.acquire(1, now);
                    if (wait.isPresent()) {
                        now = now.plus(wait.get());
                        assertThat(rate.acquire(1, now)).as("after the wait").isEmpty();
                    }
                    calls.add(now);
                    now = now.plusSeconds(step);
                }
                for (Instant call : calls) {
                    long within =
                            calls.stream()
                                    .filter(other ->
                                            !other.isAfter(call)
                                                    && other.isAfter(call.minusSeconds(10)))
                                    .count();
                    assertThat(within)
                            .as("limit %d, step %d", limit, step)
                            .isLessThanOrEqualTo(limit);
                }
            }
        }
    }

    @Test
    void theTightestOfSeveralRatesDecides() {
        var rate =
                new CallRate.MovingWindow(
                        List.of(
                                new CallRate.MovingWindow.Rate(2, Duration.ofSeconds(1)),
                                new CallRate.MovingWindow.Rate(3, Duration.ofSeconds(60))));
        assertThat(rate.acquire(1, at(0))).isEmpty();
        assertThat(rate.acquire(1, at(0))).isEmpty();
        assertThat(rate.acquire(1, at(0)).orElseThrow())
                .isBetween(Duration.ofSeconds(1), Duration.ofMillis(1010));
        assertThat(rate.acquire(1, at(2))).isEmpty();
        assertThat(rate.acquire(1, at(4)).orElseThrow())
                .isBetween(Duration.ofSeconds(56), Duration.ofMillis(56_010));
        assertThatThrownBy(() -> rate.acquire(3, at(9))).isInstanceOf(SystemFailure.class);
    }

    @Test
    void anApiThatHasNoCallsLeftFillsTheWindow() {
        var rate = moving(3, 10);
        assertThat(rate.acquire(1, at(0))).isEmpty();
        rate.update(OptionalInt.of(0), Optional.empty(), at(1));
        assertThat(rate.acquire(1, at(2))).isPresent();
        assertThat(rate.acquire(1, at(11.1))).isEmpty();
    }

    @Test
    void aFixedWindowGivesAllCallsBackAtItsEnd() {
        var rate = new CallRate.FixedWindow(3, Duration.ofMinutes(1), START);
        assertThat(rate.acquire(2, at(10))).isEmpty();
        assertThat(rate.acquire(2, at(20)).orElseThrow())
                .isBetween(Duration.ofSeconds(40), Duration.ofMillis(40_010));
        assertThat(rate.acquire(1, at(20))).isEmpty();
        assertThat(rate.acquire(3, at(60.1))).isEmpty();
        assertThat(rate.acquire(3, at(400))).isEmpty();
        assertThatThrownBy(() -> rate.acquire(4, at(400))).isInstanceOf(SystemFailure.class);
    }

    @Test
    void theApiMovesTheEndOfAFixedWindowAndLowersWhatIsLeft() {
        var rate = new CallRate.FixedWindow(10, Duration.ofMinutes(1), START);
        rate.update(OptionalInt.of(1), Optional.of(at(5)), at(1));
        assertThat(rate.acquire(1, at(1))).isEmpty();
        assertThat(rate.acquire(1, at(2)).orElseThrow())
                .isBetween(Duration.ofSeconds(3), Duration.ofMillis(3010));
        // More than the manifest allows is not taken.
        rate.update(OptionalInt.of(100), Optional.empty(), at(2));
        assertThat(rate.acquire(1, at(2))).isPresent();
        assertThat(rate.acquire(10, at(5.1))).isEmpty();
    }
}
