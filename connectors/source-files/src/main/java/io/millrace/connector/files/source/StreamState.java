package io.millrace.connector.files.source;

import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.ColumnTypes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was read of a stream: its files by key, and the columns that were widened while they were
 * read, so that a later run goes on with the wide type. One thread.
 */
final class StreamState {
    private final Map<String, FileProgress> files = new TreeMap<>();
    private final Map<String, ColumnType> widened = new LinkedHashMap<>();

    static StreamState parse(Optional<JsonNode> json) {
        var state = new StreamState();
        json.ifPresent(node -> {
            for (var entry : node.path("files").properties()) {
                FileProgress.parse(entry.getValue())
                        .ifPresent(progress -> state.files.put(entry.getKey(), progress));
            }
            for (var entry : node.path("columns").properties()) {
                ColumnTypes.parse(entry.getValue().asString(""))
                        .ifPresent(type -> state.widened.put(entry.getKey(), type));
            }
        });
        return state;
    }

    /** The files that were read, wholly or in part, by key. */
    Map<String, FileProgress> files() {
        return files;
    }

    Optional<FileProgress> find(InputFile file) {
        return Optional.ofNullable(files.get(file.key()));
    }

    void put(InputFile file, FileProgress progress) {
        files.put(file.key(), progress);
    }

    /** Puts what was read of files under their new names. */
    void rename(Map<String, String> newByOld) {
        Map<String, FileProgress> moved = new TreeMap<>();
        newByOld.forEach((old, renamed) -> {
            FileProgress progress = files.remove(old);
            if (progress != null) {
                moved.put(renamed, progress);
            }
        });
        files.putAll(moved);
    }

    void forget() {
        files.clear();
    }

    /** The types of widened columns, by name. */
    Map<String, ColumnType> widened() {
        return widened;
    }

    void widen(String column, ColumnType type) {
        widened.put(column, type);
    }

    JsonNode toJson() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        ObjectNode byKey = state.putObject("files");
        files.forEach((key, progress) -> byKey.set(key, progress.toJson()));
        if (!widened.isEmpty()) {
            ObjectNode columns = state.putObject("columns");
            widened.forEach((name, type) -> columns.put(name, ColumnTypes.text(type)));
        }
        return state;
    }
}
