package io.millrace.connector.files.destination;

import io.millrace.protocol.batch.ColumnBatch;
import java.io.IOException;

/** Writes one file. One thread. After a method threw, only {@link #abort} is called. */
interface PartWriter {

    /** Writes all rows of {@code batch}, and closes it, now or when they are written. */
    void write(ColumnBatch batch) throws IOException, InterruptedException;

    /** Makes the file complete and durable. */
    void finish() throws IOException, InterruptedException;

    /** Gives it up; the file may stay, incomplete. Never throws. */
    void abort();
}
