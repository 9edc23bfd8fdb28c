package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

public final class MapperChain {
    private final StreamSchema schema;

    private MapperChain(StreamSchema schema) {
        this.schema = schema;
    }

    public static MapperChain compile(List<JsonNode> mappers, StreamSchema from) {
        return new MapperChain(from);
    }

    public StreamSchema schema() {
        return schema;
    }

    public Optional<String> mappedName(String name) {
        return Optional.of(name);
    }

    public ColumnBatch apply(ColumnBatch batch) {
        return batch;
    }
}
