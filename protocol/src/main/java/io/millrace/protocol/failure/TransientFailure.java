package io.millrace.protocol.failure;

import org.jspecify.annotations.Nullable;

/** Time may mend it: wait and try again. */
public final class TransientFailure extends SyncFailure {
    public TransientFailure(String message) {
        this(message, "");
    }

    public TransientFailure(String message, String detail) {
        this(message, detail, null);
    }

    public TransientFailure(String message, String detail, @Nullable Throwable cause) {
        super(message, detail, cause);
    }

    @Override
    public FailureType failureType() {
        return FailureType.TRANSIENT_ERROR;
    }
}
