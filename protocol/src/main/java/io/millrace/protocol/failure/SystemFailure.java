package io.millrace.protocol.failure;

import org.jspecify.annotations.Nullable;

/** We, or the author of a connector, are to mend it: stop, and keep the detail. */
public final class SystemFailure extends SyncFailure {
    public SystemFailure(String message) {
        this(message, "");
    }

    public SystemFailure(String message, String detail) {
        this(message, detail, null);
    }

    public SystemFailure(String message, String detail, @Nullable Throwable cause) {
        super(message, detail, cause);
    }

    @Override
    public FailureType failureType() {
        return FailureType.SYSTEM_ERROR;
    }
}
