package io.millrace.cli.command;

/** The command is wrong: nothing was started. The message is for a person. */
public final class UsageException extends RuntimeException {
    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
