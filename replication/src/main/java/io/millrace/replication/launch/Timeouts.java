package io.millrace.replication.launch;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a connector outside of this process may take.
 *
 * @param check for the verbs {@code check} and {@code spec}, from start to end
 * @param discover for the verb {@code discover}, from start to end
 * @param heartbeat without a message while it reads, or without taking one or answering while it
 *     writes
 * @param stop from being asked to stop, or from having told everything, to the end of the process;
 *     where it was given, also from the end of a destination's input
 */
public record Timeouts(
        Duration check, Duration discover, Duration heartbeat, Optional<Duration> stop) {
    private static final Duration STOP = Duration.ofSeconds(60);

    /** The platform's (reference: protocol 9.4, 9.14). */
    public static final Timeouts DEFAULT =
            new Timeouts(
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(30),
                    Duration.ofHours(3),
                    Optional.empty());

    /** {@link #stop}, or a minute. */
    public Duration stopOrDefault() {
        return stop.orElse(STOP);
    }
}
