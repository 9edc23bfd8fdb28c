package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.SyncFailure;
import java.util.List;

/**
 * Something to read from, made for one configuration. All methods block, and may throw {@link
 * SyncFailure}; an interrupt asks to stop, and is answered within two seconds.
 */
public interface Source extends AutoCloseable {

    /**
     * Returns if the source can be reached with the rights that reading needs; else throws, telling
     * what to do.
     */
    void check() throws InterruptedException;

    /** The streams, in a stable order. */
    List<StreamDescription> discover() throws InterruptedException;

    /**
     * As {@link #discover()}, where a stream that is there and can't be described, such as a broken
     * file, doesn't hide the others: it is told to {@code broken} and left out. A source that knows
     * its streams only together fails as a whole.
     */
    default List<StreamDescription> discover(BrokenStreams broken) throws InterruptedException {
        return discover();
    }

    /** Hears of streams that can't be described. */
    @FunctionalInterface
    interface BrokenStreams {
        void add(StreamName name, SyncFailure failure);
    }

    /**
     * Reads what {@code plan} asks for, and returns when each of its streams was told {@link
     * StreamOutput#complete} or {@link StreamOutput#incomplete}. A stream that fails doesn't stop
     * the others; what is thrown from here ends all streams that have no outcome yet.
     */
    void read(ReadPlan plan, SourceOutput output) throws InterruptedException;

    /** Frees connections and processes; called once, after every other call has returned. */
    @Override
    default void close() {}
}
