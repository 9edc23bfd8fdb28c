package io.millrace.declarative.manifest;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.util.Map;

/** Whom the engine tells what isn't a record. Safe for all threads. */
@FunctionalInterface
public interface EngineLog {

    /** Tells the log. Never with a secret or a record (invariant 7). */
    void log(LogLevel level, String message);

    /**
     * Tells whoever watches that nothing happens for a while, and why. As {@link #log}, never with
     * a secret or a record.
     */
    default void waiting(String message) {
        log(LogLevel.WARN, message);
    }

    /** {@code message} without the secrets that are known by now (invariant 7). */
    default String masked(String message) {
        return message;
    }

    /** The API asked a stream to slow down; told when its waiting begins. */
    default void rateLimited(String streamName) {}

    /**
     * The configuration that has to be kept from now on, whole: tokens were renewed, or it was
     * migrated.
     */
    default void configuration(Map<String, Object> configuration) {}

    /**
     * From now on {@code secret} must not appear in any message, e.g. a token that was just issued
     * (invariant 7).
     */
    default void secret(String secret) {}

    /** Tells nobody. */
    static EngineLog none() {
        return (_, _) -> {};
    }
}
