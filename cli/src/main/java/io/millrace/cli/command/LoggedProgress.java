package io.millrace.cli.command;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.replication.sync.SyncProgress;
import java.io.PrintStream;

/** Tells a run's warnings and errors, a line each. */
final class LoggedProgress implements SyncProgress {
    private final PrintStream errors;

    LoggedProgress(PrintStream errors) {
        this.errors = errors;
    }

    @Override
    public void log(LogLevel level, String message) {
        if (level.compareTo(LogLevel.INFO) <= 0) {
            errors.println(message);
        }
    }
}
