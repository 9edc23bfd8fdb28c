package io.millrace.cli.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a command cleanly on SIGINT and SIGTERM: asks it to stop, waits for it to tell its outcome,
 * and ends the process with {@link ExitStatus#STOPPED}, within five seconds in any case. What was
 * committed by then stands.
 */
final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 4500;

    private volatile Runnable canceller;
    private final CountDownLatch told = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop");

    private StopSignal(Runnable interrupt) {
        canceller = interrupt;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Watches until it is closed; a signal interrupts the calling thread, unless {@link #cancelBy}
     * says better.
     */
    static StopSignal watch() {
        Thread command = Thread.currentThread();
        return new StopSignal(command::interrupt);
    }

    /** How the command is asked to stop from now on. */
    void cancelBy(Runnable cancel) {
        canceller = cancel;
    }

    private void stop() {
        canceller.run();
        try {
            if (!told.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                System.err.println(
                        "Stopped at once, since the command did not end in time; what was committed"
                                + " stands.");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the process ends in any case
        }
        Runtime.getRuntime().halt(ExitStatus.STOPPED);
    }

    /** The command has told its outcome. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            told.countDown(); // the signal has come: the hook ends the process now
        }
    }
}
