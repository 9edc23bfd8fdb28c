package io.millrace.replication.sync;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.StreamSchema;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * One stream as the user wants it synced; checked against the source's description.
 *
 * @param cursor path of the cursor in force; empty where the source defines it, or the mode has
 *     none
 * @param primaryKey paths of the key in force; not empty in deduplicated modes
 * @param fields the columns to take; empty for all
 * @param mappers in the API's shapes, applied in order
 * @param named whether the user named this very stream, rather than a pattern or nothing
 */
public record StreamConfiguration(
        StreamDescription stream,
        SyncMode mode,
        List<String> cursor,
        List<List<String>> primaryKey,
        Optional<List<String>> fields,
        List<JsonNode> mappers,
        boolean named) {

    public StreamConfiguration {
        cursor = List.copyOf(cursor);
        primaryKey = primaryKey.stream().map(List::copyOf).toList();
        fields = fields.map(List::copyOf);
        mappers = List.copyOf(mappers);
    }

    public StreamName name() {
        return stream.name();
    }

    /** The columns to read: the fields, and with them the key's and the cursor's. */
    public StreamSchema selectedSchema() {
        StreamSchema schema = stream.schema();
        if (fields.isEmpty()) {
            return schema;
        }
        Set<String> wanted = new HashSet<>(fields.get());
        primaryKey.forEach(path -> wanted.add(path.getFirst()));
        if (!cursor.isEmpty()) {
            wanted.add(cursor.getFirst());
        }
        return new StreamSchema(
                schema.columns().stream()
                        .filter(column -> wanted.contains(column.name()))
                        .toList());
    }
}
