package io.millrace.connector.postgres.source;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How streams are read.
 *
 * @param xmin whether incremental modes go by transactions in place of a cursor
 * @param partitions connections that read at a time
 * @param chunkBytes bytes on the server's disk that one query reads of a table
 * @param checkpointInterval how long after a checkpoint of a table the next one is due
 * @param lookback how far behind the last cursor value late rows are looked for
 */
record ReadSettings(
        List<String> schemas,
        boolean xmin,
        int partitions,
        long chunkBytes,
        Duration checkpointInterval,
        Optional<Duration> lookback) {
    ReadSettings {
        schemas = List.copyOf(schemas);
    }
}
