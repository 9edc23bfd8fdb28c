package io.millrace.protocol.failure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * A disk that has no room left. Java tells it by the system's text alone, and where that names the
 * file, the user still has to know the disk.
 */
public final class FullDisk {
    private FullDisk() {}

    /** Whether {@code failure} means that there is no room where it happened. */
    public static boolean is(IOException failure) {
        String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded");
    }

    /**
     * The failure that {@code failure} stands for where a disk is full; empty where it is something
     * else.
     *
     * @param path what was written
     * @param wayOut what helps beside making room, such as {@code or set MILLRACE_HOME to a folder
     *     on another disk}
     */
    public static Optional<SyncFailure> of(IOException failure, Path path, String wayOut) {
        if (!is(failure)) {
            return Optional.empty();
        }
        return Optional.of(
                new TransientFailure(
                        "The disk %s that holds %s is full. Make room there, %s; then run again: what was committed stays."
                                .formatted(disk(path), path, wayOut),
                        String.valueOf(failure),
                        failure));
    }

    /** The name of the disk that holds {@code path}, or will. */
    public static String disk(Path path) {
        Path existing = path.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null) {
            return String.valueOf(path.getRoot());
        }
        try {
            return Files.getFileStore(existing).toString();
        } catch (IOException _) {
            return existing.toString(); // a disk that can't even be asked for its name
        }
    }
}
