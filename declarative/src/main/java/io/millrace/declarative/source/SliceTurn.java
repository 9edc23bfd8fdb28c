package io.millrace.declarative.source;

/**
 * The turn of a slice among those of its stream. What it gives goes on when all of every slice
 * before it has gone on, on one thread for the stream (invariant 4).
 */
@FunctionalInterface
public interface SliceTurn {

    /** Passes something on. */
    @FunctionalInterface
    interface Passing {
        void run() throws InterruptedException;
    }

    /**
     * Keeps {@code passing} until it is its turn; blocks while there is no room for it. For the one
     * thread that reads the slice.
     *
     * @param bytes how much memory it holds until then
     */
    void pass(long bytes, Passing passing) throws InterruptedException;
}
