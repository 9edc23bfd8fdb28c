package io.millrace.connector.files.destination;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.FullDisk;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Files and folders, durably. */
final class Folder {
    private Folder() {}

    /** Makes what was written to {@code file} durable. */
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Makes the names in {@code directory} durable, where the system knows of such a thing. */
    static void syncNames(Path directory) throws IOException {
        if (System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("win")) {
            return; // directories can't be opened there; names are durable with their files
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Puts {@code content} into the place of {@code file} in one step. */
    static void replace(Path file, byte[] content) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".new");
        Files.write(part, content);
        sync(part);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncNames(parent(file));
    }

    /** The directory that holds {@code path}. */
    static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("a file system's root is no place to write to");
        }
        return parent;
    }

    /** The entries of {@code directory}; none where it doesn't exist. */
    static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    /** Deletes {@code path} with all below it; it may not exist. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @org.jspecify.annotations.Nullable IOException failure)
                            throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /** Who is to act when {@code failure} came from below {@code root}. */
    static SyncFailure failure(IOException failure, Path root) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof FileSystemException system && system.getReason() != null) {
            message = system.getReason();
        }
        String detail = String.valueOf(failure);
        Optional<SyncFailure> full = FullDisk.of(failure, root, "or name another path");
        if (full.isPresent()) {
            return full.get();
        }
        if (failure instanceof AccessDeniedException
                || detail.contains("Permission denied")
                || detail.contains("Read-only file system")
                || detail.contains("Not a directory")
                || detail.contains("FileAlreadyExists")) {
            return new ConfigurationFailure(
                    "The directory %s can't be written: %s. Give the right to, or name another path."
                            .formatted(root, message),
                    detail,
                    failure);
        }
        return new TransientFailure(
                "Reading or writing below %s failed: %s".formatted(root, message), detail, failure);
    }
}
