package io.millrace.replication.verify;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.schema.StreamSchema;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Takes the records of one stream for something else than a sync: states are dropped. */
public final class CollectingOutput implements SourceOutput, StreamOutput {
    private final StreamName name;
    private final BatchMemory memory;
    private final Clock clock;
    private final BatchSink sink;
    private @Nullable SyncFailure failure;
    private boolean complete;

    /**
     * @param sink closes the batches; called by one thread at a time
     */
    public CollectingOutput(StreamName name, BatchMemory memory, Clock clock, BatchSink sink) {
        this.name = name;
        this.memory = memory;
        this.clock = clock;
        this.sink = sink;
    }

    /** Returns if the stream was read to its end, and throws what kept it otherwise. */
    public synchronized void requireComplete() {
        if (failure != null) {
            throw failure;
        }
        if (!complete) {
            throw new SystemFailure(
                    "The source ended without saying whether %s is complete.".formatted(name),
                    "no outcome was told");
        }
    }

    @Override
    public StreamOutput stream(StreamName stream) {
        if (!stream.equals(name)) {
            throw new SystemFailure(
                    "The source gave a stream that was not asked for: %s.".formatted(stream),
                    "undeclared stream");
        }
        return this;
    }

    @Override
    public ColumnBatch newBatch(StreamSchema schema, int expectedRows) throws InterruptedException {
        memory.awaitRoom();
        var now = clock.instant();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        return new ColumnBatch(memory, name, schema, micros, expectedRows);
    }

    @Override
    public synchronized void emit(ColumnBatch batch) throws InterruptedException {
        sink.accept(batch);
    }

    @Override
    public synchronized void complete() {
        complete = true;
    }

    @Override
    public synchronized void incomplete(SyncFailure cause) {
        failure = cause;
    }

    @Override
    public void started() {
        // nothing is opened for reading alone
    }

    @Override
    public void checkpoint(JsonNode state) {
        // states belong to syncs
    }

    @Override
    public void globalCheckpoint(JsonNode state) {
        // states belong to syncs
    }

    @Override
    public void reject(String reason) {
        // a row that can't be read is missing at the destination too, and was counted by the sync
    }

    @Override
    public void estimate(long rows, long bytes) {
        // nobody looks
    }

    @Override
    public void restart(String reason) {
        // nothing was kept
    }

    @Override
    public void configuration(JsonNode config) {
        // only a sync keeps configurations
    }

    @Override
    public void log(LogLevel level, String message) {
        // the caller's own messages are enough
    }
}
