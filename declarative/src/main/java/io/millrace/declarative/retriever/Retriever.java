package io.millrace.declarative.retriever;

import io.millrace.declarative.interpolation.python.StreamSlice;

/** Fetches the records of slices. A plan: for any number of slices and threads at a time. */
public interface Retriever {

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
