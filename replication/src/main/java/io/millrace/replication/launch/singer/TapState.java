package io.millrace.replication.launch.singer;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tap has one state for everything. Where it is made of a bookmark for each stream, each stream
 * keeps its own, as a whole state of the tap that has that bookmark alone; so a stream that is
 * refreshed or added later doesn't touch the others.
 */
final class TapState {
    private static final String BOOKMARKS = "bookmarks";
    private static final String CURRENTLY_SYNCING = "currently_syncing";

    private TapState() {}

    /**
     * The states of the single streams.
     *
     * @return empty where {@code value} says something that belongs to no stream
     */
    static Optional<Map<StreamName, ObjectNode>> split(JsonNode value, TapCatalog catalog) {
        var byStream = new TreeMap<StreamName, ObjectNode>();
        for (var property : value.properties()) {
            String key = property.getKey();
            if (key.equals(CURRENTLY_SYNCING)) {
                continue; // a run begins with the streams that it is told to read
            }
            if (key.equals(BOOKMARKS) && property.getValue().isObject()) {
                for (var bookmark : property.getValue().properties()) {
                    Optional<StreamName> stream = catalog.find(bookmark.getKey());
                    if (stream.isEmpty()) {
                        return Optional.empty();
                    }
                    byStream.computeIfAbsent(stream.get(), _ -> Json.object())
                            .withObjectProperty(BOOKMARKS)
                            .set(bookmark.getKey(), bookmark.getValue());
                }
                continue;
            }
            Optional<StreamName> stream = catalog.find(key);
            if (stream.isEmpty()) {
                return Optional.empty();
            }
            byStream.computeIfAbsent(stream.get(), _ -> Json.object())
                    .set(key, property.getValue());
        }
        return Optional.of(byStream);
    }

    /**
     * The tap's state from what was kept.
     *
     * @param states as the protocol's file has them; null for none
     */
    static ObjectNode merge(@Nullable JsonNode states) {
        ObjectNode merged = Json.object();
        if (states == null) {
            return merged;
        }
        for (JsonNode state : states) {
            JsonNode shared = state.path("global").path("shared_state");
            merge(merged, shared.isObject() ? shared : state.path("stream").path("stream_state"));
        }
        return merged;
    }

    private static void merge(ObjectNode merged, JsonNode state) {
        for (var property : state.properties()) {
            if (property.getKey().equals(BOOKMARKS)
                    && property.getValue() instanceof ObjectNode all) {
                merged.withObjectProperty(BOOKMARKS).setAll(all);
            } else {
                merged.set(property.getKey(), property.getValue());
            }
        }
    }
}
