package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.ValueFormatter;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** What is true of some rows of a batch. */
sealed interface Condition {

    /** A bit for each row of which it is true. */
    BitSet rows(ColumnBatch batch);

    /** The field's canonical text is this one; a null's is none. */
    record Equal(int column, String text) implements Condition {
        @Override
        public BitSet rows(ColumnBatch batch) {
            byte[] expected = text.getBytes(StandardCharsets.UTF_8);
            Vector vector = batch.vector(column);
            var formatter = ValueFormatter.of(vector.type());
            var actual = new JsonBuffer(64);
            var rows = new BitSet(batch.rows());
            for (int row = 0; row < batch.rows(); row++) {
                if (vector.isNull(row)) {
                    continue;
                }
                actual.clear();
                formatter.appendText(vector, row, actual);
                if (Arrays.equals(expected, 0, expected.length, actual.array(), 0, actual.size())) {
                    rows.set(row);
                }
            }
            return rows;
        }
    }

    /** None of the conditions is true. */
    record Not(List<Condition> conditions) implements Condition {
        @Override
        public BitSet rows(ColumnBatch batch) {
            BitSet rows = new Or(conditions).rows(batch);
            rows.flip(0, batch.rows());
            return rows;
        }
    }

    /** Every condition is true. */
    record And(List<Condition> conditions) implements Condition {
        @Override
        public BitSet rows(ColumnBatch batch) {
            var rows = new BitSet(batch.rows());
            rows.set(0, batch.rows());
            conditions.forEach(condition -> rows.and(condition.rows(batch)));
            return rows;
        }
    }

    /** A condition is true. */
    record Or(List<Condition> conditions) implements Condition {
        @Override
        public BitSet rows(ColumnBatch batch) {
            var rows = new BitSet(batch.rows());
            conditions.forEach(condition -> rows.or(condition.rows(batch)));
            return rows;
        }
    }

    /** The condition that {@code options} tells; empty where something is wrong with it. */
    static Optional<Condition> compile(MapperOptions options, StreamSchema schema) {
        Optional<String> type = options.text("type");
        return switch (type.orElse("").toUpperCase(Locale.ROOT)) {
            case "EQUAL" -> {
                options.allow("type", "fieldName", "comparisonValue");
                OptionalInt column = options.column("fieldName", schema);
                Optional<String> text = options.scalar("comparisonValue");
                yield column.isEmpty() || text.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Equal(column.getAsInt(), text.get()));
            }
            case "NOT" -> compileAll(options, schema).map(Not::new);
            case "AND" -> compileAll(options, schema).map(And::new);
            case "OR" -> compileAll(options, schema).map(Or::new);
            default -> {
                if (type.isPresent()) {
                    options.problem(
                            MapperProblem.Kind.INVALID_MAPPER_CONFIG,
                            "type",
                            "A condition is EQUAL, NOT, AND or OR.");
                }
                yield Optional.empty();
            }
        };
    }

    private static Optional<List<Condition>> compileAll(
            MapperOptions options, StreamSchema schema) {
        options.allow("type", "conditions");
        List<MapperOptions> parts = options.objects("conditions");
        List<Condition> conditions =
                parts.stream()
                        .map(part -> compile(part, schema))
                        .flatMap(Optional::stream)
                        .toList();
        return conditions.isEmpty() || conditions.size() < parts.size()
                ? Optional.empty()
                : Optional.of(conditions);
    }
}
