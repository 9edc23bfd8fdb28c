package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.util.Optional;

/** Something for the log; never holds a secret (invariant 7). */
public record LogMessage(
        OpenValue<Level> level,
        String message,
        Optional<String> stackTrace,
        Additional additional,
        Additional envelope)
        implements Message {

    public static LogMessage of(Level level, String message) {
        return new LogMessage(
                new OpenValue<>(Optional.of(level), level.name()),
                message,
                Optional.empty(),
                Additional.NONE,
                Additional.NONE);
    }

    /** Severities, from the gravest. */
    public enum Level {
        FATAL,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
