package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Keeps one row per primary key (reference: protocol 4.7): the newest by cursor, nulls last; then
 * by time of extraction; then by arrival, which is the order of DuckDB's row ids. Nulls in a key
 * are equal to each other. A newest row that tells of a deletion removes the key.
 *
 * <p>Keys are compared by hash joins; no index is kept, since one would cost each load more than
 * the scan of the key columns costs a merge.
 *
 * @param key landed names
 * @param cursor landed name
 * @param extractedAt the metadata column, where the table has it
 * @param deletedAt the column that tells of a deletion, where the stream has it
 */
record Deduplication(
        List<String> key,
        Optional<String> cursor,
        Optional<String> extractedAt,
        Optional<String> deletedAt) {

    /** Change capture puts the time of a row's deletion there. */
    static final String DELETED_AT = "_ab_cdc_deleted_at";

    Deduplication {
        key = List.copyOf(key);
    }

    /** Leaves the newest row of each key in {@code table}, deletions included. */
    void reduce(DuckDbConnection connection, TableRef table) throws InterruptedException {
        long repeated =
                connection
                        .rows(
                                "SELECT count(*) FROM (SELECT 1 FROM %s GROUP BY %s HAVING count(*) > 1 LIMIT 1)"
                                        .formatted(table.sql(), Sql.names(key)))
                        .getFirst()
                        .number(0);
        if (repeated == 0) {
            return;
        }
        var order = new ArrayList<String>();
        cursor.ifPresent(name -> order.add(Sql.name(name) + " DESC NULLS LAST"));
        extractedAt.ifPresent(name -> order.add(Sql.name(name) + " DESC"));
        order.add("rowid DESC");
        connection.execute(
                """
                DELETE FROM %s WHERE rowid IN (
                    SELECT id FROM (
                        SELECT rowid AS id, row_number() OVER (PARTITION BY %s ORDER BY %s) AS place FROM %s)
                    WHERE place > 1)
                """
                        .formatted(
                                table.sql(),
                                Sql.names(key),
                                String.join(", ", order),
                                table.sql()));
    }

    /** Drops the rows that tell of deletions. */
    void dropDeletions(DuckDbConnection connection, TableRef table) throws InterruptedException {
        if (deletedAt.isPresent()) {
            connection.execute(
                    "DELETE FROM %s WHERE %s IS NOT NULL"
                            .formatted(table.sql(), Sql.name(deletedAt.orElseThrow())));
        }
    }

    /**
     * Brings the rows of {@code staged} into {@code table}; {@code staged} is reduced on the way,
     * and is to be emptied afterwards.
     *
     * @param columns what both have, landed names
     */
    void merge(DuckDbConnection connection, TableRef staged, TableRef table, List<String> columns)
            throws InterruptedException {
        reduce(connection, staged);
        String sameKey =
                key.stream()
                        .map(Sql::name)
                        .map(name -> "present." + name + " IS NOT DISTINCT FROM fresh." + name)
                        .collect(Collectors.joining(" AND "));
        Optional<String> newer = presentIsNewer();
        if (newer.isPresent()) {
            connection.execute(
                    "DELETE FROM %s AS fresh USING %s AS present WHERE %s AND (%s)"
                            .formatted(staged.sql(), table.sql(), sameKey, newer.orElseThrow()));
        }
        connection.execute(
                "DELETE FROM %s AS present USING %s AS fresh WHERE %s"
                        .formatted(table.sql(), staged.sql(), sameKey));
        connection.execute(
                "INSERT INTO %s (%s) SELECT %s FROM %s%s"
                        .formatted(
                                table.sql(),
                                Sql.names(columns),
                                Sql.names(columns),
                                staged.sql(),
                                deletedAt
                                        .map(name -> " WHERE " + Sql.name(name) + " IS NULL")
                                        .orElse("")));
    }

    /** Whether the row in the table is newer than the one that came; empty where it never is. */
    private Optional<String> presentIsNewer() {
        Optional<String> laterExtracted =
                extractedAt.map(Sql::name).map(name -> "present." + name + " > fresh." + name);
        if (cursor.isEmpty()) {
            return laterExtracted;
        }
        String name = Sql.name(cursor.orElseThrow());
        String laterCursor =
                "present.%s > fresh.%s OR (present.%s IS NOT NULL AND fresh.%s IS NULL)"
                        .formatted(name, name, name, name);
        return Optional.of(
                laterExtracted
                        .map(later ->
                                "%s OR (present.%s IS NOT DISTINCT FROM fresh.%s AND %s)"
                                        .formatted(laterCursor, name, name, later))
                        .orElse(laterCursor));
    }

    /** A table by its name in SQL. */
    record TableRef(String sql) {}
}
