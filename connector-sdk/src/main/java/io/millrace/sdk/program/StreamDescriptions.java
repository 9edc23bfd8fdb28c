package io.millrace.sdk.program;

import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonSchemas;
import io.millrace.protocol.json.OpenValue;
import io.millrace.protocol.message.Catalog;
import io.millrace.protocol.message.SourceSyncMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Streams as the protocol describes them. */
final class StreamDescriptions {
    private StreamDescriptions() {}

    static Catalog.Stream toWire(StreamDescription stream) {
        List<OpenValue<SourceSyncMode>> modes = new ArrayList<>();
        modes.add(SourceSyncMode.FULL_REFRESH.open());
        if (stream.incremental()) {
            modes.add(SourceSyncMode.INCREMENTAL.open());
        }
        JsonNode schema = stream.jsonSchema().orElseGet(() -> JsonSchemas.write(stream.schema()));
        return new Catalog.Stream(
                stream.name(),
                schema instanceof ObjectNode object ? object : Json.object(),
                modes,
                Optional.of(stream.sourceDefinedCursor()),
                Optional.of(stream.defaultCursor()).filter(path -> !path.isEmpty()),
                Optional.of(stream.primaryKey()).filter(key -> !key.isEmpty()),
                Optional.of(stream.resumable() || stream.incremental()),
                Optional.empty(),
                Additional.NONE);
    }
}
