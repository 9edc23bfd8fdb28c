package io.millrace.declarative.partition;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;

/** A slice of a parent stream, still to be read. */
public interface ParentSlice {
    StreamSlice slice();

    /**
     * Reads the slice through the whole pipeline of the parent, and shows each record to the
     * parent's cursor before it gives it to the sink. To be called once.
     *
     * @return whether the sink took all records, rather than refusing further ones
     */
    boolean read(ParentRecordSink sink) throws InterruptedException;

    /**
     * Tells the parent's cursor that the slice is complete; the parent's state tells it from then
     * on.
     */
    void close() throws InterruptedException;

    /** Takes the records of a slice. */
    @FunctionalInterface
    interface ParentRecordSink {
        /** Takes the next record. Returns whether more are wanted. */
        boolean accept(SourceRecord record) throws InterruptedException;
    }
}
