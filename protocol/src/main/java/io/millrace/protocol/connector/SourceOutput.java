package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import tools.jackson.databind.JsonNode;

/** Where a source gives what it reads. Safe for all threads. */
public interface SourceOutput {

    /** The output of one stream of the plan; the same object each time. */
    StreamOutput stream(StreamName name);

    /**
     * A state that covers every record of every stream that was emitted before (invariant 2). A run
     * gives either global checkpoints or checkpoints by stream, never both.
     */
    void globalCheckpoint(JsonNode state) throws InterruptedException;

    /**
     * Keeps {@code config} as the source's new configuration, whole, also if the sync fails
     * afterwards.
     */
    void configuration(JsonNode config);

    /** Tells the log. Never with a secret or a user's data. */
    void log(LogLevel level, String message);

    /** The levels of the protocol's LOG message. */
    enum LogLevel {
        FATAL,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
