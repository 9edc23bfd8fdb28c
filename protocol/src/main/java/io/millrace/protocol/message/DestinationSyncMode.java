package io.millrace.protocol.message;

import io.millrace.protocol.json.OpenValue;
import java.util.Locale;
import java.util.Optional;

/** What a destination does with rows: the {@code destination_sync_mode} of the wire. */
public enum DestinationSyncMode {
    APPEND,
    OVERWRITE,
    APPEND_DEDUP,

    /** Only between platform and API; never given to a destination (reference: protocol 9.2). */
    OVERWRITE_DEDUP,
    UPDATE,
    SOFT_DELETE;

    /** As on the wire: {@code append_dedup}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public OpenValue<DestinationSyncMode> open() {
        return new OpenValue<>(Optional.of(this), text());
    }
}
