package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a destination durably knows of one stream of a pipeline.
 *
 * @param stream the stream's name at the source
 * @param generation the newest generation that anything was committed for; 0 before the first
 * @param generationComplete whether that generation was finished (and, where it replaces, swapped
 *     in)
 * @param state the newest durable state of that generation; empty at its beginning, and after a
 *     reset
 * @param globalState whether {@code state} is the state of all streams together
 * @param recordsCommitted records committed for that generation so far
 * @param table the table as a person would name it
 * @param mode the sync mode it was written in
 * @param details what else the sync loop wants kept with it, such as the schema and the
 *     configuration it was read with
 * @param committedAt when, by the destination's clock, which decides nothing
 */
public record StoredCheckpoint(
        StreamName stream,
        long generation,
        boolean generationComplete,
        Optional<JsonNode> state,
        boolean globalState,
        long recordsCommitted,
        String table,
        SyncMode mode,
        JsonNode details,
        Instant committedAt) {}
