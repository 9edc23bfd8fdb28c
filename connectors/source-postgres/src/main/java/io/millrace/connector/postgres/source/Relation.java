package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.Identifiers;
import io.millrace.connector.postgres.common.PostgresType;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;

/**
 * A table, partitioned table, view, materialised view or foreign table.
 *
 * @param oid its number in {@code pg_class}
 * @param kind {@code pg_class.relkind}
 * @param readableWhole whether the user may read the table and not only columns of it, so that the
 *     columns that PostgreSQL keeps for itself (ctid, xmin) can be read too
 * @param filtered whether row level security hides rows from the user
 * @param columns those that the user may read, in the table's order
 * @param primaryKey names, in the key's order; empty where there is none that can be read whole
 */
record Relation(
        long oid,
        String schema,
        String name,
        char kind,
        boolean readableWhole,
        boolean filtered,
        List<RelationColumn> columns,
        List<String> primaryKey) {

    Relation {
        columns = List.copyOf(columns);
        primaryKey = List.copyOf(primaryKey);
    }

    /** A column and its number in the table. */
    record RelationColumn(String name, int number, PostgresType type) {}

    StreamName stream() {
        return StreamName.of(schema, name);
    }

    String quoted() {
        return Identifiers.quote(schema, name);
    }

    StreamSchema streamSchema() {
        return new StreamSchema(
                columns.stream().map(column -> column.type().column(column.name())).toList());
    }

    Optional<RelationColumn> column(String columnName) {
        return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
    }

    /** Whether its rows stay where they are and tell the transaction that wrote them. */
    boolean hasTransactions() {
        return (kind == 'r' || kind == 'p') && readableWhole;
    }
}
