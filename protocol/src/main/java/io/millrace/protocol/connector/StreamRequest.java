package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What is to be read of one stream.
 *
 * @param stream as discovered
 * @param schema the columns to read, a selection of the stream's, in the order in which batches
 *     carry them
 * @param syncMode as the user chose it; the source looks at whether it is incremental, and whether
 *     null cursors come again (the deduplicated ones)
 * @param cursor path of the cursor; empty where the source defines it or the mode has none
 * @param primaryKey the key in force; paths, see {@link StreamDescription}
 * @param state where to go on, as given to {@link StreamOutput#checkpoint} before; empty for the
 *     beginning
 * @param purpose a sync, or a comparison
 */
public record StreamRequest(
        StreamDescription stream,
        StreamSchema schema,
        SyncMode syncMode,
        List<String> cursor,
        List<List<String>> primaryKey,
        Optional<JsonNode> state,
        Purpose purpose) {

    public StreamRequest {
        cursor = List.copyOf(cursor);
        primaryKey = primaryKey.stream().map(List::copyOf).toList();
    }

    public StreamName name() {
        return stream.name();
    }

    /** Why the stream is read. */
    public enum Purpose {
        /** Reads what is new since the state. */
        SYNC,

        /**
         * Reads everything that a destination should hold when {@code state} was its last
         * checkpoint: for incremental modes the rows up to the state's cursor, those with a null
         * cursor included; for the others all rows. Checkpoints are not asked for.
         */
        COMPARE,

        /** Reads the first records, and is stopped by an interrupt when there are enough. */
        PREVIEW
    }
}
