package io.millrace.protocol.connector;

import java.util.List;

/**
 * Something to read from, made for one configuration. All methods block, and may throw {@link
 * io.millrace.protocol.failure.SyncFailure}; an interrupt asks to stop, and is answered within two
 * seconds.
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
     * Reads what {@code plan} asks for, and returns when each of its streams was told {@link
     * StreamOutput#complete} or {@link StreamOutput#incomplete}. A stream that fails doesn't stop
     * the others; what is thrown from here ends all streams that have no outcome yet.
     */
    void read(ReadPlan plan, SourceOutput output) throws InterruptedException;

    /** Frees connections and processes; called once, after every other call has returned. */
    @Override
    default void close() {}
}
