package io.millrace.protocol.message;

import io.millrace.protocol.json.OpenValue;
import java.util.Locale;
import java.util.Optional;

/** How a source reads a stream: the {@code sync_mode} of the wire. */
public enum SourceSyncMode {
    FULL_REFRESH,
    INCREMENTAL;

    /** As on the wire: {@code full_refresh}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public OpenValue<SourceSyncMode> open() {
        return new OpenValue<>(Optional.of(this), text());
    }
}
