package io.millrace.replication.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final List<Duration> pauses = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Patience patience =
            new Patience(SyncSettings.standard(Clock.systemUTC(), pauses::add), warnings::add);
    private int attempts;

    @Test
    void whatFailsForAMomentIsTriedAgain() throws InterruptedException {
        String outcome =
                patience.attempt(() -> {
                    if (++attempts < 4) {
                        throw new TransientFailure("The server is starting up.");
                    }
                    return "there";
                });
        assertThat(outcome).isEqualTo("there");
        assertThat(pauses).hasSize(3).isSorted();
        assertThat(warnings)
                .hasSize(3)
                .first()
                .asString()
                .startsWith("Attempt 1 of 5 failed: The server is starting up. The next one");
        assertThat(warnings.getLast()).startsWith("Attempt 3 of 5 failed in the same way.");
    }

    @Test
    void whatStaysIsToldAfterAsManyAttemptsAsASyncMakes() {
        assertThatThrownBy(() ->
                        patience.attempt(() -> {
                            attempts++;
                            throw new TransientFailure("Nobody there.");
                        }))
                .isInstanceOf(TransientFailure.class);
        assertThat(attempts).isEqualTo(5);
    }

    @Test
    void whatTheUserMustMendIsToldAtOnce() {
        assertThatThrownBy(() ->
                        patience.attempt(() -> {
                            attempts++;
                            throw new ConfigurationFailure("Wrong password.");
                        }))
                .isInstanceOf(ConfigurationFailure.class);
        assertThat(attempts).isEqualTo(1);
        assertThat(warnings).isEmpty();
    }
}
