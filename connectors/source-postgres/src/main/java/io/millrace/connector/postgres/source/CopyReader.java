package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.BinaryCopyDecoder;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.schema.StreamSchema;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;

/** Runs COPYs and fills batches from them, one after the other. Belongs to one thread. */
final class CopyReader implements AutoCloseable {
    /** Larger rows are rejected. */
    private static final int MAX_ROW_BYTES = 64 << 20;

    private static final int EXPECTED_ROWS = 1024;

    /**
     * Rows that one call reads: so few that its method is soon compiled as it is, and not a second
     * time as a loop in the middle of a call.
     */
    private static final int ROWS_OF_CALL = 64;

    private final StreamOutput output;
    private final StreamSchema schema;
    private final BinaryCopyDecoder decoder;
    private final int maxRows;
    private @Nullable ColumnBatch open;

    /**
     * @param maxRows rows of a batch at the most
     */
    CopyReader(StreamOutput output, StreamSchema schema, int maxRows) {
        this.output = output;
        this.schema = schema;
        this.decoder = new BinaryCopyDecoder(schema);
        this.maxRows = maxRows;
    }

    /**
     * Reads {@code select} to its end and gives its batches to {@code sink}.
     *
     * @param expectedRows how many rows will come, roughly
     * @param place what is read, for messages
     * @return the rows that came, those that were rejected included
     */
    long read(Session session, String select, long expectedRows, String place, BatchSink sink)
            throws SQLException, InterruptedException {
        long rows = fill(session, select, expectedRows, place, sink);
        flush(sink);
        return rows;
    }

    /** As {@link #read}, but the last batch stays open for what is read next. */
    long fill(Session session, String select, long expectedRows, String place, BatchSink sink)
            throws SQLException, InterruptedException {
        decoder.reset();
        CopyOut copy = session.copy(select);
        var fill = new Fill(copy, expectedRows, place, sink);
        try {
            while (fill.some()) {
                // Goes on.
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
        if (!decoder.ended()) {
            throw new SQLException("the COPY ended without its trailer", "08006");
        }
        return fill.rows;
    }

    /** One COPY on its way into batches. */
    private final class Fill {
        private final CopyOut copy;
        private final long expected;
        private final String place;
        private final BatchSink sink;
        private long rows;

        Fill(CopyOut copy, long expected, String place, BatchSink sink) {
            this.copy = copy;
            this.expected = expected;
            this.place = place;
            this.sink = sink;
        }

        /** Reads some rows; false at the end. */
        boolean some() throws SQLException, InterruptedException {
            for (int i = 0; i < ROWS_OF_CALL; i++) {
                byte[] message = copy.readFromCopy();
                if (message == null) {
                    return false;
                }
                if (decoder.holdsRow(message)) {
                    rows++;
                    row(message);
                } else {
                    decoder.decode(message);
                }
            }
            return true;
        }

        private void row(byte[] message) throws InterruptedException {
            if (message.length > MAX_ROW_BYTES) {
                decoder.skip(message);
                output.reject(
                        "row %d of %s has %d bytes, more than the 64 MiB that land"
                                .formatted(rows, place, message.length));
                return;
            }
            ColumnBatch batch = open;
            if (batch == null) {
                batch = output.newBatch(schema, expectedRows(expected - rows + 1));
                open = batch;
                decoder.into(batch);
            }
            decoder.decode(message);
            if (batch.isFull(message.length) || batch.rows() >= maxRows) {
                flush(sink);
            }
        }
    }

    /** Gives the batch that is open, if one is. */
    void flush(BatchSink sink) throws InterruptedException {
        ColumnBatch last = open;
        if (last != null) {
            open = null;
            decoder.flush();
            sink.accept(last);
        }
    }

    /** Drops the batch that is open, if one is. */
    @Override
    public void close() {
        ColumnBatch batch = open;
        if (batch != null) {
            open = null;
            batch.close();
        }
    }

    private int expectedRows(long left) {
        long most = Math.min(maxRows, ColumnBatch.MAX_ROWS);
        return (int) Math.max(Math.min(EXPECTED_ROWS, most), Math.min(left, most));
    }
}
