package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.util.Optional;

/** The answer to {@code check}. */
public record ConnectionStatusMessage(
        OpenValue<Status> status,
        Optional<String> message,
        Additional additional,
        Additional envelope)
        implements Message {

    public static ConnectionStatusMessage succeeded() {
        return of(Status.SUCCEEDED, Optional.empty());
    }

    public static ConnectionStatusMessage failed(String message) {
        return of(Status.FAILED, Optional.of(message));
    }

    private static ConnectionStatusMessage of(Status status, Optional<String> message) {
        return new ConnectionStatusMessage(
                new OpenValue<>(Optional.of(status), status.name()),
                message,
                Additional.NONE,
                Additional.NONE);
    }

    /** Whether the other end could be used. */
    public enum Status {
        SUCCEEDED,
        FAILED
    }
}
