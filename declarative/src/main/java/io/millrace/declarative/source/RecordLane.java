package io.millrace.declarative.source;

import io.millrace.declarative.retriever.PageSink;

/** Takes the records of one slice, in order (invariant 4). For one thread. */
public interface RecordLane extends PageSink {

    /** Gives everything that was taken to the slice's turn; before the slice is closed. */
    void flush() throws InterruptedException;

    /**
     * The slice was closed: its records count as read from now on. In its turn, behind all that it
     * gave and before the state that covers it.
     */
    default void closed() {}

    @Override
    default void endPage() throws InterruptedException {
        flush();
    }
}
