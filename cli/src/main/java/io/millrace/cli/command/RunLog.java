package io.millrace.cli.command;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.FullDisk;
import io.millrace.protocol.secret.SecretMasker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The log file of a pipeline: what connectors tell, and the details of failures. Secrets are masked
 * (invariant 7). Safe for all threads. Where it can't be written, the run goes on without it.
 */
final class RunLog implements AutoCloseable {
    /** One older log is kept beside the newest when that has grown so far. */
    private static final long ROTATE_BYTES = 16L << 20;

    private final Path file;
    private final Clock clock;
    private final SecretMasker masker;
    private @Nullable PrintWriter writer;
    private boolean broken;

    RunLog(Path file, Clock clock, SecretMasker masker) {
        this.file = file;
        this.clock = clock;
        this.masker = masker;
    }

    Path file() {
        return file;
    }

    String mask(String text) {
        return masker.mask(text);
    }

    synchronized void line(LogLevel level, String message) {
        PrintWriter open = writer();
        if (open != null) {
            open.println("%s %-5s %s".formatted(clock.instant(), level, masker.mask(message)));
            open.flush();
        }
    }

    void failure(String message, Throwable failure) {
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        line(LogLevel.ERROR, message + System.lineSeparator() + trace);
    }

    private @Nullable PrintWriter writer() {
        if (writer == null && !broken) {
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
                if (Files.exists(file) && Files.size(file) > ROTATE_BYTES) {
                    Files.move(
                            file,
                            file.resolveSibling(file.getFileName() + ".1"),
                            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
                writer =
                        new PrintWriter(
                                Files.newBufferedWriter(
                                        file,
                                        StandardCharsets.UTF_8,
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.APPEND));
            } catch (IOException e) {
                broken = true;
                System.err.println(
                        FullDisk.is(e)
                                ? "The disk %s that holds the log file %s is full; the run goes on without a log."
                                        .formatted(FullDisk.disk(file), file)
                                : "The log file %s can't be written (%s); the run goes on without it."
                                        .formatted(file, e.getMessage()));
            }
        }
        return writer;
    }

    @Override
    public synchronized void close() {
        if (writer != null) {
            writer.close();
        }
    }
}
