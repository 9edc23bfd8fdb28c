package io.millrace.connector.postgres.source;

import io.millrace.protocol.failure.SystemFailure;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which transactions a snapshot sees, in 64-bit transaction numbers: all below {@code next} but for
 * those in {@code running}.
 *
 * @param oldest the oldest transaction that was running; {@code next} if none was
 * @param next the number that no transaction had yet
 * @param running ascending; transactions that were running, their subtransactions too
 */
record TransactionSnapshot(long oldest, long next, List<Long> running) {
    /** Distance at which 32-bit transaction numbers change their order. */
    private static final long HALF_CYCLE = 1L << 31;

    TransactionSnapshot {
        running = List.copyOf(running);
    }

    /**
     * The present transaction's snapshot, and what runs beside it. PostgreSQL itself lists running
     * top-level transactions only; a savepoint's rows carry the number of its subtransaction, and
     * would pass for visible. So all numbers in the window are asked for their status as well, in
     * the same statement.
     */
    private static final String TAKE =
            """
            WITH s AS MATERIALIZED (SELECT pg_catalog.txid_current_snapshot() AS snapshot)
            SELECT snapshot::text, ARRAY(
                SELECT x FROM pg_catalog.generate_series(
                    pg_catalog.txid_snapshot_xmin(snapshot),
                    pg_catalog.txid_snapshot_xmax(snapshot) - 1) x
                WHERE pg_catalog.txid_status(x) = 'in progress'),
                EXISTS (
                    SELECT FROM pg_catalog.pg_locks l
                    JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
                    WHERE l.locktype = 'virtualxid' AND a.pid <> pg_catalog.pg_backend_pid()
                        AND a.datname = pg_catalog.current_database() AND a.usesysid IS NOT NULL
                        AND a.application_name <> '%s')
            FROM s
            """
                    .formatted(PostgresSource.APPLICATION_NAME);

    /**
     * What {@link #take} gives.
     *
     * @param others whether other transactions were open, those included that had no number yet
     * @param certain whether all subtransactions are known
     */
    record Taken(TransactionSnapshot snapshot, boolean others, boolean certain) {}

    /**
     * The snapshot of the open transaction, which must be repeatable read, as its first statement.
     * Not certain if a transaction ended between the two halves of the statement: its
     * subtransactions, if it had any, are unknown.
     */
    static Taken take(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery(TAKE)) {
            rows.next();
            TransactionSnapshot listed = parse(rows.getString(1));
            Set<Long> inProgress = new TreeSet<>();
            Array array = rows.getArray(2);
            inProgress.addAll(Arrays.asList((Long[]) array.getArray()));
            boolean certain = inProgress.containsAll(listed.running());
            inProgress.addAll(listed.running());
            return new Taken(
                    new TransactionSnapshot(
                            listed.oldest(), listed.next(), List.copyOf(inProgress)),
                    rows.getBoolean(3) || !inProgress.isEmpty(),
                    certain);
        }
    }

    /** From PostgreSQL's form: {@code oldest:next:running,running}. */
    static TransactionSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        try {
            List<Long> running = new ArrayList<>();
            for (String part : parts[2].split(",")) {
                if (!part.isEmpty()) {
                    running.add(Long.parseLong(part));
                }
            }
            return new TransactionSnapshot(
                    Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
        } catch (NumberFormatException | IndexOutOfBoundsException failure) {
            throw new SystemFailure(
                    "A state holds a snapshot that can't be read. Reset the stream.",
                    "snapshot \"%s\"".formatted(text),
                    failure);
        }
    }

    /** PostgreSQL's form. */
    @Override
    public String toString() {
        return oldest
                + ":"
                + next
                + ":"
                + running.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /**
     * Whether rows can still be told by it in a transaction whose snapshot is {@code now}: false if
     * transaction numbers have wrapped around since, or if it is of another server.
     */
    boolean comparableAt(TransactionSnapshot now) {
        return now.next() >= next && now.next() - oldest < HALF_CYCLE;
    }

    /**
     * A condition on a table's rows: written by a transaction that this snapshot doesn't see. To be
     * used in a transaction whose snapshot is {@code now}, where {@link #comparableAt} holds.
     */
    String notVisible(TransactionSnapshot now) {
        // The cheap comparison comes first; it leaves few rows for the exact one. Rows carry 32
        // bits of the number, and 1 and 2 stand for "before all others".
        return ("(pg_catalog.age(xmin) <= (SELECT pg_catalog.age('%1$d'::pg_catalog.xid))"
                        + " AND xmin::text::bigint > 2"
                        + " AND NOT pg_catalog.txid_visible_in_snapshot("
                        + "%2$d - ((%2$d - xmin::text::bigint) & 4294967295),"
                        + " '%3$s'::pg_catalog.txid_snapshot))")
                .formatted(oldest & 0xFFFF_FFFFL, now.next(), this);
    }
}
