package io.millrace.declarative.http;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.FailureType;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** What is told about requests that went wrong. */
final class Messages {
    private static final int LONGEST = 500;

    private Messages() {}

    /** As much of what an API said as fits into a message. */
    static String shortened(String text) {
        String line = text.strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    /** Why there was no answer, for a person. */
    static String ofError(IOException error) {
        String text = String.valueOf(error.getMessage());
        return switch (error) {
            case UnknownHostException _ ->
                    "The host is not known (%s). Check the address and the network."
                            .formatted(text);
            case ConnectException _ ->
                    "No connection could be made: %s. Check the address, and whether the server runs."
                            .formatted(text);
            case SocketTimeoutException _ -> "The server did not answer in time.";
            case SSLException _ -> "No secure connection could be made: %s.".formatted(text);
            default -> "The connection failed: %s.".formatted(text);
        };
    }

    static SyncFailure failure(FailureType type, String message, String detail) {
        return switch (type) {
            case CONFIG_ERROR -> new ConfigurationFailure(message, detail);
            case TRANSIENT_ERROR -> new TransientFailure(message, detail);
            case SYSTEM_ERROR -> new SystemFailure(message, detail);
        };
    }
}
