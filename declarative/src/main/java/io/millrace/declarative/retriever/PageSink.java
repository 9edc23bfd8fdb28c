package io.millrace.declarative.retriever;

import io.millrace.declarative.record.RecordSink;

/** Takes the records of a slice, page by page. */
@FunctionalInterface
public interface PageSink extends RecordSink {

    /** A page is over; what came until now need not wait for more. */
    default void endPage() throws InterruptedException {}
}
