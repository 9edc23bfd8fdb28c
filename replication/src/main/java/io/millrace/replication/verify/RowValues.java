package io.millrace.replication.verify;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

final class RowValues {
    static JsonNode value(ColumnBatch batch, int row, int column) {
        return JsonNodeFactory.instance.numberNode(
                ((FixedVector) batch.vector(column)).getLong(row));
    }
}
