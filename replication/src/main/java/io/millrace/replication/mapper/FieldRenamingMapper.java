package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.schema.StreamSchema;
import java.util.Optional;
import java.util.OptionalInt;

/** Gives a field another name. */
final class FieldRenamingMapper implements Mapper {
    private final StreamSchema schema;
    private final int column;
    private final String original;

    private FieldRenamingMapper(StreamSchema schema, int column, String original) {
        this.schema = schema;
        this.column = column;
        this.original = original;
    }

    /** {@code {originalFieldName, newFieldName}}. */
    static final class Type implements MapperType {
        @Override
        public String name() {
            return "field-renaming";
        }

        @Override
        public Optional<Mapper> compile(MapperOptions options, StreamSchema schema) {
            options.allow("originalFieldName", "newFieldName");
            OptionalInt column = options.column("originalFieldName", schema);
            Optional<String> name = options.text("newFieldName");
            if (column.isEmpty() || name.isEmpty()) {
                return Optional.empty();
            }
            int index = column.getAsInt();
            if (!options.isFree("newFieldName", schema, index, name.get())) {
                return Optional.empty();
            }
            StreamSchema mapped =
                    Columns.replace(schema, index, schema.column(index).withName(name.get()));
            return Optional.of(new FieldRenamingMapper(mapped, index, schema.column(index).name()));
        }
    }

    @Override
    public StreamSchema schema() {
        return schema;
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        return batch.replaceColumns(batch.stream(), schema, Columns.vectors(batch));
    }

    @Override
    public Optional<String> identityOf(String name) {
        return Optional.of(name.equals(original) ? schema.column(column).name() : name);
    }
}
