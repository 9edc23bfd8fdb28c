package io.millrace.replication.launch.process;

import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.LaunchContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * One verb of a guest with its streams as they are, for whoever looks at what it really does. One
 * thread; {@link #close} leaves nothing of it behind.
 */
public final class GuestRun implements AutoCloseable {
    private static final int LOOKS = 30;
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

    private final Guest guest;
    private final Path folder;

    private GuestRun(Guest guest, Path folder) {
        this.guest = guest;
        this.folder = folder;
    }

    /**
     * Starts {@code verb}.
     *
     * @param files by flag, such as {@code config}
     * @param more what follows on the command line
     * @param log gets its standard error
     * @param masker of the log
     */
    public static GuestRun start(
            GuestCommand command,
            String verb,
            Map<String, JsonNode> files,
            List<String> more,
            LaunchContext.Log log,
            SecretMasker masker)
            throws InterruptedException {
        Path folder = null;
        boolean started = false;
        try {
            folder = GuestKeeper.shared().newFolder();
            GuestCall call = command.call(verb, files, new GuestFiles(folder));
            GuestCall whole = call.withMore(more);
            var run =
                    new GuestRun(
                            Guest.start(
                                    GuestKeeper.shared(), whole, new GuestLog(log, () -> masker)),
                            folder);
            started = true;
            return run;
        } catch (IOException failure) {
            throw GuestProgram.unwritable(failure);
        } finally {
            if (!started && folder != null) {
                GuestKeeper.deleteAll(folder);
            }
        }
    }

    /**
     * What it prints. Reading fails with a {@link io.millrace.protocol.failure.TransientFailure}
     * once the time is over.
     */
    public InputStream output(Duration allowed) {
        guest.output().deadline(allowed);
        return guest.output();
    }

    public OutputStream input() {
        return guest.input();
    }

    /** Its exit status; empty where it still runs after {@code patience}. */
    public OptionalInt awaitExit(Duration patience) throws InterruptedException {
        return guest.awaitExit(patience) ? OptionalInt.of(guest.exitStatus()) : OptionalInt.empty();
    }

    /**
     * After its own end: how many of the processes that it started still run, when those had three
     * seconds to end, too.
     */
    public int left() throws InterruptedException {
        int left = guest.left();
        for (int i = 0; i < LOOKS && left > 0; i++) {
            Thread.sleep(LOOK_INTERVAL);
            left = guest.left();
        }
        return left;
    }

    /** Sends SIGTERM to it and what it started, without waiting. */
    public void ask() {
        guest.ask();
    }

    /** Kills it and what it started, now. */
    public void kill() {
        guest.killAll();
    }

    /** The last lines of its standard error, masked. */
    public String lastErrors() {
        return guest.lastErrors();
    }

    @Override
    public void close() {
        try {
            guest.close();
        } finally {
            GuestKeeper.deleteAll(folder);
        }
    }
}
