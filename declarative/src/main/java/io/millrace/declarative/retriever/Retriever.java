package io.millrace.declarative.retriever;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.SliceSink;

/** Fetches the records of slices. A plan: for any number of slices and threads at a time. */
public interface Retriever {

    /** Makes the slices of a read. */
    @FunctionalInterface
    interface SliceSource {
        /** Gives all slices to the sink; whether it took them all. */
        boolean generate(SliceSink sink) throws InterruptedException;
    }

    /**
     * Gives the slices to the sink, when they are ready to be read; called once for a read.
     *
     * @return whether the sink took them all
     */
    default boolean generate(SliceSource slices, SliceSink sink) throws InterruptedException {
        return slices.generate(sink);
    }

    /**
     * Fetches the records of {@code slice}, shows each to the slice's progress, and gives it to the
     * sink, in the order in which the API has them (invariant 4).
     *
     * @throws io.millrace.protocol.failure.SyncFailure where the slice can't be read to its end
     * @throws io.millrace.declarative.interpolation.python.PythonError where a template can't be
     *     evaluated
     */
    void read(StreamSlice slice, SliceRead read, PageSink sink) throws InterruptedException;
}
