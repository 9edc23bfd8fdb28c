package io.millrace.connector.files.destination;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.SyncMode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What is committed of a stream.
 *
 * @param folder below the root, with {@code /} between namespace and stream
 * @param complete whether the generation was finished; true also after a reset
 * @param replaces whether the generation is written beside the folder and swapped in when complete
 * @param parts how many parts were ever committed: those with lower numbers count, others don't
 * @param columns the name that each column of the source was given
 */
record StreamState(
        StreamName stream,
        String folder,
        long generation,
        boolean complete,
        boolean replaces,
        Optional<JsonNode> state,
        boolean globalState,
        long records,
        long parts,
        SyncMode mode,
        Map<String, String> columns,
        JsonNode details,
        Instant committedAt) {

    StreamState {
        columns = Map.copyOf(columns);
    }

    StoredCheckpoint stored() {
        return new StoredCheckpoint(
                stream,
                generation,
                complete,
                state,
                globalState,
                records,
                folder,
                mode,
                details,
                committedAt);
    }

    StreamState withColumns(Map<String, String> newColumns) {
        return new StreamState(
                stream,
                folder,
                generation,
                complete,
                replaces,
                state,
                globalState,
                records,
                parts,
                mode,
                newColumns,
                details,
                committedAt);
    }

    /** After a checkpoint that covers {@code newRecords} more. */
    StreamState covered(
            Optional<JsonNode> newState, boolean global, long newRecords, JsonNode newDetails) {
        return new StreamState(
                stream,
                folder,
                generation,
                complete,
                replaces,
                newState,
                global,
                records + newRecords,
                parts,
                mode,
                columns,
                newDetails,
                committedAt);
    }

    StreamState withParts(long newParts, Instant now) {
        return new StreamState(
                stream,
                folder,
                generation,
                complete,
                replaces,
                state,
                globalState,
                records,
                newParts,
                mode,
                columns,
                details,
                now);
    }

    StreamState completed() {
        return new StreamState(
                stream,
                folder,
                generation,
                true,
                replaces,
                state,
                globalState,
                records,
                parts,
                mode,
                columns,
                details,
                committedAt);
    }
}
