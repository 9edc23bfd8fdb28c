package io.millrace.protocol.connector;

import io.millrace.protocol.batch.ColumnBatch;

/** Takes batches, one at a time, and closes them. */
@FunctionalInterface
public interface BatchSink {
    void accept(ColumnBatch batch) throws InterruptedException;
}
