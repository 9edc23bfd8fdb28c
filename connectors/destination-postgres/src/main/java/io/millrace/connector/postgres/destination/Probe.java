package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.BinaryCopyEncoder;
import io.millrace.connector.postgres.common.CopyBuffer;
import io.millrace.protocol.failure.SystemFailure;
import org.postgresql.copy.CopyIn;

/** Writes one row the way all rows are written. */
final class Probe {
    private static final String DOING = "trying to write";

    private Probe() {}

    /** Makes {@code table} with a row, in the transaction that is open, and drops it. */
    static void run(Backend backend, TableName table) {
        backend.execute(DOING, "CREATE TABLE %s (id int4)".formatted(table.sql()));
        CopyIn copy =
                backend.copyIn(DOING, "COPY %s FROM STDIN (FORMAT binary)".formatted(table.sql()));
        var row = new CopyBuffer(64);
        BinaryCopyEncoder.begin(row);
        row.putShort(1);
        row.putInt(4);
        row.putInt(1);
        BinaryCopyEncoder.end(row);
        backend.run(
                DOING,
                () -> {
                    copy.writeToCopy(row.bytes(), 0, row.length());
                    return copy.endCopy();
                });
        long rows =
                backend.query(
                                DOING,
                                "SELECT count(*) FROM " + table.sql(),
                                found -> found.getLong(1))
                        .getFirst();
        if (rows != 1) {
            throw new SystemFailure(
                    "PostgreSQL took a row and did not give it back.", rows + " rows");
        }
        backend.execute(
                DOING,
                "CREATE TEMP TABLE _millrace_staging_check (id int4); DROP TABLE " + table.sql());
    }
}
