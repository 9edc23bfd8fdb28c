package io.millrace.declarative.schema;

import io.millrace.protocol.failure.SystemFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One schema of the properties of several; of a property that several have, the first counts. */
record CompositeSchemaLoader(List<SchemaLoader> loaders) implements SchemaLoader {

    @Override
    public Map<String, Object> load() throws InterruptedException {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (SchemaLoader loader : loaders) {
            if (!(loader.load().get("properties") instanceof Map<?, ?> more)) {
                throw new SystemFailure(
                        "One of several schemas of a stream has no properties, and can't be"
                                + " combined with the others.");
            }
            more.forEach((name, schema) -> properties.putIfAbsent(String.valueOf(name), schema));
        }
        Map<String, Object> combined = new LinkedHashMap<>();
        combined.put("$schema", "http://json-schema.org/draft-07/schema#");
        combined.put("type", List.of("null", "object"));
        combined.put("properties", properties);
        return combined;
    }
}
