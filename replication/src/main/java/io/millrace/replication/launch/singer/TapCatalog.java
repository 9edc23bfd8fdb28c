package io.millrace.replication.launch.singer;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonSchemas;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a tap has discovered, and what it is told to read of that (reference: protocol 10.1, 10.2).
 * Immutable.
 */
final class TapCatalog {
    private static final Set<String> NOT_SCHEMA = Set.of("selected", "inclusion");

    private final Map<StreamName, ObjectNode> entries;
    private final Map<String, StreamName> names;
    private final boolean takesCatalog;

    private TapCatalog(Map<StreamName, ObjectNode> entries, boolean takesCatalog) {
        this.entries = entries;
        this.takesCatalog = takesCatalog;
        this.names = new HashMap<>();
        entries.forEach((name, entry) -> names.putIfAbsent(alias(entry), name));
        // The identifier is the one that is unique.
        entries.forEach((name, entry) -> names.put(identifier(entry), name));
    }

    /**
     * What a tap printed when it was asked to discover: a catalog, or, where it doesn't know how
     * to, the messages of a whole run.
     *
     * @param takesCatalog whether the tap can be given a catalog
     * @throws SystemFailure where it is neither
     */
    static TapCatalog parse(String program, String printed, boolean takesCatalog) {
        JsonNode whole = wholeDocument(printed);
        JsonNode streams = whole.path("streams");
        boolean messages = !streams.isArray();
        List<JsonNode> listed = messages ? schemas(printed) : streams.valueStream().toList();
        if (listed.isEmpty() && messages) {
            throw new SystemFailure(
                    "The tap %s printed no catalog when it was asked to discover."
                            .formatted(program));
        }
        var aliases = new HashMap<String, Integer>();
        listed.forEach(entry -> aliases.merge(alias(entry), 1, Integer::sum));
        var entries = new LinkedHashMap<StreamName, ObjectNode>();
        for (JsonNode entry : listed) {
            if (entry instanceof ObjectNode object && !identifier(object).isEmpty()) {
                // Streams that share a name are told apart by what must be unique.
                String name =
                        aliases.getOrDefault(alias(entry), 1) > 1
                                ? identifier(entry)
                                : alias(entry);
                entries.put(StreamName.of(name), object);
            }
        }
        return new TapCatalog(entries, takesCatalog && !messages);
    }

    /** The document among what may be printed before it. */
    private static JsonNode wholeDocument(String printed) {
        for (int start = printed.indexOf('{'); start >= 0; ) {
            boolean atLineStart = start == 0 || printed.charAt(start - 1) == '\n';
            if (atLineStart) {
                try {
                    JsonNode node = Json.mapper().readTree(printed.substring(start));
                    if (node.path("streams").isArray()) {
                        return node;
                    }
                } catch (JacksonException _) {
                    // A line of a log that begins so; or messages.
                }
            }
            start = printed.indexOf('{', start + 1);
            if (start > 64 << 10) {
                break;
            }
        }
        return Json.object();
    }

    private static List<JsonNode> schemas(String printed) {
        var byStream = new LinkedHashMap<String, JsonNode>();
        printed.lines()
                .filter(line -> line.contains("\"SCHEMA\""))
                .forEach(line -> {
                    try {
                        JsonNode message = Json.mapper().readTree(line);
                        if (message.path("type").asString("").equals("SCHEMA")) {
                            byStream.put(message.path("stream").asString(""), message);
                        }
                    } catch (JacksonException _) {
                        // No message, but text that speaks of one.
                    }
                });
        return List.copyOf(byStream.values());
    }

    private static String identifier(JsonNode entry) {
        return entry.path("tap_stream_id").asStringOpt().orElseGet(() -> alias(entry));
    }

    private static String alias(JsonNode entry) {
        return entry.path("stream")
                .asStringOpt()
                .or(() -> entry.path("tap_stream_id").asStringOpt())
                .orElse("");
    }

    /** The stream that a message of the tap, or a bookmark, means. */
    Optional<StreamName> find(String said) {
        return Optional.ofNullable(names.get(said));
    }

    /** The name that bookmarks go by. */
    String identifier(StreamName stream) {
        ObjectNode entry = entries.get(stream);
        return entry == null ? stream.name() : identifier(entry);
    }

    /** Whether it makes sense to give the tap a catalog. */
    boolean takesCatalog() {
        return takesCatalog;
    }

    List<StreamDescription> describe() {
        // A tap that tells nothing of any stream decides for itself what a state means.
        boolean silent = entries.values().stream().noneMatch(TapCatalog::tellsReplication);
        var descriptions = new ArrayList<StreamDescription>();
        entries.forEach((name, entry) -> descriptions.add(describe(name, entry, silent)));
        return descriptions;
    }

    private static StreamDescription describe(StreamName name, ObjectNode entry, boolean silent) {
        JsonNode root = rootMetadata(entry);
        List<String> keys = replicationKeys(entry);
        String method = method(entry);
        boolean incremental =
                silent
                        || method.equals("INCREMENTAL")
                        || method.equals("LOG_BASED")
                        || (method.isEmpty() && !keys.isEmpty());
        boolean forced =
                root.has("forced-replication-method")
                        || keys.size() == 1
                        || (incremental && keys.isEmpty());
        JsonNode schema = withoutSelection(entry.path("schema"));
        return new StreamDescription(
                name,
                JsonSchemas.parse(schema),
                primaryKey(entry).stream().map(List::of).toList(),
                incremental && !keys.isEmpty() ? List.of(keys.getFirst()) : List.of(),
                incremental && forced,
                incremental,
                false,
                false,
                Optional.of(schema));
    }

    private static boolean tellsReplication(ObjectNode entry) {
        return !method(entry).isEmpty() || !replicationKeys(entry).isEmpty();
    }

    private static String method(ObjectNode entry) {
        JsonNode root = rootMetadata(entry);
        return root.path("forced-replication-method")
                .asStringOpt()
                .or(() -> root.path("replication-method").asStringOpt())
                .or(() -> entry.path("replication_method").asStringOpt())
                .orElse("");
    }

    /** The one that the tap uses comes first. */
    private static List<String> replicationKeys(ObjectNode entry) {
        JsonNode root = rootMetadata(entry);
        var keys = new ArrayList<String>();
        root.path("replication-key")
                .asStringOpt()
                .or(() -> entry.path("replication_key").asStringOpt())
                .filter(key -> !key.isEmpty())
                .ifPresent(keys::add);
        for (JsonNode key : root.path("valid-replication-keys")) {
            if (!keys.contains(key.asString(""))) {
                keys.add(key.asString(""));
            }
        }
        if (keys.isEmpty()) {
            entry.path("bookmark_properties")
                    .valueStream()
                    .forEach(key -> keys.add(key.asString("")));
        }
        return keys;
    }

    private static List<String> primaryKey(ObjectNode entry) {
        JsonNode root = rootMetadata(entry);
        for (JsonNode key :
                List.of(
                        root.path("table-key-properties"),
                        root.path("view-key-properties"),
                        entry.path("key_properties"))) {
            if (key.isArray() && !key.isEmpty()) {
                return key.valueStream().map(part -> part.asString("")).toList();
            }
        }
        return List.of();
    }

    private static JsonNode rootMetadata(ObjectNode entry) {
        for (JsonNode item : entry.path("metadata")) {
            if (item.path("breadcrumb").isEmpty()) {
                return item.path("metadata");
            }
        }
        return Json.object();
    }

    private static JsonNode withoutSelection(JsonNode schema) {
        if (!(schema instanceof ObjectNode object)) {
            return Json.object().put("type", "object");
        }
        ObjectNode copy = Json.object();
        for (var property : object.properties()) {
            JsonNode value = property.getValue();
            if (property.getKey().equals("properties") && value.isObject()) {
                ObjectNode properties = copy.putObject("properties");
                value.properties()
                        .forEach(column ->
                                properties.set(
                                        column.getKey(),
                                        withoutSelectionOfField(column.getValue())));
            } else if (!NOT_SCHEMA.contains(property.getKey())) {
                copy.set(property.getKey(), value);
            }
        }
        return copy;
    }

    private static JsonNode withoutSelectionOfField(JsonNode field) {
        return field.isObject()
                        && (field.has("properties")
                                || field.has("selected")
                                || field.has("inclusion"))
                ? withoutSelection(field)
                : field;
    }

    /** What a run is to read of one stream. */
    record Selection(boolean incremental, Optional<String> replicationKey) {}

    /** The catalog for a run: everything that is there, with the streams of {@code selected}. */
    ObjectNode select(Map<StreamName, Selection> selected) {
        ArrayNode streams = Json.array();
        entries.forEach((name, entry) ->
                streams.add(select(entry, Optional.ofNullable(selected.get(name)))));
        return Json.object().set("streams", streams);
    }

    private static ObjectNode select(ObjectNode entry, Optional<Selection> selection) {
        ObjectNode copy = entry.deepCopy();
        boolean wanted = selection.isPresent();
        if (copy.path("schema") instanceof ObjectNode schema) {
            schema.put("selected", wanted);
        }
        ArrayNode metadata = copy.withArrayProperty("metadata");
        ObjectNode root = null;
        for (JsonNode item : metadata) {
            ObjectNode inner = ((ObjectNode) item).withObjectProperty("metadata");
            if (item.path("breadcrumb").isEmpty()) {
                root = inner;
            } else if (wanted && !inner.path("inclusion").asString("").equals("unsupported")) {
                inner.put("selected", true);
            }
        }
        if (root == null) {
            ObjectNode item = metadata.addObject();
            item.putArray("breadcrumb");
            root = item.putObject("metadata");
        }
        root.put("selected", wanted);
        if (wanted) {
            method(copy, root, selection.get());
        }
        return copy;
    }

    private static void method(ObjectNode entry, ObjectNode root, Selection selection) {
        String told = method(entry);
        String method =
                root.path("forced-replication-method")
                        .asStringOpt()
                        .orElse(
                                !selection.incremental()
                                        ? "FULL_TABLE"
                                        : told.equals("LOG_BASED") ? told : "INCREMENTAL");
        root.put("replication-method", method);
        entry.put("replication_method", method);
        Optional<String> key =
                selection.replicationKey().or(() -> replicationKeys(entry).stream().findFirst());
        if (selection.incremental() && key.isPresent()) {
            // Some taps read everything where it stands in one of the two places only.
            root.put("replication-key", key.get());
            entry.put("replication_key", key.get());
        }
    }
}
