package io.millrace.protocol.failure;

import org.jspecify.annotations.Nullable;

/** The user can mend it: stop, and show it where it was configured. Never retried. */
public final class ConfigurationFailure extends SyncFailure {
    public ConfigurationFailure(String message) {
        this(message, "");
    }

    public ConfigurationFailure(String message, String detail) {
        this(message, detail, null);
    }

    public ConfigurationFailure(String message, String detail, @Nullable Throwable cause) {
        super(message, detail, cause);
    }

    @Override
    public FailureType failureType() {
        return FailureType.CONFIG_ERROR;
    }
}
