package io.millrace.replication.sync;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput.LogLevel;

/** Hears how a run goes on. Called from any thread; returns quickly. */
public interface SyncProgress {
    SyncProgress SILENT = new SyncProgress() {};

    /** A stream's counts have changed, or what it is doing. Called for every batch at the most. */
    default void stream(
            StreamName stream,
            State state,
            long recordsRead,
            long recordsCommitted,
            long bytesRead) {}

    /** How much there is to come in all; -1 for unknown. */
    default void estimate(StreamName stream, long rows, long bytes) {}

    default void log(LogLevel level, String message) {}

    /** A failure's detail, for the log file alone. */
    default void detail(String message, Throwable failure) {}

    /** What a stream is doing. */
    enum State {
        WAITING,
        READING,
        FINISHING,
        COMPLETE,
        FAILED
    }
}
