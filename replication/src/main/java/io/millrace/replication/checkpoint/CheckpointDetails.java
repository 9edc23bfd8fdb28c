package io.millrace.replication.checkpoint;

import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnTypes;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the sync loop keeps with each checkpoint beside the state: how the stream was read, so that
 * the next run knows whether the state still means the same.
 *
 * @param replace whether the generation is a refresh that replaces earlier ones
 * @param schema the source's columns that were read
 * @param globalSequence set where the state is one of all streams together; grows with each of them
 */
public record CheckpointDetails(
        SyncMode mode,
        List<String> cursor,
        List<List<String>> primaryKey,
        boolean replace,
        StreamSchema schema,
        Optional<Long> globalSequence) {

    /** The layout that this program writes; readers refuse newer ones. */
    public static final int FORMAT = 1;

    public JsonNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("format", FORMAT);
        node.put("mode", mode.text());
        cursor.forEach(node.putArray("cursor")::add);
        var keys = node.putArray("primary_key");
        for (List<String> path : primaryKey) {
            path.forEach(keys.addArray()::add);
        }
        node.put("replace", replace);
        globalSequence.ifPresent(sequence -> node.put("global_sequence", sequence));
        var columns = node.putArray("columns");
        for (Column column : schema.columns()) {
            ObjectNode entry = columns.addObject();
            entry.put("name", column.name());
            entry.put("type", ColumnTypes.text(column.type()));
            column.sourceType().ifPresent(type -> entry.put("source_type", type));
        }
        return node;
    }

    /** Empty where {@code node} was written by something else, or lacks a part. */
    public static Optional<CheckpointDetails> parse(JsonNode node) {
        Optional<SyncMode> mode = SyncMode.parse(node.path("mode").asString(""));
        if (mode.isEmpty() || !node.path("columns").isArray()) {
            return Optional.empty();
        }
        List<Column> columns = new ArrayList<>();
        for (JsonNode entry : node.path("columns")) {
            var type = ColumnTypes.parse(entry.path("type").asString(""));
            if (type.isEmpty()) {
                return Optional.empty();
            }
            columns.add(
                    new Column(
                            entry.path("name").asString(""),
                            type.get(),
                            entry.has("source_type")
                                    ? Optional.of(entry.path("source_type").asString(""))
                                    : Optional.empty()));
        }
        List<List<String>> keys = new ArrayList<>();
        for (JsonNode path : node.path("primary_key")) {
            keys.add(texts(path));
        }
        return Optional.of(
                new CheckpointDetails(
                        mode.get(),
                        texts(node.path("cursor")),
                        keys,
                        node.path("replace").asBoolean(false),
                        new StreamSchema(columns),
                        node.has("global_sequence")
                                ? Optional.of(node.path("global_sequence").asLong(0))
                                : Optional.empty()));
    }

    public CheckpointDetails withSchema(StreamSchema newSchema) {
        return new CheckpointDetails(mode, cursor, primaryKey, replace, newSchema, globalSequence);
    }

    public CheckpointDetails withReplace(boolean newReplace) {
        return new CheckpointDetails(mode, cursor, primaryKey, newReplace, schema, globalSequence);
    }

    public CheckpointDetails withGlobalSequence(long sequence) {
        return new CheckpointDetails(
                mode, cursor, primaryKey, replace, schema, Optional.of(sequence));
    }

    /** The layout that {@code node} was written in; 0 where it doesn't say. */
    public static int format(JsonNode node) {
        return node.path("format").asInt(0);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asString("")));
        return texts;
    }
}
