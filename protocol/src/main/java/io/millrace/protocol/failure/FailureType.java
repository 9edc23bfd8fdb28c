package io.millrace.protocol.failure;

import java.util.Locale;

/** The three kinds of failure of the protocol (reference: protocol 1.6.8). */
public enum FailureType {
    CONFIG_ERROR,
    TRANSIENT_ERROR,
    SYSTEM_ERROR;

    /** As on the wire: {@code config_error}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
