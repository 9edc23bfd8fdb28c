package io.millrace.replication.launch.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.LaunchContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Programs that are no connectors, such as installers: run to their end, and like guests never left
 * behind.
 */
public final class Tool {
    private Tool() {}

    /**
     * How it ended.
     *
     * @param output its standard output
     * @param lastErrors the last lines of its standard error
     */
    public record Outcome(int exitStatus, String output, String lastErrors) {
        public boolean succeeded() {
            return exitStatus == 0;
        }
    }

    /**
     * Runs {@code words}; blocks until they end.
     *
     * @param patience how long that may take
     * @param log gets the lines of its standard error
     * @throws io.millrace.protocol.failure.ConfigurationFailure where there is no such program
     * @throws io.millrace.protocol.failure.TransientFailure where it takes longer
     */
    public static Outcome run(
            List<String> words,
            Path directory,
            Map<String, String> environment,
            Duration patience,
            LaunchContext.Log log)
            throws InterruptedException {
        var to = new GuestLog(log, SecretMasker::none);
        return run(words, directory, environment, patience, to);
    }

    /** Words of a command that name files. */
    @FunctionalInterface
    public interface WordsWithFiles {
        /**
         * @param place where to write the files; gone after the run
         */
        List<String> words(GuestFiles place) throws IOException, InterruptedException;
    }

    /**
     * Like the other, for programs that get secrets in files.
     *
     * @param masker masks what is logged and what is returned of its standard error
     */
    public static Outcome run(
            WordsWithFiles words,
            Path directory,
            Map<String, String> environment,
            Duration patience,
            LaunchContext.Log log,
            SecretMasker masker)
            throws InterruptedException {
        Path folder;
        try {
            folder = GuestKeeper.shared().newFolder();
        } catch (IOException failure) {
            throw GuestProgram.unwritable(failure);
        }
        try {
            return run(
                    words.words(new GuestFiles(folder)),
                    directory,
                    environment,
                    patience,
                    new GuestLog(log, () -> masker));
        } catch (IOException failure) {
            throw GuestProgram.unwritable(failure);
        } finally {
            GuestKeeper.deleteAll(folder);
        }
    }

    private static Outcome run(
            List<String> words,
            Path directory,
            Map<String, String> environment,
            Duration patience,
            GuestLog to)
            throws InterruptedException {
        try (var guest = Guest.start(GuestKeeper.shared(), words, directory, environment, to)) {
            guest.input().close();
            guest.output().deadline(patience);
            String output = new String(guest.output().readAllBytes(), UTF_8);
            if (!guest.awaitExit(patience)) {
                guest.killAll();
            }
            return new Outcome(guest.exitStatus(), output, guest.lastErrors());
        } catch (InterruptedIOException _) {
            throw GuestProgram.interrupted();
        } catch (IOException failure) {
            throw new SystemFailure(
                    "The program %s can't be talked to.".formatted(words.getFirst()),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }
}
