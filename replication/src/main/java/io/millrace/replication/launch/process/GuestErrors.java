package io.millrace.replication.launch.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;

/**
 * Drains a guest's standard error into the log, line by line, so that it never blocks. Long lines
 * are cut.
 */
final class GuestErrors {
    private static final int MAX_LINE = 16 << 10;
    private static final int LAST_LINES = 20;

    private final InputStream errors;
    private final GuestLog log;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final Thread thread;
    private volatile long lastActive = System.nanoTime();

    private GuestErrors(InputStream errors, GuestLog log) {
        this.errors = errors;
        this.log = log;
        this.thread = Thread.ofPlatform().daemon().name("guest-errors").unstarted(this::drain);
    }

    static GuestErrors start(InputStream errors, GuestLog log) {
        var drain = new GuestErrors(errors, log);
        drain.thread.start();
        return drain;
    }

    private void drain() {
        var line = new ByteArrayOutputStream(256);
        byte[] buffer = new byte[16 << 10];
        try {
            int count;
            while ((count = errors.read(buffer)) >= 0) {
                lastActive = System.nanoTime();
                for (int i = 0; i < count; i++) {
                    if (buffer[i] == '\n') {
                        tell(line);
                    } else if (line.size() < MAX_LINE) {
                        line.write(buffer[i]);
                    }
                }
            }
        } catch (IOException _) {
            // Closed under our hands, when the guest was.
        }
        tell(line);
    }

    private void tell(ByteArrayOutputStream line) {
        String text = line.toString(UTF_8).stripTrailing();
        line.reset();
        if (text.isEmpty()) {
            return;
        }
        synchronized (last) {
            last.addLast(text);
            if (last.size() > LAST_LINES) {
                last.removeFirst();
            }
        }
        log.line(LogLevel.INFO, text);
    }

    /** When something came last, by {@link System#nanoTime}. */
    long lastActive() {
        return lastActive;
    }

    /** The last lines, masked; for a failure's detail. */
    String last() {
        synchronized (last) {
            return log.mask(String.join("\n", last));
        }
    }

    /** As {@link #last}, after the guest's end: with what is left in the pipe. */
    String lastOfEnded() {
        awaitEnd();
        return last();
    }

    /** After the guest's end: takes what is left in the pipe. */
    void close() {
        awaitEnd();
        try {
            errors.close();
        } catch (IOException _) {
            // closed already
        }
    }

    /** Not for long: whoever the guest left behind may hold the pipe open. */
    private void awaitEnd() {
        try {
            thread.join(1_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
