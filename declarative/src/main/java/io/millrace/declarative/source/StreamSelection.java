package io.millrace.declarative.source;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be read of one stream.
 *
 * @param state where to go on; empty for the beginning
 * @param cursorField the path of the cursor that the user chose; empty where there is none
 * @param jsonSchema the stream as it was configured; empty if that isn't known
 */
public record StreamSelection(
        String name,
        Map<String, Object> state,
        List<String> cursorField,
        Optional<Map<String, Object>> jsonSchema) {

    /** The stream from its beginning. */
    public static StreamSelection of(String name) {
        return new StreamSelection(name, Map.of(), List.of(), Optional.empty());
    }
}
