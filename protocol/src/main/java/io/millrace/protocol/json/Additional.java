package io.millrace.protocol.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The properties of an object that we don't know, in their order; they are written back where the
 * object is relayed (reference: protocol 1.1.4). Also holds known optional properties whose value
 * is not of the declared type.
 */
public record Additional(Map<String, JsonNode> properties) {
    public static final Additional NONE = new Additional(Map.of());

    public Additional {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    public Optional<JsonNode> find(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    public Additional with(String name, JsonNode value) {
        Map<String, JsonNode> changed = new LinkedHashMap<>(properties);
        changed.put(name, value);
        return new Additional(changed);
    }

    /** Adds the properties to {@code target}, except those that it has already. */
    public void writeTo(ObjectNode target) {
        properties.forEach((name, value) -> {
            if (!target.has(name)) {
                target.set(name, value);
            }
        });
    }
}
