package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.TypeCatalog;
import io.millrace.connector.postgres.source.Relation.RelationColumn;
import io.millrace.protocol.catalog.StreamName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads PostgreSQL's catalogs: a few queries, whatever the number of tables. */
final class Catalog {
    /**
     * Parts of partitioned tables are no streams of their own. Rights may be given by column. The
     * condition comes in the place of {@code {condition}}.
     */
    private static final String RELATIONS =
            """
            SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text,
                   a.attname, a.attnum, a.atttypid::int8, a.atttypmod, a.attndims,
                   pg_catalog.format_type(a.atttypid, a.atttypmod),
                   pg_catalog.has_table_privilege(c.oid, 'SELECT'),
                   pg_catalog.row_security_active(c.oid)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_attribute a
                ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND (pg_catalog.has_table_privilege(c.oid, 'SELECT')
                    OR pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'))
            WHERE {condition}
                AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                AND (pg_catalog.has_table_privilege(c.oid, 'SELECT')
                    OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
            """;

    private static final String PRIMARY_KEYS =
            """
            SELECT i.indrelid::int8, a.attname
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY k (attnum, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
            WHERE {condition} AND i.indisprimary
                AND k.place <= COALESCE(
                    (pg_catalog.to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)
            ORDER BY i.indrelid, k.place
            """;

    private static final String LEAVES =
            """
            WITH RECURSIVE tree (oid) AS (
                SELECT ?::pg_catalog.oid
                UNION
                SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
            SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, c.relfilenode::int8,
                   CASE WHEN c.relkind IN ('r', 'm') THEN
                       pg_catalog.pg_relation_size(c.oid)
                           / pg_catalog.current_setting('block_size')::int8 END,
                   CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_table_size(c.oid) END,
                   c.reltuples,
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                       AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
            FROM tree
            JOIN pg_catalog.pg_class c ON c.oid = tree.oid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm', 'f')
            ORDER BY c.oid
            """;

    private Catalog() {}

    /** Everything in {@code schemas} that the user may read, by name. */
    static List<Relation> list(Connection connection, List<String> schemas) throws SQLException {
        return relations(
                connection,
                "n.nspname = ANY (?) AND NOT c.relispartition",
                connection.createArrayOf("text", schemas.toArray()));
    }

    /** One of them; empty if there is none of that name, or the user may not read it. */
    static Optional<Relation> find(Connection connection, StreamName stream) throws SQLException {
        String schema = stream.namespace().orElse("public");
        return relations(connection, "n.nspname = ? AND c.relname = ?", schema, stream.name())
                .stream()
                .findFirst();
    }

    /** The schemas among {@code schemas} that there are. */
    static Set<String> existingSchemas(Connection connection, List<String> schemas)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY (?)")) {
            statement.setArray(1, connection.createArrayOf("text", schemas.toArray()));
            Set<String> existing = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    existing.add(rows.getString(1));
                }
            }
            return existing;
        }
    }

    /** The tables that hold the rows of {@code relation}; none for a view. */
    static List<Leaf> leaves(Connection connection, Relation relation) throws SQLException {
        if (relation.kind() == 'v' || relation.kind() == 'f') {
            return List.of();
        }
        try (PreparedStatement statement = connection.prepareStatement(LEAVES)) {
            statement.setLong(1, relation.oid());
            List<Leaf> leaves = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    leaves.add(
                            new Leaf(
                                    rows.getLong(1),
                                    rows.getString(2),
                                    rows.getString(3),
                                    rows.getString(4).charAt(0),
                                    rows.getLong(5),
                                    rows.getLong(6),
                                    rows.getLong(7),
                                    rows.getDouble(8),
                                    rows.getBoolean(9)));
                }
            }
            return leaves;
        }
    }

    /**
     * Whether rows can be found by {@code column} without a scan: it leads an index of the whole
     * table.
     */
    static boolean indexed(Connection connection, Relation relation, RelationColumn column)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT EXISTS (
                            SELECT FROM pg_catalog.pg_index i
                            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                            JOIN pg_catalog.pg_am m ON m.oid = c.relam
                            WHERE i.indrelid = ?::pg_catalog.oid AND m.amname = 'btree'
                                AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = ?)
                        """)) {
            statement.setLong(1, relation.oid());
            statement.setInt(2, column.number());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    private record Row(
            String column, int number, int type, int modifier, int dimensions, String text) {}

    private static List<Relation> relations(
            Connection connection, String condition, Object... parameters) throws SQLException {
        List<Relation> heads = new ArrayList<>();
        Map<Long, List<Row>> rowsByOid = new HashMap<>();
        Set<Integer> types = new HashSet<>();
        try (PreparedStatement statement =
                connection.prepareStatement(RELATIONS.replace("{condition}", condition))) {
            bind(statement, parameters);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long oid = rows.getLong(1);
                    List<Row> columns = rowsByOid.get(oid);
                    if (columns == null) {
                        columns = new ArrayList<>();
                        rowsByOid.put(oid, columns);
                        heads.add(
                                new Relation(
                                        oid,
                                        rows.getString(2),
                                        rows.getString(3),
                                        rows.getString(4).charAt(0),
                                        rows.getBoolean(11),
                                        rows.getBoolean(12),
                                        List.of(),
                                        List.of()));
                    }
                    if (rows.getString(5) != null) {
                        types.add((int) rows.getLong(7));
                        columns.add(
                                new Row(
                                        rows.getString(5),
                                        rows.getInt(6),
                                        (int) rows.getLong(7),
                                        rows.getInt(8),
                                        rows.getInt(9),
                                        rows.getString(10)));
                    }
                }
            }
        }
        if (heads.isEmpty()) {
            return List.of();
        }
        Map<Long, List<String>> keys = primaryKeys(connection, condition, parameters);
        TypeCatalog catalog = TypeCatalog.load(connection, types);
        return heads.stream()
                .map(head ->
                        complete(
                                head,
                                rowsByOid.getOrDefault(head.oid(), List.of()),
                                keys.getOrDefault(head.oid(), List.of()),
                                catalog))
                .toList();
    }

    private static Relation complete(
            Relation head, List<Row> rows, List<String> key, TypeCatalog catalog) {
        List<RelationColumn> columns =
                rows.stream()
                        .map(row ->
                                new RelationColumn(
                                        row.column(),
                                        row.number(),
                                        catalog.resolve(
                                                row.type(),
                                                row.modifier(),
                                                row.dimensions(),
                                                row.text())))
                        .toList();
        Set<String> readable = new HashSet<>();
        rows.forEach(row -> readable.add(row.column()));
        return new Relation(
                head.oid(),
                head.schema(),
                head.name(),
                head.kind(),
                head.readableWhole(),
                head.filtered(),
                columns,
                readable.containsAll(key) ? key : List.of());
    }

    private static Map<Long, List<String>> primaryKeys(
            Connection connection, String condition, Object... parameters) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(PRIMARY_KEYS.replace("{condition}", condition))) {
            bind(statement, parameters);
            Map<Long, List<String>> keys = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    keys.computeIfAbsent(rows.getLong(1), _ -> new ArrayList<>())
                            .add(rows.getString(2));
                }
            }
            return keys;
        }
    }

    private static void bind(PreparedStatement statement, Object... parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }
}
