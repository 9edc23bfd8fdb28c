package io.millrace.protocol.failure;

import org.jspecify.annotations.Nullable;

/**
 * Something that ends an operation. The message is for a person and names the next step; the detail
 * is for the log.
 */
public abstract sealed class SyncFailure extends RuntimeException
        permits ConfigurationFailure, TransientFailure, SystemFailure {
    private final String detail;

    SyncFailure(String message, String detail, @Nullable Throwable cause) {
        super(message, cause);
        this.detail = detail;
    }

    /** The message; never null, holds no secret and no stack trace. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** What happened, for us; may be empty. Holds no secret. */
    public final String detail() {
        return detail;
    }

    public abstract FailureType failureType();
}
