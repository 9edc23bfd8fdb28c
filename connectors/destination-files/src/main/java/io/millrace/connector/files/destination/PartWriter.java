package io.millrace.connector.files.destination;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.json.JsonRows;
import java.io.IOException;

/** Writes one file. One thread. After a method threw, only {@link #abort} is called. */
interface PartWriter {

    /** Writes all rows of {@code batch}, and closes it, now or when they are written. */
    void write(ColumnBatch batch) throws IOException, InterruptedException;

    /**
     * Writes the rows from {@code from} to before {@code to}, where the format is {@link
     * FileFormat#JSONL}. They stay the caller's.
     */
    default void write(JsonRows rows, int from, int to) throws IOException {
        throw new UnsupportedOperationException("this format is made of columns");
    }

    /** Makes the file complete and durable. */
    void finish() throws IOException, InterruptedException;

    /** Gives it up; the file may stay, incomplete. Never throws. */
    void abort();
}
