package io.millrace.declarative.source;

import io.millrace.declarative.retriever.PageSink;

/** Takes the records of one slice, in order (invariant 4). For one thread. */
public interface RecordLane extends PageSink {

    /** Passes on everything that was taken; before the slice is closed. */
    void flush() throws InterruptedException;

    @Override
    default void endPage() throws InterruptedException {
        flush();
    }
}
