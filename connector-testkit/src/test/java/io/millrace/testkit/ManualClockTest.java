package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class ManualClockTest {
    private final ManualClock clock = ManualClock.at("2026-03-29T00:59:59Z");

    @Test
    void standsStillUntilItIsMoved() {
        assertThat(clock.instant()).isEqualTo(clock.instant());
        assertThat(clock.advance(Duration.ofSeconds(1)))
                .isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
    }

    @Test
    void movesTheClocksOfOtherZonesWithIt() {
        Clock berlin = clock.withZone(ZoneId.of("Europe/Berlin"));
        clock.set(Instant.EPOCH);
        assertThat(berlin.instant()).isEqualTo(Instant.EPOCH);
        assertThat(berlin.getZone()).isEqualTo(ZoneId.of("Europe/Berlin"));
    }
}
