package io.millrace.connector.postgres.destination;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What hangs on a table, by the database's catalog. */
final class Dependents {
    private Dependents() {}

    /** A view or materialized view, as a statement names it. */
    record View(String name, boolean materialized) {}

    /** The views that read one of {@code columns} of {@code table}. */
    static List<View> views(
            Backend backend, TableShape table, Collection<TableShape.Column> columns) {
        if (columns.isEmpty()) {
            return List.of();
        }
        return backend.query(
                "looking for views on " + table.table(),
                """
                SELECT DISTINCT v.oid::regclass::text, v.relkind = 'm'
                FROM pg_catalog.pg_depend d
                JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
                JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
                WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass
                AND d.refclassid = 'pg_catalog.pg_class'::regclass
                AND d.refobjid = %d AND d.refobjsubid IN (%s) AND v.oid <> d.refobjid
                ORDER BY 1
                """
                        .formatted(
                                table.oid(),
                                columns.stream()
                                        .map(column -> Integer.toString(column.number()))
                                        .collect(Collectors.joining(", "))),
                row -> new View(row.getString(1), row.getBoolean(2)));
    }

    /**
     * Whether the table must stay the same one when its rows are replaced: views, foreign keys,
     * policies, triggers, publications, partitions or anything else hang on it, or it has settings
     * that another table wouldn't get. Grants, comments, indexes, keys and checks alone can be
     * given to another table.
     */
    static boolean bind(Backend backend, TableShape table) {
        return backend.query(
                        "looking at what depends on " + table.table(),
                        """
                        SELECT c.relkind <> 'r' OR c.relrowsecurity OR c.relforcerowsecurity
                            OR c.relreplident <> 'd' OR c.reloptions IS NOT NULL OR c.reltablespace <> 0
                            OR c.relpersistence <> 'p' OR c.relispartition OR c.relhassubclass
                            OR EXISTS (
                                SELECT FROM pg_catalog.pg_attribute a
                                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                                AND (a.attacl IS NOT NULL OR a.attoptions IS NOT NULL))
                            OR EXISTS (
                                SELECT FROM pg_catalog.pg_index i
                                WHERE i.indrelid = c.oid AND (NOT i.indisvalid OR i.indisclustered OR i.indisreplident))
                            OR EXISTS (
                                SELECT FROM pg_catalog.pg_seclabel l
                                WHERE l.objoid = c.oid AND l.classoid = 'pg_catalog.pg_class'::regclass)
                            OR EXISTS (
                                SELECT FROM pg_catalog.pg_depend d
                                WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
                                AND d.classid <> 'pg_catalog.pg_type'::regclass
                                AND d.classid <> 'pg_catalog.pg_attrdef'::regclass
                                AND NOT (d.classid = 'pg_catalog.pg_class'::regclass AND EXISTS (
                                    SELECT FROM pg_catalog.pg_class k
                                    WHERE k.oid = d.objid AND k.relkind IN ('i', 't')))
                                AND NOT (d.classid = 'pg_catalog.pg_constraint'::regclass AND EXISTS (
                                    SELECT FROM pg_catalog.pg_constraint k
                                    WHERE k.oid = d.objid AND k.conrelid = c.oid
                                    AND k.contype IN ('c', 'p', 'u', 'n') AND NOT k.condeferrable)))
                            OR EXISTS (
                                SELECT FROM pg_catalog.pg_depend d
                                JOIN pg_catalog.pg_type y ON y.oid = c.reltype
                                WHERE d.refclassid = 'pg_catalog.pg_type'::regclass
                                AND (d.refobjid = y.oid OR d.refobjid = y.typarray)
                                AND NOT (d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = y.typarray))
                        FROM pg_catalog.pg_class c WHERE c.oid = %d
                        """
                                .formatted(table.oid()),
                        row -> row.getBoolean(1))
                .getFirst();
    }
}
