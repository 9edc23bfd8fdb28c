package io.millrace.declarative.http;

import io.millrace.protocol.failure.FailureType;
import java.util.Map;
import java.util.Optional;

/**
 * What to do about an answer, or about there being none.
 *
 * @param failureType who has to act if it comes to a failure
 * @param message for a person; may be empty
 */
record Resolution(Action action, FailureType failureType, String message) {
    static final Resolution SUCCESS = new Resolution(Action.SUCCESS, FailureType.SYSTEM_ERROR, "");

    /** What each status means where the manifest doesn't say (reference 3.5). */
    private static final Map<Integer, Resolution> BY_STATUS =
            Map.ofEntries(
                    entry(
                            400,
                            Action.FAIL,
                            FailureType.SYSTEM_ERROR,
                            "Bad request. Please check your request parameters."),
                    entry(
                            401,
                            Action.FAIL,
                            FailureType.CONFIG_ERROR,
                            "Unauthorized. Please ensure you are authenticated correctly."),
                    entry(
                            403,
                            Action.FAIL,
                            FailureType.CONFIG_ERROR,
                            "Forbidden. You don't have permission to access this resource."),
                    entry(
                            404,
                            Action.FAIL,
                            FailureType.SYSTEM_ERROR,
                            "Not found. The requested resource was not found on the server."),
                    entry(
                            405,
                            Action.FAIL,
                            FailureType.SYSTEM_ERROR,
                            "Method not allowed. Please check your request method."),
                    entry(408, Action.RETRY, FailureType.TRANSIENT_ERROR, "Request timeout."),
                    entry(
                            429,
                            Action.RATE_LIMITED,
                            FailureType.TRANSIENT_ERROR,
                            "Too many requests."),
                    entry(500, Action.RETRY, FailureType.TRANSIENT_ERROR, "Internal server error."),
                    entry(502, Action.RETRY, FailureType.TRANSIENT_ERROR, "Bad gateway."),
                    entry(503, Action.RETRY, FailureType.TRANSIENT_ERROR, "Service unavailable."),
                    entry(504, Action.RETRY, FailureType.TRANSIENT_ERROR, "Gateway timeout."));

    private static Map.Entry<Integer, Resolution> entry(
            int status, Action action, FailureType type, String error) {
        return Map.entry(
                status,
                new Resolution(
                        action, type, "HTTP Status Code: %d. Error: %s".formatted(status, error)));
    }

    /** Whether the message is what the status means by itself, and none of the manifest's. */
    boolean isByStatus(int status) {
        return findDefault(status).map(Resolution::message).filter(message::equals).isPresent();
    }

    static Optional<Resolution> findDefault(int status) {
        return Optional.ofNullable(BY_STATUS.get(status));
    }
}
