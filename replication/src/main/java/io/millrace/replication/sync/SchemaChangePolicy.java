package io.millrace.replication.sync;

import java.util.Locale;
import java.util.Optional;

/** What becomes of a stream whose columns have changed at the source. */
public enum SchemaChangePolicy {
    /** New columns and new streams are added, types widened. */
    PROPAGATE,
    /** New columns are added, types widened; new streams are left out. */
    PROPAGATE_COLUMNS,
    /** Goes on with the columns that it knows. */
    IGNORE,
    /** The stream stops until the change is accepted. */
    PAUSE;

    public static Optional<SchemaChangePolicy> parse(String text) {
        for (SchemaChangePolicy policy : values()) {
            if (policy.text().equals(text)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }

    /** As in files: {@code propagate_columns}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
