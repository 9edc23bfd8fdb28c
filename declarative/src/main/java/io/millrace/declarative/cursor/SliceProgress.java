package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;

/** The reading of one slice, by one thread. */
public interface SliceProgress {
    /**
     * Whether a record lies in the range that this read is for; true for a record that doesn't
     * tell. What client-side filters and data feeds go by.
     */
    boolean includes(SourceRecord record);

    /** Shows a record that was read. */
    void observe(SourceRecord record);

    /**
     * What of {@code slice} (this one, or what was left of it before) is still to be read, if it is
     * to be read again from the highest cursor value seen so far: the same if there is none.
     */
    StreamSlice rest(StreamSlice slice);

    /**
     * Tells that the slice has been read completely, and gives the state to the sink if it is time
     * to.
     */
    void close(StateSink sink) throws InterruptedException;
}
