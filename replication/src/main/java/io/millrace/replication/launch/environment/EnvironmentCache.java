package io.millrace.replication.launch.environment;

import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Folders that are made once, by whichever process needs one first, and only read from then on.
 * Safe for all threads and for several processes.
 */
public final class EnvironmentCache {
    /** What was learnt when the folder was made; it is written last, so it tells a whole folder. */
    private static final String FACTS = "millrace.json";

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

    private final Path root;

    /**
     * @param root holds the folders; may not exist yet
     */
    public EnvironmentCache(Path root) {
        this.root = root;
    }

    /**
     * A folder that is whole.
     *
     * @param facts what its maker has told
     */
    public record Environment(Path folder, JsonNode facts) {}

    /** Fills an empty folder. */
    @FunctionalInterface
    public interface Maker {
        /**
         * @return facts to keep with it
         */
        JsonNode make(Path folder) throws IOException, InterruptedException;
    }

    /**
     * The folder of {@code key}, made by {@code maker} where there is none. Another process that
     * makes it is waited for. A maker that fails or dies leaves nothing that would be used.
     *
     * @param key a file's name
     */
    public Environment get(String key, Maker maker) throws InterruptedException {
        Path folder = root.resolve(key);
        Environment found = find(folder);
        if (found != null) {
            return found;
        }
        try {
            Files.createDirectories(root);
            Path lockFile = root.resolve(key + ".lock");
            try (FileChannel channel =
                            FileChannel.open(
                                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = lock(channel)) {
                found = find(folder);
                return found != null ? found : make(folder, maker);
            }
        } catch (IOException | UncheckedIOException failure) {
            throw new SystemFailure(
                    "The folder %s can't be written. Is the disk full? MILLRACE_CACHE moves it."
                            .formatted(root),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private static Environment make(Path folder, Maker maker)
            throws IOException, InterruptedException {
        delete(folder); // what a maker left that was killed
        Files.createDirectories(folder);
        boolean made = false;
        try {
            JsonNode facts = maker.make(folder);
            Path draft = folder.resolve(FACTS + ".draft");
            Files.write(draft, JsonMapper.shared().writeValueAsBytes(facts));
            Files.move(draft, folder.resolve(FACTS));
            made = true;
            return new Environment(folder, facts);
        } finally {
            if (!made) {
                delete(folder);
            }
        }
    }

    private static @Nullable Environment find(Path folder) {
        Path facts = folder.resolve(FACTS);
        if (!Files.exists(facts)) {
            return null;
        }
        try {
            return new Environment(folder, JsonMapper.shared().readTree(Files.readAllBytes(facts)));
        } catch (IOException | JacksonException _) {
            return null; // made again
        }
    }

    /** Whether the folder of {@code key} is there already. */
    public boolean holds(String key) {
        return find(root.resolve(key)) != null;
    }

    /** Throws away the folder of {@code key}, where its maker would do better now. */
    public void discard(String key) {
        try {
            delete(root.resolve(key));
        } catch (IOException failure) {
            throw new SystemFailure(
                    "The folder %s can't be removed.".formatted(root.resolve(key)),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    /** Waits in small steps: a lock that is waited for in the system can't be interrupted well. */
    private static FileLock lock(FileChannel channel) throws IOException, InterruptedException {
        while (true) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException _) {
                // Another thread of this process makes it.
            }
            Thread.sleep(LOOK_INTERVAL);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** A failure of a maker's own program, with its last words. */
    public static SyncFailure failed(String what, String advice, String detail) {
        return new io.millrace.protocol.failure.ConfigurationFailure(
                "%s could not be installed. %s".formatted(what, advice), detail);
    }
}
