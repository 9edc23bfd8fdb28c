package io.millrace.declarative.source;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.record.RecordJson;
import io.millrace.protocol.json.JsonBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Values of the engine as trees of the protocol, and back. */
public final class Trees {
    private Trees() {}

    /** {@code value} as JSON. Fails with a type error for what JSON has no word for. */
    public static JsonNode toTree(@Nullable Object value) {
        var buffer = new JsonBuffer(256);
        RecordJson.write(value, buffer);
        return io.millrace.protocol.json.Json.parse(buffer.array(), 0, buffer.size());
    }

    /** {@code tree} as a value that templates can use. */
    public static @Nullable Object toValue(JsonNode tree) {
        return Json.parse(tree.toString());
    }

    /** {@code tree}, if it is an object; else an empty one. */
    @SuppressWarnings("unchecked") // JSON has no other keys than texts
    public static Map<String, Object> toMap(JsonNode tree) {
        return toValue(tree) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }
}
