package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Definition;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a requester waits for a server; the engine's own limits where it doesn't say.
 *
 * @param connect for a connection
 * @param silence before or within an answer
 */
record Patience(Optional<Duration> connect, Optional<Duration> silence) {
    static final Patience USUAL = new Patience(Optional.empty(), Optional.empty());

    static Patience compile(Definition requester) {
        return new Patience(
                seconds(requester, "connect_timeout_in_seconds"),
                seconds(requester, "read_timeout_in_seconds"));
    }

    private static Optional<Duration> seconds(Definition requester, String field) {
        Object value = requester.value(field);
        if (value == null) {
            return Optional.empty();
        }
        double seconds = Python.toReal(value);
        if (!(seconds > 0) || seconds > Integer.MAX_VALUE) {
            throw requester.malformed(field, "a number of seconds above zero");
        }
        // Less than a millisecond would mean for ever to sockets.
        return Optional.of(Duration.ofMillis(Math.max(1, (long) (seconds * 1000))));
    }
}
