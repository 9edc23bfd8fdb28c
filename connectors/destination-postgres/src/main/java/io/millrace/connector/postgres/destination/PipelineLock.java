package io.millrace.connector.postgres.destination;

import io.millrace.protocol.failure.TransientFailure;
import java.time.Duration;
import java.util.List;

/**
 * Keeps writers of one pipeline apart, by two advisory locks of the database. The session holds the
 * first; each connection that writes for it shares the second. Whoever comes later waits for the
 * first, then until nobody shares the second any more: so a server process that still works for a
 * run that was killed can't commit in the middle of the next one (invariant 5).
 *
 * <p>PostgreSQL frees both when a connection ends, however that happens. A process of the server
 * whose client is gone notices at once when it reads or writes, and within seconds or a minute in a
 * long statement or where a machine was lost. One that still lingers is ended.
 */
final class PipelineLock {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 50;
    private static final long WRITERS = 0x5DEECE66DL;
    private static final String DOING = "waiting for the earlier writer of this pipeline";

    private final String pipeline;
    private final Duration patience;
    private final long sessionKey;
    private final long writersKey;

    /**
     * @param schema where the pipeline's checkpoints are
     * @param patience how long an earlier writer may take to end by itself
     */
    PipelineLock(String schema, String pipeline, Duration patience) {
        this.pipeline = pipeline;
        this.patience = patience;
        this.sessionKey = Names.hash64("millrace " + schema + "\n" + pipeline);
        this.writersKey = sessionKey ^ WRITERS;
    }

    /** Blocks until {@code backend} holds the session's lock and no other writer is there. */
    void acquire(Backend backend) throws InterruptedException {
        long begin = System.nanoTime();
        boolean ended = false;
        while (!attempt(backend)) {
            long waited = System.nanoTime() - begin;
            if (waited > LIMIT.toNanos()) {
                throw new TransientFailure(
                        ("Another run of the pipeline %s is writing (server processes %s). Wait"
                                        + " until it has ended, or end it.")
                                .formatted(pipeline, holders(backend)));
            }
            if (!ended && waited > patience.toNanos()) {
                ended = true;
                endHolders(backend);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean attempt(Backend backend) {
        // The second only while nobody shares it; it is given back at once, for our own writers.
        return backend.query(
                        DOING,
                        """
                        SELECT CASE WHEN NOT pg_try_advisory_lock(%d) THEN false
                            WHEN pg_try_advisory_lock(%d) THEN pg_advisory_unlock(%d)
                            ELSE NOT pg_advisory_unlock(%d) END
                        """
                                .formatted(sessionKey, writersKey, writersKey, sessionKey),
                        row -> row.getBoolean(1))
                .getFirst();
    }

    /** Marks {@code backend}, another connection of the session, as a writer until it ends. */
    void share(Backend backend) {
        backend.query(
                "joining the pipeline's writers",
                "SELECT pg_advisory_lock_shared(%d)".formatted(writersKey),
                row -> true);
    }

    /** Frees what {@code backend} holds. */
    static void release(Backend backend) {
        backend.query(
                "freeing the pipeline's lock", "SELECT pg_advisory_unlock_all()", row -> true);
    }

    private List<Integer> holders(Backend backend) {
        return backend.query(DOING, "SELECT l.pid " + holding(), row -> row.getInt(1));
    }

    private void endHolders(Backend backend) {
        backend.query(
                DOING,
                "SELECT pg_terminate_backend(l.pid) "
                        + holding()
                        + " AND a.usename = current_user AND a.application_name = '"
                        + PostgresDestination.APPLICATION
                        + "'",
                row -> row.getBoolean(1));
    }

    private String holding() {
        return """
        FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::int8 << 32 | l.objid::int8) IN (%d, %d)
        AND l.pid <> pg_backend_pid()\
        """
                .formatted(sessionKey, writersKey);
    }
}
