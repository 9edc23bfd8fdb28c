package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.Identifiers;

/**
 * A table that has rows of its own: a plain one, or a part of a partitioned or inherited one.
 *
 * @param file the number of the file that holds it, which changes whenever it is written anew
 * @param kind {@code pg_class.relkind}
 * @param pages how many pages its file has
 * @param bytes of its pages and of what lies beside them (TOAST)
 * @param rows PostgreSQL's estimate; below 0 for unknown
 * @param readable whether it may be read by itself, and not only through the table it is a part of
 */
record Leaf(
        long oid,
        String schema,
        String name,
        char kind,
        long file,
        long pages,
        long bytes,
        double rows,
        boolean readable) {

    String quoted() {
        return Identifiers.quote(schema, name);
    }

    /** Whether it can be read by ranges of pages. */
    boolean paged() {
        return readable && (kind == 'r' || kind == 'm');
    }
}
