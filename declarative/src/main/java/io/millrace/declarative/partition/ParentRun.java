package io.millrace.declarative.partition;

import java.util.Map;

/** One read of a parent stream. For one thread at a time. */
public interface ParentRun {
    /**
     * Gives the slices of the parent to the sink, each to be read when the sink wants to. To be
     * called once.
     *
     * @return whether the sink took them all, rather than refusing further ones
     */
    boolean generate(ParentSliceSink sink) throws InterruptedException;

    /** The state of the parent's cursor, with all closed slices in it. */
    Map<String, Object> state();

    /** Called when all slices have been read and closed. */
    void finish() throws InterruptedException;

    /** Takes the slices of a parent. */
    @FunctionalInterface
    interface ParentSliceSink {
        /** Takes the next slice. Returns whether more are wanted. */
        boolean accept(ParentSlice slice) throws InterruptedException;
    }
}
