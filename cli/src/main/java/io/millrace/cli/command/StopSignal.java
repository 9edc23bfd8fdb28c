package io.millrace.cli.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends a command cleanly on SIGINT and SIGTERM: asks it to stop, waits for it to tell its outcome,
 * and ends the process with {@link ExitStatus#STOPPED}, within five seconds in any case. What was
 * committed by then stands.
 */
final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 4500;

    /** How many watch: whoever does ends the process. */
    private static final AtomicInteger WATCHING = new AtomicInteger();

    private volatile Runnable canceller;
    private final CountDownLatch told = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop");

    private StopSignal(Runnable interrupt) {
        canceller = interrupt;
        WATCHING.incrementAndGet();
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

    /**
     * For the time before a command watches, when there is nothing to stop: a signal ends the
     * process with the same status. Until it is closed.
     */
    static Early untilWatched() {
        var hook =
                new Thread(
                        () -> {
                            if (WATCHING.get() == 0) {
                                Runtime.getRuntime().halt(ExitStatus.STOPPED);
                            }
                        },
                        "stop early");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> remove(hook);
    }

    /** See {@link #untilWatched}. */
    @FunctionalInterface
    interface Early extends AutoCloseable {
        @Override
        void close();
    }

    /** Whether the signal has not come yet. */
    private static boolean remove(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            return false; // the hooks are running
        }
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
        if (remove(hook)) {
            WATCHING.decrementAndGet();
        } else {
            told.countDown(); // the hook ends the process now
        }
    }
}
