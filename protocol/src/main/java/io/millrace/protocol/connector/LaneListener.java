package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;

/** Hears from a lane. Called from any thread; returns quickly. */
public interface LaneListener {

    /**
     * {@code checkpoint}, and all before it in this lane, are durable with every record they cover
     * (invariant 1). Called once for each checkpoint, in order, or for the newest of several alone.
     */
    void durable(Checkpoint checkpoint);

    /**
     * A row of {@code stream} could not be landed (invariant 3). {@code reason} holds no value of
     * it.
     */
    void rejected(StreamName stream, String reason);
}
