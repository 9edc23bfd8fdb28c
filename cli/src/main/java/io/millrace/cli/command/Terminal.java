package io.millrace.cli.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a command gets from the process it runs in.
 *
 * @param output the result, and nothing else
 * @param errors progress, logs and errors
 * @param environment a variable's value, null where it is not set
 * @param interactive whether standard error is a terminal
 */
public record Terminal(
        PrintStream output,
        PrintStream errors,
        UnaryOperator<@Nullable String> environment,
        boolean interactive) {

    /** {@code MILLRACE_HOME}: logs, caches, local state. */
    public Path home() {
        String home = environment.apply("MILLRACE_HOME");
        return home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".millrace")
                : Path.of(home).toAbsolutePath();
    }

    /** {@code MILLRACE_CACHE}, by default below {@link #home}. */
    public Path cache() {
        String cache = environment.apply("MILLRACE_CACHE");
        return cache == null || cache.isBlank()
                ? home().resolve("cache")
                : Path.of(cache).toAbsolutePath();
    }

    /** Stands still at {@code MILLRACE_NOW} where that is set. */
    public Clock clock() {
        return heldNow().map(now -> Clock.fixed(now, ZoneOffset.UTC)).orElseGet(Clock::systemUTC);
    }

    /** Waits, or doesn't while the clock is held. */
    public void pause(Duration duration) throws InterruptedException {
        if (heldNow().isEmpty()) {
            Thread.sleep(duration);
        }
    }

    private Optional<Instant> heldNow() {
        String now = environment.apply("MILLRACE_NOW");
        if (now == null || now.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(java.time.OffsetDateTime.parse(now).toInstant());
        } catch (DateTimeParseException e) {
            throw new UsageException(
                    "MILLRACE_NOW is \"%s\"; it is an instant such as 2026-11-21T09:00:00Z."
                            .formatted(now),
                    e);
        }
    }
}
