package io.millrace.declarative.partition;

import io.millrace.declarative.interpolation.python.StreamSlice;

/** Takes slices, one after the other, on the thread that makes them. */
@FunctionalInterface
public interface SliceSink {
    /**
     * Takes the next slice, and may block until there is room for it.
     *
     * @return whether more slices are wanted; nothing comes after a refusal
     */
    boolean accept(StreamSlice slice) throws InterruptedException;
}
