package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A stream that a source offers.
 *
 * @param primaryKey the columns of the key that the source knows, in order; empty where it knows
 *     none. A path of several names leads into a JSON column
 * @param defaultCursor the path of the cursor that is taken where the user names none; empty where
 *     there is none
 * @param sourceDefinedCursor whether the source follows changes by itself, so that the user can't
 *     choose a cursor
 * @param incremental whether it can be read from a state on
 * @param resumable whether a full refresh can go on from a state
 * @param rowsOnce whether incremental reads never give the same row twice unless it was written in
 *     between: then an append mode that holds it twice has doubled it
 * @param jsonSchema the schema as the source gave it, if it gave one; else it is made of the
 *     columns
 */
public record StreamDescription(
        StreamName name,
        StreamSchema schema,
        List<List<String>> primaryKey,
        List<String> defaultCursor,
        boolean sourceDefinedCursor,
        boolean incremental,
        boolean resumable,
        boolean rowsOnce,
        Optional<JsonNode> jsonSchema) {

    public StreamDescription {
        primaryKey = primaryKey.stream().map(List::copyOf).toList();
        defaultCursor = List.copyOf(defaultCursor);
    }

    /** A stream that is only read as a whole, without a key. */
    public static StreamDescription of(StreamName name, StreamSchema schema) {
        return new StreamDescription(
                name, schema, List.of(), List.of(), false, false, false, false, Optional.empty());
    }

    public StreamDescription withPrimaryKey(List<List<String>> newPrimaryKey) {
        return new StreamDescription(
                name,
                schema,
                newPrimaryKey,
                defaultCursor,
                sourceDefinedCursor,
                incremental,
                resumable,
                rowsOnce,
                jsonSchema);
    }

    public StreamDescription withSchema(StreamSchema newSchema) {
        return new StreamDescription(
                name,
                newSchema,
                primaryKey,
                defaultCursor,
                sourceDefinedCursor,
                incremental,
                resumable,
                rowsOnce,
                jsonSchema);
    }

    public StreamDescription withCursor(List<String> newDefaultCursor, boolean sourceDefined) {
        return new StreamDescription(
                name,
                schema,
                primaryKey,
                newDefaultCursor,
                sourceDefined,
                true,
                resumable,
                rowsOnce,
                jsonSchema);
    }

    public StreamDescription withResumable(boolean newResumable) {
        return new StreamDescription(
                name,
                schema,
                primaryKey,
                defaultCursor,
                sourceDefinedCursor,
                incremental,
                newResumable,
                rowsOnce,
                jsonSchema);
    }

    public StreamDescription withRowsOnce() {
        return new StreamDescription(
                name,
                schema,
                primaryKey,
                defaultCursor,
                sourceDefinedCursor,
                incremental,
                resumable,
                true,
                jsonSchema);
    }
}
