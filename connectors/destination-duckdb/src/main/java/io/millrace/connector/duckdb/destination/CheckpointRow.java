package io.millrace.connector.duckdb.destination;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.SyncMode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the file knows of a stream of a pipeline: its ownership of a table, and how far it came.
 *
 * @param complete whether {@code generation} was finished; true also after a reset, since nothing
 *     of it is to be gone on with
 * @param state JSON text; empty at the beginning of a generation and after a reset
 * @param loading the table that holds the generation until it is swapped in
 * @param columns the name that each column of the source was given
 * @param details JSON text
 */
record CheckpointRow(
        String pipeline,
        StreamName stream,
        long generation,
        boolean complete,
        Optional<String> state,
        boolean globalState,
        long records,
        TableName table,
        Optional<String> loading,
        SyncMode mode,
        Map<String, String> columns,
        String details,
        Instant committedAt) {

    CheckpointRow {
        columns = Map.copyOf(columns);
    }

    StoredCheckpoint stored() {
        JsonMapper json = JsonMapper.shared();
        return new StoredCheckpoint(
                stream,
                generation,
                complete,
                state.map(json::readTree),
                globalState,
                records,
                table.toString(),
                mode,
                json.readTree(details),
                committedAt);
    }
}
