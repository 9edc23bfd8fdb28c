package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.CopyBuffer;
import java.sql.SQLException;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into one table, encoded: first those that checkpoints cover, then the others.
 * What is covered can be sent and committed while the rest waits here. One thread uses it.
 */
final class CopyStream {
    /** How much goes to the driver at a time: the server works while the next part is encoded. */
    private static final int SLICE = 256 << 10;

    private final String statement;
    private final CopyBuffer buffer = new CopyBuffer(1024);
    private int covered;

    /**
     * @param statement {@code COPY … FROM STDIN (FORMAT binary)}
     */
    CopyStream(String statement) {
        this.statement = statement;
    }

    String statement() {
        return statement;
    }

    CopyBuffer buffer() {
        return buffer;
    }

    /** Bytes that wait here. */
    int waiting() {
        return buffer.length();
    }

    /** A checkpoint was taken: it covers all that is here. */
    void cover() {
        covered = buffer.length();
    }

    /** Bytes that checkpoints cover. */
    int covered() {
        return covered;
    }

    /** Whether there is enough to be worth sending. */
    boolean full() {
        return buffer.length() >= SLICE;
    }

    /** The size to encode up to. */
    static int slice() {
        return SLICE;
    }

    /** Sends the first {@code count} bytes. */
    void send(CopyIn copy, int count) throws SQLException {
        for (int at = 0; at < count; at += SLICE) {
            copy.writeToCopy(buffer.bytes(), at, Math.min(SLICE, count - at));
        }
        buffer.discard(count);
        covered = Math.max(0, covered - count);
    }
}
