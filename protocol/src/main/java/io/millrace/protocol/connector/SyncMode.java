package io.millrace.protocol.connector;

import java.util.Locale;
import java.util.Optional;

/** How a stream is synced; names as in the API (reference: api 3.2, protocol 4.1). */
public enum SyncMode {
    FULL_REFRESH_OVERWRITE(false, true, false),
    FULL_REFRESH_APPEND(false, false, false),
    FULL_REFRESH_OVERWRITE_DEDUPED(false, true, true),
    INCREMENTAL_APPEND(true, false, false),
    INCREMENTAL_DEDUPED_HISTORY(true, false, true);

    private final boolean incremental;
    private final boolean overwrite;
    private final boolean deduplicated;

    SyncMode(boolean incremental, boolean overwrite, boolean deduplicated) {
        this.incremental = incremental;
        this.overwrite = overwrite;
        this.deduplicated = deduplicated;
    }

    /** Whether a sync reads only what is new since the last one. */
    public boolean incremental() {
        return incremental;
    }

    /** Whether a complete sync replaces everything that earlier ones landed. */
    public boolean overwrite() {
        return overwrite;
    }

    /** Whether one row per primary key lands: the newest. */
    public boolean deduplicated() {
        return deduplicated;
    }

    /** As in files and the API: {@code full_refresh_overwrite}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<SyncMode> parse(String text) {
        for (SyncMode mode : values()) {
            if (mode.text().equals(text)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
