package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.common.Identifiers.literal;

import io.millrace.connector.postgres.common.Identifiers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the database's catalog says of schemas and tables. */
final class Schemas {
    private Schemas() {}

    /** Creates a schema where it is not there; one that is there needs no right to create it. */
    static void create(Backend backend, String schema) {
        if (!exists(backend, schema)) {
            backend.execute(
                    "creating the schema " + schema,
                    "CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(schema));
        }
    }

    static boolean exists(Backend backend, String schema) {
        return backend.query(
                        "looking for the schema " + schema,
                        "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s)"
                                .formatted(literal(schema)),
                        row -> row.getBoolean(1))
                .getFirst();
    }

    /** The relation called {@code table}. */
    static Optional<TableShape> find(Backend backend, TableName table) {
        return Optional.ofNullable(
                list(backend, table, "c.relname = " + literal(table.name())).get(table.name()));
    }

    /** The relation called {@code table} and its generations, by their names. */
    static Map<String, TableShape> withGenerations(Backend backend, TableName table) {
        return list(
                backend,
                table,
                "(c.relname = %s OR (c.relkind = 'r' AND pg_catalog.strpos(c.relname, %s) = 1))"
                        .formatted(literal(table.name()), literal(table.generationPrefix())));
    }

    private static Map<String, TableShape> list(
            Backend backend, TableName table, String condition) {
        record Line(
                String name,
                long oid,
                String kind,
                String owner,
                boolean owned,
                Optional<TableShape.Column> column) {}
        List<Line> lines =
                backend.query(
                        "looking at the table " + table,
                        """
                        SELECT c.relname, c.oid::int8, c.relkind::text, pg_catalog.pg_get_userbyid(c.relowner),
                            pg_catalog.pg_has_role(c.relowner, 'USAGE'), a.attname, a.attnum,
                            pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef
                        FROM pg_catalog.pg_class c
                        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                        LEFT JOIN pg_catalog.pg_attribute a
                            ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                        WHERE n.nspname = %s AND %s
                        ORDER BY c.relname, a.attnum
                        """
                                .formatted(literal(table.schema()), condition),
                        row ->
                                new Line(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getBoolean(5),
                                        row.getString(6) == null
                                                ? Optional.empty()
                                                : Optional.of(
                                                        new TableShape.Column(
                                                                row.getInt(7),
                                                                row.getString(6),
                                                                SqlType.parse(row.getString(8)),
                                                                row.getBoolean(9),
                                                                row.getBoolean(10)))));
        Map<String, List<Line>> byName = new LinkedHashMap<>();
        lines.forEach(
                line -> byName.computeIfAbsent(line.name(), _ -> new ArrayList<>()).add(line));
        Map<String, TableShape> shapes = new LinkedHashMap<>();
        byName.forEach((name, its) -> {
            Line first = its.getFirst();
            shapes.put(
                    name,
                    new TableShape(
                            table.sibling(name),
                            first.oid(),
                            first.kind(),
                            first.owner(),
                            first.owned(),
                            its.stream().flatMap(line -> line.column().stream()).toList()));
        });
        return shapes;
    }
}
