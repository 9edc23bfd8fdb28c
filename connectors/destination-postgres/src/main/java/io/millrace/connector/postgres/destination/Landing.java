package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.Identifiers;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How the columns of a stream meet a table: their names and types there, and what is altered so
 * that they fit. Reads and changes nothing.
 *
 * @param columns of the stream, in its order
 * @param key the names of the key's columns in the table
 * @param cursor the name of the cursor's column in the table, where there is one that has an order
 * @param metaDefaulted whether {@link MetadataColumn#META} has its default in the table
 * @param removed the table's columns that the stream has no more; a new version of a row is null
 *     there
 * @param steps what is altered of a table that is there
 */
record Landing(
        StreamTarget target,
        TableName table,
        List<LandedColumn> columns,
        List<LandedColumn> key,
        Optional<LandedColumn> cursor,
        List<MetadataColumn> metadata,
        boolean metaDefaulted,
        List<String> removed,
        List<Step> steps) {

    /** PostgreSQL's bound (MaxHeapAttributeNumber), dropped columns included. */
    private static final int MAX_COLUMNS = 1600;

    private static final String DELETED_AT = "_ab_cdc_deleted_at";

    /** Types without an order or equality: no index can be made on them. */
    private static final Set<String> UNORDERED =
            Set.of("json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle");

    Landing {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        metadata = List.copyOf(metadata);
        removed = List.copyOf(removed);
        steps = List.copyOf(steps);
    }

    /** One alteration of a table. */
    sealed interface Step {
        /** For a person. */
        String text();

        /** The action of an {@code ALTER TABLE}. */
        String action();

        /** A column more. */
        record Add(String name, String type) implements Step {
            @Override
            public String text() {
                return "add column %s %s".formatted(name, type);
            }

            @Override
            public String action() {
                return "ADD COLUMN %s %s".formatted(Identifiers.quote(name), type);
            }
        }

        /** A wider type. */
        record Widen(TableShape.Column column, SqlType type) implements Step {
            @Override
            public String text() {
                return "alter column %s from %s to %s"
                        .formatted(column.name(), column.type().sql(), type.sql());
            }

            @Override
            public String action() {
                String name = Identifiers.quote(column.name());
                return "ALTER COLUMN %s TYPE %s USING %s"
                        .formatted(name, type.sql(), column.type().convert(name, type));
            }
        }

        /** A column that may be null from now on. */
        record Relax(String name) implements Step {
            @Override
            public String text() {
                return "alter column %s drop not null".formatted(name);
            }

            @Override
            public String action() {
                return "ALTER COLUMN %s DROP NOT NULL".formatted(Identifiers.quote(name));
            }
        }
    }

    /**
     * @param existing the table's shape, where it is there
     * @param exact whether columns take the source's types also where the table has wider ones:
     *     where it is rebuilt
     */
    static Landing of(
            StreamTarget target,
            TableName table,
            Optional<TableShape> existing,
            boolean withMetadata,
            boolean exact,
            int serverVersion) {
        List<MetadataColumn> metadata = withMetadata ? MetadataColumn.all() : List.of();
        StreamSchema schema = target.schema();
        List<String> names =
                Names.columns(schema.names(), withMetadata ? MetadataColumn.names() : Set.of());
        List<LandedColumn> columns = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < schema.size(); i++) {
            Column column = schema.column(i);
            SqlType wanted = SqlType.of(column.type(), column.sourceType(), serverVersion);
            if (target.syncMode().deduplicated() && target.primaryKey().contains(column.name())) {
                wanted = indexable(wanted);
            }
            Optional<TableShape.Column> there =
                    existing.isEmpty() ? Optional.empty() : existing.get().column(names.get(i));
            SqlType type = wanted;
            if (there.isPresent()) {
                type = meet(there.get(), wanted, exact, steps);
            } else if (existing.isPresent()) {
                steps.add(new Step.Add(names.get(i), wanted.sql()));
            }
            columns.add(new LandedColumn(names.get(i), type));
        }
        existing.ifPresent(shape -> meetMetadata(shape, metadata, new HashSet<>(names), steps));
        requireRoom(target, table, existing, columns.size() + metadata.size(), steps);
        Map<String, LandedColumn> bySource = new HashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            bySource.put(schema.column(i).name(), columns.get(i));
        }
        List<LandedColumn> key = new ArrayList<>();
        if (target.syncMode().deduplicated()) {
            for (String name : target.primaryKey()) {
                LandedColumn column = bySource.get(name);
                if (column == null) {
                    throw new ConfigurationFailure(
                            ("The primary key of %s names the column %s, which the stream doesn't"
                                            + " have. Select it, or name another key.")
                                    .formatted(target.source(), name));
                }
                key.add(column);
            }
        }
        Optional<LandedColumn> cursor =
                target.cursor()
                        .map(bySource::get)
                        .filter(column -> !UNORDERED.contains(column.type().base()));
        boolean metaDefaulted =
                existing.flatMap(shape -> shape.column(MetadataColumn.META.columnName()))
                        .map(TableShape.Column::defaulted)
                        .orElse(true);
        return new Landing(
                target,
                table,
                columns,
                key,
                cursor,
                metadata,
                metaDefaulted,
                existing.map(shape -> removed(shape, names)).orElse(List.of()),
                steps);
    }

    /** Without those that fill themselves: they are their owner's. */
    private static List<String> removed(TableShape shape, List<String> names) {
        return shape.columns().stream()
                .filter(column -> !column.required() && !column.defaulted())
                .map(TableShape.Column::name)
                .filter(name -> !names.contains(name) && !MetadataColumn.names().contains(name))
                .toList();
    }

    private static SqlType indexable(SqlType type) {
        if (!UNORDERED.contains(type.base())) {
            return type;
        }
        return type.base().equals("json")
                ? new SqlType("jsonb", "", type.array())
                : new SqlType("text", "", type.array());
    }

    /** The type that a column has from now on which is there and is to hold {@code wanted}. */
    private static SqlType meet(
            TableShape.Column there, SqlType wanted, boolean exact, List<Step> steps) {
        SqlType have = there.type();
        // A type that isn't PostgreSQL's own is a choice of the table's owner: values are cast to
        // it.
        if (have.equals(wanted) || !have.known()) {
            return have;
        }
        SqlType type =
                exact
                        ? wanted
                        : have.equals(SqlType.TEXT) ? have : have.join(wanted).orElse(SqlType.TEXT);
        if (!type.equals(have)) {
            steps.add(new Step.Widen(there, type));
        }
        return type;
    }

    private static void meetMetadata(
            TableShape shape, List<MetadataColumn> metadata, Set<String> names, List<Step> steps) {
        for (MetadataColumn column : MetadataColumn.all()) {
            Optional<TableShape.Column> there = shape.column(column.columnName());
            if (metadata.contains(column)) {
                if (there.isEmpty()) {
                    steps.add(
                            new Step.Add(
                                    column.columnName(),
                                    column.definition().substring(column.sql().length() + 1)));
                }
            } else if (there.isPresent()
                    && there.get().required()
                    && !names.contains(column.columnName())) {
                steps.add(new Step.Relax(column.columnName()));
            }
        }
    }

    private static void requireRoom(
            StreamTarget target,
            TableName table,
            Optional<TableShape> existing,
            int count,
            List<Step> steps) {
        int there = existing.map(shape -> shape.columns().size()).orElse(count);
        long added = steps.stream().filter(Step.Add.class::isInstance).count();
        if (there + added > MAX_COLUMNS) {
            throw new ConfigurationFailure(
                    ("The stream %s would give the table %s %d columns, and PostgreSQL holds %d."
                                    + " Select fewer columns by the stream's fields.")
                            .formatted(target.source(), table, there + added, MAX_COLUMNS));
        }
    }

    /** A statement that creates the table as {@code name}. */
    String create(TableName name) {
        List<String> definitions = new ArrayList<>();
        columns.forEach(column -> definitions.add(column.sql() + " " + column.type().sql()));
        metadata.forEach(column -> definitions.add(column.definition()));
        return "CREATE TABLE %s (%s)".formatted(name.sql(), String.join(", ", definitions));
    }

    /**
     * A statement that makes {@code steps} on the table {@code name}; empty where there are none.
     */
    static Optional<String> alter(TableName name, List<Step> steps) {
        return steps.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "ALTER TABLE %s %s"
                                .formatted(
                                        name.sql(),
                                        String.join(
                                                ", ", steps.stream().map(Step::action).toList())));
    }

    /** As {@link #alter}, for a table that is empty: any type can become any other. */
    static Optional<String> alterEmpty(TableName name, List<Step> steps) {
        List<String> actions = new ArrayList<>();
        for (Step step : steps) {
            actions.add(
                    switch (step) {
                        case Step.Widen(TableShape.Column column, SqlType type) ->
                                "ALTER COLUMN %s TYPE %s USING NULL::%s"
                                        .formatted(
                                                Identifiers.quote(column.name()),
                                                type.sql(),
                                                type.sql());
                        case Step.Add _, Step.Relax _ -> step.action();
                    });
        }
        return actions.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "ALTER TABLE %s %s".formatted(name.sql(), String.join(", ", actions)));
    }

    /** The columns that get a wider type. */
    List<TableShape.Column> widened() {
        List<TableShape.Column> widened = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Widen(TableShape.Column column, _)) {
                widened.add(column);
            }
        }
        return widened;
    }

    /** The schema of the batches that land. */
    StreamSchema landed() {
        List<Column> landed = new ArrayList<>();
        for (LandedColumn column : columns) {
            landed.add(Column.of(column.name(), column.type().columnType(), column.type().sql()));
        }
        return new StreamSchema(landed);
    }

    /** The column that says when a row was deleted at the source, where the stream has it. */
    Optional<LandedColumn> deletedAt() {
        OptionalInt at = target.schema().indexOf(DELETED_AT);
        return at.isEmpty() ? Optional.empty() : Optional.of(columns.get(at.getAsInt()));
    }

    /** Whether any column is cast from text at the server. */
    boolean casts() {
        return columns.stream().anyMatch(column -> !column.type().binary());
    }

    /** As the sync loop is told. */
    LandingPlan plan(LandingPlan.Action action) {
        return new LandingPlan(
                target.source(),
                table.toString(),
                action,
                steps.stream().map(Step::text).toList(),
                landed(),
                columns.stream().map(column -> column.type().sql()).toList());
    }
}
