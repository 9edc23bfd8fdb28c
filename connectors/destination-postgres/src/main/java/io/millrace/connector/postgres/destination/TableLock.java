package io.millrace.connector.postgres.destination;

import io.millrace.protocol.failure.TransientFailure;
import java.time.Duration;

/**
 * Takes a table from its readers, in the transaction that is open. Each attempt is short, since new
 * readers queue up behind a lock that is waited for: so a long query delays us, and nobody else.
 */
final class TableLock {
    private static final Duration ATTEMPT = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long PAUSE_MILLIS = 500;
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private TableLock() {}

    /**
     * @throws TransientFailure if others have kept the table for ten minutes
     */
    static void acquire(Backend backend, TableName table) throws InterruptedException {
        String doing = "waiting for the readers of " + table;
        long begin = System.nanoTime();
        while (true) {
            // A failed attempt ends no more than the savepoint.
            boolean locked =
                    backend.attempt(
                            doing,
                            LOCK_NOT_AVAILABLE,
                            """
                            SAVEPOINT locking; SET LOCAL lock_timeout = %d;
                            LOCK TABLE %s IN ACCESS EXCLUSIVE MODE;
                            SET LOCAL lock_timeout = 0; RELEASE SAVEPOINT locking
                            """
                                    .formatted(ATTEMPT.toMillis(), table.sql()),
                            "ROLLBACK TO SAVEPOINT locking; RELEASE SAVEPOINT locking");
            if (locked) {
                return;
            }
            if (System.nanoTime() - begin > LIMIT.toNanos()) {
                throw new TransientFailure(
                        "Another transaction has kept the table %s for %d minutes. End it; the next run goes on from here."
                                .formatted(table, LIMIT.toMinutes()));
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
