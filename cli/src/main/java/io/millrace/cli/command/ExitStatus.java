package io.millrace.cli.command;

/** Exit statuses (COMMANDS section 1). */
public final class ExitStatus {
    public static final int DONE = 0;

    /** Failed or incomplete; what was committed stands. */
    public static final int FAILED = 1;

    /** The command or a file is wrong, and nothing was started. */
    public static final int USAGE = 2;

    /** {@code verify} found a difference. */
    public static final int DIFFERENT = 3;

    /** Stopped by a signal, cleanly. */
    public static final int STOPPED = 130;

    private ExitStatus() {}
}
