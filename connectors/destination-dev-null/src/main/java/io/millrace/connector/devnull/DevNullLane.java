package io.millrace.connector.devnull;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StreamTarget;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Passes batches to the counter and drops them. A checkpoint is durable when it comes. */
final class DevNullLane implements DestinationLane {
    private final List<LandingPlan> landings;
    private final RecordCounter counter;
    private final LaneListener listener;

    DevNullLane(List<StreamTarget> targets, RecordCounter counter, LaneListener listener) {
        this.landings = targets.stream().map(DevNullDestination::landing).toList();
        this.counter = counter;
        this.listener = listener;
    }

    @Override
    public List<LandingPlan> landings() {
        return landings;
    }

    @Override
    public void write(ColumnBatch batch) throws InterruptedException {
        try (batch) {
            counter.take(batch);
        }
    }

    @Override
    public void commit(Checkpoint checkpoint, JsonNode details) {
        // Invariant 1: whatever it covers was taken, which is all that happens to records here.
        listener.durable(checkpoint);
    }

    @Override
    public void flush() {
        // No checkpoint is put off.
    }

    @Override
    public LandingPlan evolve(StreamTarget target) {
        return DevNullDestination.landing(target);
    }

    @Override
    public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details) {
        counter.ended(stream);
        listener.durable(checkpoint);
    }

    @Override
    public void close() {
        // Batches are closed as they come.
    }
}
