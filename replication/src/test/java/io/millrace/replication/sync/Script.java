package io.millrace.replication.sync;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonSchemas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a scripted source gives: its streams with their records and checkpoints, in order. */
final class Script {
    /** A record, or the name of a checkpoint. */
    record Item(Optional<ObjectNode> data, Optional<String> checkpoint) {}

    private final Map<String, List<Item>> streams = new LinkedHashMap<>();

    /** Where the source dies in this run: {@code before} or {@code after} a checkpoint. */
    record Crash(boolean before, String checkpoint) {}

    private Optional<Crash> crash = Optional.empty();

    void add(String stream, Item item) {
        streams.computeIfAbsent(stream, _ -> new ArrayList<>()).add(item);
    }

    void crash(Optional<Crash> newCrash) {
        crash = newCrash;
    }

    Optional<Crash> crash() {
        return crash;
    }

    List<Item> items(String stream) {
        return streams.getOrDefault(stream, List.of());
    }

    /** The items behind the checkpoint that {@code state} names. */
    List<Item> itemsAfter(String stream, Optional<JsonNode> state) {
        List<Item> items = items(stream);
        if (state.isEmpty()) {
            return items;
        }
        String name = state.get().path("at").asString();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).checkpoint().filter(name::equals).isPresent()) {
                return items.subList(i + 1, items.size());
            }
        }
        throw new IllegalStateException("a state that was never given: " + state.get());
    }

    List<StreamDescription> describe() {
        return streams.keySet().stream()
                .map(name -> {
                    ObjectNode schema = schema(name);
                    return new StreamDescription(
                            StreamName.of(name),
                            JsonSchemas.parse(schema),
                            List.of(),
                            List.of(),
                            true,
                            true,
                            true,
                            false,
                            Optional.of(schema));
                })
                .toList();
    }

    /** Each column has the type that the last record shows; a number stays one. */
    private ObjectNode schema(String stream) {
        ObjectNode properties = Json.object();
        for (Item item : items(stream)) {
            item.data().ifPresent(data -> addTypes(data, properties));
        }
        ObjectNode schema = Json.object().put("type", "object");
        schema.set("properties", properties);
        return schema;
    }

    private static void addTypes(ObjectNode data, ObjectNode properties) {
        for (var field : data.properties()) {
            Optional<String> type = type(field.getValue());
            boolean number =
                    properties.path(field.getKey()).path("type").asString("").equals("number")
                            && type.filter("integer"::equals).isPresent();
            if (type.isPresent() && !number) {
                properties.set(field.getKey(), Json.object().put("type", type.get()));
            }
        }
    }

    private static Optional<String> type(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> Optional.of("string");
            case BOOLEAN -> Optional.of("boolean");
            case NUMBER -> Optional.of(value.isIntegralNumber() ? "integer" : "number");
            case OBJECT -> Optional.of("object");
            case ARRAY -> Optional.of("array");
            default -> Optional.empty();
        };
    }

    /** For the guest program that plays it. */
    ObjectNode toJson() {
        ObjectNode json = Json.object();
        ObjectNode all = json.putObject("streams");
        streams.forEach((name, items) -> {
            ObjectNode stream = all.putObject(name);
            stream.set("schema", schema(name));
            var list = stream.putArray("items");
            for (Item item : items) {
                ObjectNode node = list.addObject();
                item.data().ifPresent(data -> node.set("record", data));
                item.checkpoint().ifPresent(at -> node.put("checkpoint", at));
            }
        });
        crash.ifPresent(death ->
                json.putObject("crash")
                        .put("before", death.before())
                        .put("checkpoint", death.checkpoint()));
        return json;
    }
}
