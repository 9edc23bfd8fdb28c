package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A state with the counts of the records since the one before it.
 *
 * @param stream whose records it covers; empty for those of all streams of its lane
 * @param state opaque; goes back to the source as it came
 * @param records records of its scope since the checkpoint before it, as written: after filters,
 *     without rejected ones
 * @param checksum sum of the row hashes of these records; see {@link
 *     io.millrace.protocol.batch.RowHasher}
 */
public record Checkpoint(
        Optional<StreamName> stream, JsonNode state, long records, long checksum) {}
