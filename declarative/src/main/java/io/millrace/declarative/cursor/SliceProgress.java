package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;
import java.util.Optional;

/** The reading of one slice, by one thread. */
public interface SliceProgress {
    /**
     * Whether a record lies in the range that this read is for; true for a record that doesn't
     * tell. What client-side filters and data feeds go by.
     */
    boolean includes(SourceRecord record);

    /** Shows a record that was read. */
    void observe(SourceRecord record);

    /** How the cursor value of a record compares with those before it in the slice. */
    enum Standing {
        HIGHEST,
        AS_HIGHEST,
        OTHER
    }

    /** How the record stands that was observed last. */
    default Standing standing() {
        return Standing.OTHER;
    }

    /**
     * Once the slice is closed, the value that the state has for its partition, as the state has
     * it; empty where that isn't the highest value of the slice's records. The API will give the
     * records at this value once more.
     */
    default Optional<String> boundary() {
        return Optional.empty();
    }

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
