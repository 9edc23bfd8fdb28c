package io.millrace.replication.sync;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.schema.StreamSchema;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rows of a batch as JSON objects, as JSON lines show them. Not for many rows. Confined to one
 * thread.
 */
public final class RowJson {
    private static final JsonMapper EXACT =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private final JsonLineEncoder encoder;
    private final JsonBuffer buffer = new JsonBuffer(1024);

    public RowJson(StreamSchema schema) {
        encoder = new JsonLineEncoder(schema);
    }

    public ObjectNode row(ColumnBatch batch, int row) {
        buffer.clear();
        encoder.encode(batch, row, buffer);
        return (ObjectNode) EXACT.readTree(buffer.toBytes());
    }
}
