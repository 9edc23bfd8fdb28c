package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowFilter;
import io.millrace.protocol.schema.StreamSchema;
import java.util.Optional;

/** Keeps the rows for which a condition holds. */
final class RowFilteringMapper implements Mapper {
    private final StreamSchema schema;
    private final Condition condition;

    private RowFilteringMapper(StreamSchema schema, Condition condition) {
        this.schema = schema;
        this.condition = condition;
    }

    /** {@code {conditions: {type: EQUAL, fieldName, comparisonValue}}} and trees of such. */
    static final class Type implements MapperType {
        @Override
        public String name() {
            return "row-filtering";
        }

        @Override
        public Optional<Mapper> compile(MapperOptions options, StreamSchema schema) {
            options.allow("conditions");
            return options.object("conditions")
                    .flatMap(root -> Condition.compile(root, schema))
                    .map(condition -> new RowFilteringMapper(schema, condition));
        }
    }

    @Override
    public StreamSchema schema() {
        return schema;
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        return RowFilter.keep(batch, condition.rows(batch));
    }
}
