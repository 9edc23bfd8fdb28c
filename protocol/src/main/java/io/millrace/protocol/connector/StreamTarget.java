package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;

/**
 * One stream as a destination sees it.
 *
 * @param source the stream's name at the source: its identity, also in checkpoints
 * @param target where it goes: the namespace (empty: the destination's own default) and the name,
 *     prefix included
 * @param schema its columns after selection and mappers
 * @param syncMode what is to become of the rows
 * @param primaryKey columns of the key, in order, not empty in deduplicated modes
 * @param cursor the column that orders versions of a row, where there is one
 * @param generation the generation that rows of this run belong to; see {@link #replace}
 * @param replace whether rows of earlier generations are to be gone once this generation is
 *     complete. Until then they stay as they are, and this generation is written beside them
 */
public record StreamTarget(
        StreamName source,
        StreamName target,
        StreamSchema schema,
        SyncMode syncMode,
        List<String> primaryKey,
        Optional<String> cursor,
        long generation,
        boolean replace) {

    public StreamTarget {
        primaryKey = List.copyOf(primaryKey);
    }

    public StreamTarget withSchema(StreamSchema newSchema) {
        return new StreamTarget(
                source, target, newSchema, syncMode, primaryKey, cursor, generation, replace);
    }

    public StreamTarget withGeneration(long newGeneration, boolean newReplace) {
        return new StreamTarget(
                source, target, schema, syncMode, primaryKey, cursor, newGeneration, newReplace);
    }
}
