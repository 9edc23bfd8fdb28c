package io.millrace.declarative.record;

/** Takes records or the elements of an answer, one after the other, on the caller's thread. */
@FunctionalInterface
public interface RecordSink {

    /** Takes one; may block. What it throws ends the reading of the answer. */
    void accept(SourceRecord element) throws InterruptedException;
}
