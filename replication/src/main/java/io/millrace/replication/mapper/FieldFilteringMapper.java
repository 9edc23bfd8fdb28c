package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Takes a field away. */
final class FieldFilteringMapper implements Mapper {
    private final StreamSchema schema;
    private final int column;
    private final String original;

    private FieldFilteringMapper(StreamSchema schema, int column, String original) {
        this.schema = schema;
        this.column = column;
        this.original = original;
    }

    /** {@code {targetField}}. */
    static final class Type implements MapperType {
        @Override
        public String name() {
            return "field-filtering";
        }

        @Override
        public Optional<Mapper> compile(MapperOptions options, StreamSchema schema) {
            options.allow("targetField");
            OptionalInt column = options.column("targetField", schema);
            if (column.isEmpty()) {
                return Optional.empty();
            }
            int index = column.getAsInt();
            return Optional.of(
                    new FieldFilteringMapper(
                            Columns.remove(schema, index), index, schema.column(index).name()));
        }
    }

    @Override
    public StreamSchema schema() {
        return schema;
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        List<Vector> vectors = Columns.vectors(batch);
        vectors.remove(column);
        return batch.replaceColumns(batch.stream(), schema, vectors);
    }

    @Override
    public Optional<String> identityOf(String name) {
        return name.equals(original) ? Optional.empty() : Optional.of(name);
    }
}
