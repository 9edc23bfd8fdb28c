package io.millrace.declarative.source;

import io.millrace.declarative.stream.StreamRead;
import io.millrace.protocol.failure.SyncFailure;
import java.util.Map;

/**
 * Where goes what is read of one stream. After {@link #started}, all but {@link #open} is called by
 * one thread.
 */
public interface StreamSink {

    /** The stream is being read from now on; called once, first. */
    void started() throws InterruptedException;

    /**
     * Takes the records of one slice, from one thread; several slices may be open.
     *
     * @param slice tells how the record stands that the lane is given
     * @param turn by which they are passed on
     */
    RecordLane open(StreamRead.Slice slice, SliceTurn turn);

    /**
     * A state, which covers records that were flushed before (invariant 2), and later than the
     * state before it.
     */
    void state(Map<String, Object> state) throws InterruptedException;

    /** A part of the stream could not be read, so that it is not complete; others go on. */
    void failed(SyncFailure failure) throws InterruptedException;

    /** Nothing more comes; the stream is complete if nothing failed. */
    void ended() throws InterruptedException;
}
