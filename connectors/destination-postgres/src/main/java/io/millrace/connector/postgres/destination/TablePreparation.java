package io.millrace.connector.postgres.destination;

import io.millrace.protocol.connector.LandingPlan;
import java.util.List;

/**
 * What has to be done so that a stream can be written.
 *
 * @param landing how the stream meets {@code table}
 * @param table where rows go
 * @param replaces whether it is a generation that takes the landing's place at the end
 * @param empty whether the table will hold nothing
 * @param statements in one transaction
 * @param atOnce whether they touch a table that others read: then they are committed at once, as
 *     readers would wait for the transaction's end
 */
record TablePreparation(
        Backend backend,
        Landing landing,
        TableName table,
        boolean replaces,
        boolean empty,
        List<String> statements,
        boolean atOnce,
        LandingPlan.Action action) {

    TablePreparation {
        statements = List.copyOf(statements);
    }

    /** Does it; whether a transaction is open afterwards. */
    boolean perform() throws InterruptedException {
        if (statements.isEmpty()) {
            return false;
        }
        String all = String.join("; ", statements);
        if (atOnce) {
            backend.execute(doing(), "BEGIN");
            TableLock.acquire(backend, table);
            backend.execute(doing(), all + "; COMMIT");
        } else {
            backend.execute(doing(), "BEGIN; " + all);
        }
        return !atOnce;
    }

    /** Does it in the transaction that is open. */
    void performWithin() throws InterruptedException {
        if (!statements.isEmpty()) {
            TableLock.acquire(backend, table);
            backend.execute(doing(), String.join("; ", statements));
        }
    }

    private String doing() {
        return "preparing the table " + landing.table();
    }

    LandingPlan plan() {
        return landing.plan(action);
    }
}
