package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbTypes;
import io.millrace.connector.duckdb.common.MetadataColumn;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.connector.duckdb.common.UniqueNames;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides how streams land, from what the file holds. Changes nothing, and decides the same again
 * from the same.
 */
final class LandingPlanner {
    private final String pipeline;
    private final String defaultSchema;
    private final boolean metadata;
    private final TableCatalog catalog;
    private final List<CheckpointRow> rows;

    LandingPlanner(
            String pipeline,
            String defaultSchema,
            boolean metadata,
            TableCatalog catalog,
            List<CheckpointRow> rows) {
        this.pipeline = pipeline;
        this.defaultSchema = defaultSchema;
        this.metadata = metadata;
        this.catalog = catalog;
        this.rows = List.copyOf(rows);
    }

    List<Landing> plan(List<StreamTarget> targets) {
        Map<StreamName, TableName> tables = tables(targets);
        var landings = new ArrayList<Landing>();
        for (StreamTarget target : targets) {
            TableName table = tables.get(target.source());
            if (table == null) {
                throw new AssertionError("every target has a table");
            }
            checkOwner(target, table);
            landings.add(land(target, table));
        }
        return landings;
    }

    /** The table of a stream as far as it is known without a plan for others. */
    TableName table(StreamTarget target) {
        return plan(List.of(target)).getFirst().table();
    }

    private Optional<CheckpointRow> row(StreamName stream) {
        return rows.stream()
                .filter(row -> row.pipeline().equals(pipeline) && row.stream().equals(stream))
                .findFirst();
    }

    private TableName wanted(StreamTarget target) {
        return new TableName(
                target.target().namespace().filter(name -> !name.isEmpty()).orElse(defaultSchema),
                target.target().name());
    }

    /** A table for each stream, by names that DuckDB tells apart. */
    private Map<StreamName, TableName> tables(List<StreamTarget> targets) {
        Map<TableName, StreamName> exact = new HashMap<>();
        // Sorted, so that the order in which streams are listed decides nothing.
        Map<StreamName, StreamTarget> sorted = new TreeMap<>();
        for (StreamTarget target : targets) {
            StreamName other = exact.put(wanted(target), target.source());
            if (other != null) {
                throw new ConfigurationFailure(
                        "The streams %s and %s would both land in the table %s. Set a namespace or a prefix, or leave one of them out."
                                .formatted(other, target.source(), wanted(target)));
            }
            sorted.put(target.source(), target);
        }
        Map<String, List<String>> namesBySchema = new TreeMap<>();
        Map<String, Map<String, String>> before = new HashMap<>();
        Map<StreamName, String> identities = new HashMap<>();
        Map<String, Integer> listed = new HashMap<>();
        for (StreamTarget target : sorted.values()) {
            TableName wanted = wanted(target);
            String schema = UniqueNames.foldCase(wanted.schema());
            // Two namespaces that differ in case only are one schema: their tables meet there.
            String name = wanted.table();
            Integer count = listed.merge(schema + "\u0000" + name, 1, Integer::sum);
            String identity = count == 1 ? name : name + "_" + count;
            identities.put(target.source(), identity);
            namesBySchema.computeIfAbsent(schema, _ -> new ArrayList<>()).add(identity);
            row(target.source())
                    .filter(row -> UniqueNames.foldCase(row.table().schema()).equals(schema))
                    .filter(row -> isVariant(row.table().table(), wanted.table()))
                    .ifPresent(row ->
                            before.computeIfAbsent(schema, _ -> new HashMap<>())
                                    .put(identity, row.table().table()));
        }
        Map<StreamName, TableName> tables = new HashMap<>();
        Map<String, Map<String, String>> given = new HashMap<>();
        namesBySchema.forEach((schema, names) ->
                given.put(
                        schema,
                        UniqueNames.assign(
                                names,
                                reservedTables(schema, sorted.keySet()),
                                before.getOrDefault(schema, Map.of()),
                                UniqueNames::foldCase)));
        sorted.forEach((stream, target) -> {
            TableName wanted = wanted(target);
            String identity = identities.getOrDefault(stream, wanted.table());
            String name =
                    given.getOrDefault(UniqueNames.foldCase(wanted.schema()), Map.of())
                            .getOrDefault(identity, wanted.table());
            tables.put(stream, new TableName(wanted.schema(), name));
        });
        return tables;
    }

    /** Whether {@code given} is {@code wanted}, or was made of it. */
    private static boolean isVariant(String given, String wanted) {
        String foldedGiven = UniqueNames.foldCase(given);
        String foldedWanted = UniqueNames.foldCase(wanted);
        return foldedGiven.equals(foldedWanted)
                || (foldedGiven.startsWith(foldedWanted + "_")
                        && foldedGiven.substring(foldedWanted.length() + 1).matches("\\d+"));
    }

    private Set<String> reservedTables(String schema, Set<StreamName> planned) {
        Set<String> reserved = new HashSet<>();
        if (schema.equals(UniqueNames.foldCase(defaultSchema))) {
            reserved.add(CheckpointTable.CHECKPOINTS);
            reserved.add(CheckpointTable.RECEIPTS);
        }
        for (CheckpointRow row : rows) {
            // Another stream of this pipeline has landed there. (Another pipeline's table is
            // refused by name instead: to land beside it silently is not what anybody expects.)
            if (row.pipeline().equals(pipeline)
                    && !planned.contains(row.stream())
                    && UniqueNames.foldCase(row.table().schema()).equals(schema)) {
                reserved.add(UniqueNames.foldCase(row.table().table()));
            }
        }
        return reserved;
    }

    private void checkOwner(StreamTarget target, TableName table) {
        for (CheckpointRow row : rows) {
            if (row.table().sameAs(table) && !row.pipeline().equals(pipeline)) {
                throw new ConfigurationFailure(
                        "The table %s, where stream %s would land, belongs to the pipeline \"%s\". Give this pipeline a namespace or a prefix of its own, or reset that one with its data."
                                .formatted(table, target.source(), row.pipeline()));
            }
        }
        Optional<TableCatalog.Table> existing = catalog.find(table);
        if (existing.isEmpty()) {
            return;
        }
        if (existing.orElseThrow().view()) {
            throw new ConfigurationFailure(
                    "%s, where stream %s would land, is a view. Set a namespace or a prefix, or drop the view."
                            .formatted(table, target.source()));
        }
        boolean ours = row(target.source()).filter(row -> row.table().sameAs(table)).isPresent();
        if (!ours) {
            throw new ConfigurationFailure(
                    "The table %s, where stream %s would land, exists already and was not made by this pipeline. Set a namespace or a prefix, or drop or rename the table."
                            .formatted(table, target.source()));
        }
    }

    private Landing land(StreamTarget target, TableName table) {
        Optional<CheckpointRow> row = row(target.source());
        boolean sameGeneration =
                row.filter(known -> known.generation() == target.generation()).isPresent();
        boolean begun = sameGeneration && !row.orElseThrow().complete();
        // Where the generation was completed already, its rows are what readers see: it goes on
        // there.
        boolean replaces = target.replace() && !(sameGeneration && !begun);
        Optional<TableName> leftover =
                row.flatMap(CheckpointRow::loading)
                        .map(name -> new TableName(row.orElseThrow().table().schema(), name))
                        .filter(name -> catalog.find(name).isPresent());
        Optional<TableName> loading =
                replaces ? Optional.of(table.ofGeneration(target.generation())) : Optional.empty();
        // Rows of a generation without a state are covered by nothing.
        boolean covered = begun && row.orElseThrow().state().isPresent();
        boolean resumes = leftover.isPresent() && covered;
        List<String> statements = new ArrayList<>();
        Optional<TableName> absorbed = Optional.empty();
        Optional<TableCatalog.Table> existing = catalog.find(table);
        if (replaces) {
            if (resumes && leftover.equals(loading)) {
                existing = catalog.find(loading.orElseThrow());
            } else {
                leftover.ifPresent(name -> statements.add("DROP TABLE " + name.sql()));
                existing = Optional.empty();
            }
        } else if (resumes) {
            // A refresh was given up, and its states are kept: so are its rows
            // (reference: protocol 2.4.11).
            absorbed = leftover;
        } else {
            leftover.ifPresent(name -> statements.add("DROP TABLE " + name.sql()));
        }
        boolean exists = catalog.find(table).isPresent();
        LandingPlan.Action action =
                !exists
                        ? LandingPlan.Action.CREATE
                        : target.replace()
                                ? LandingPlan.Action.REPLACE
                                : target.syncMode().deduplicated()
                                        ? LandingPlan.Action.UPSERT
                                        : LandingPlan.Action.APPEND;
        TableName written = loading.orElse(table);
        var columns = new Columns(target, row, existing);
        columns.decide();
        if (existing.isEmpty()) {
            statements.add("CREATE SCHEMA IF NOT EXISTS " + written.schemaSql());
            statements.add(
                    "CREATE TABLE %s (%s)"
                            .formatted(written.sql(), String.join(", ", columns.definitions)));
        } else {
            for (String alteration : columns.alterations) {
                statements.add("ALTER TABLE " + written.sql() + " " + alteration);
            }
        }
        var plan =
                new LandingPlan(
                        target.source(),
                        table.toString(),
                        action,
                        columns.changes,
                        new StreamSchema(columns.landed),
                        columns.landed.stream()
                                .map(column -> DuckDbTypes.sqlName(column.type()))
                                .toList());
        return new Landing(
                target, table, loading, plan, columns.names, statements, absorbed, begun);
    }

    /** Decides about the columns of one stream. */
    private final class Columns {
        private final StreamTarget target;
        private final Optional<TableCatalog.Table> existing;
        private final Map<String, String> names = new HashMap<>();
        private final List<Column> landed = new ArrayList<>();
        private final List<String> definitions = new ArrayList<>();
        private final List<String> alterations = new ArrayList<>();
        private final List<String> changes = new ArrayList<>();

        Columns(
                StreamTarget target,
                Optional<CheckpointRow> row,
                Optional<TableCatalog.Table> existing) {
            this.target = target;
            this.existing = existing;
            row.ifPresent(known -> names.putAll(known.columns()));
        }

        void decide() {
            Set<String> reserved = new HashSet<>();
            MetadataColumn.names().forEach(reserved::add);
            reserved.add("rowid"); // deduplication tells rows apart by DuckDB's own
            Map<String, String> given =
                    UniqueNames.assign(
                            target.schema().names(), reserved, names, UniqueNames::foldCase);
            names.putAll(given);
            for (Column column : target.schema().columns()) {
                String name = given.getOrDefault(column.name(), column.name());
                decideColumn(column, name);
            }
            if (metadata) {
                for (MetadataColumn column : MetadataColumn.values()) {
                    String type = DuckDbTypes.sqlName(column.type());
                    definitions.add(Sql.name(column.columnName()) + " " + type);
                    if (existing.filter(table -> table.column(column.columnName()).isEmpty())
                            .isPresent()) {
                        add(column.columnName(), type);
                    }
                }
            }
            if (definitions.isEmpty()) {
                // DuckDB has no tables without columns.
                definitions.add(Sql.name("_millrace_no_columns") + " BOOLEAN");
            }
        }

        private void decideColumn(Column column, String name) {
            Optional<TableCatalog.Column> present = existing.flatMap(table -> table.column(name));
            ColumnType type =
                    present.isPresent()
                            ? TypeChange.landed(
                                    column.type(), DuckDbTypes.parse(present.orElseThrow().type()))
                            : TypeChange.landed(column.type());
            String sqlType = DuckDbTypes.sqlName(type);
            landed.add(new Column(name, type, column.sourceType()));
            definitions.add(Sql.name(name) + " " + sqlType);
            if (existing.isPresent() && present.isEmpty()) {
                add(name, sqlType);
            } else if (present.isPresent()) {
                String before = present.orElseThrow().type();
                boolean same =
                        DuckDbTypes.parse(before)
                                .map(DuckDbTypes::sqlName)
                                .filter(sqlType::equals)
                                .isPresent();
                if (!same) {
                    alter(present.orElseThrow().name(), before, sqlType);
                }
            }
        }

        private void add(String name, String type) {
            alterations.add("ADD COLUMN " + Sql.name(name) + " " + type);
            changes.add("add column " + name + " " + type);
        }

        private void alter(String name, String before, String after) {
            String column = Sql.name(name);
            boolean listToText = before.endsWith("]") && after.equals("VARCHAR");
            alterations.add(
                    "ALTER COLUMN %s SET DATA TYPE %s%s"
                            .formatted(
                                    column,
                                    after,
                                    listToText
                                            ? " USING CAST(to_json(%s) AS VARCHAR)"
                                                    .formatted(column)
                                            : ""));
            changes.add("alter column " + name + " from " + before + " to " + after);
        }
    }
}
