package io.millrace.cli.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one thread of one process at a time do something; the lock ends with its holder. */
final class LockFile {
    /** A lock of a file is one of the whole process: its threads take turns here. */
    private static final ConcurrentHashMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private LockFile() {}

    /** Something that is done alone. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Runs {@code work} as soon as nobody else holds {@code file}, whose folder is there. */
    static <T> T hold(Path file, Work<T> work) throws IOException, InterruptedException {
        Path one = file.toAbsolutePath().normalize();
        ReentrantLock threads = THREADS.computeIfAbsent(one, _ -> new ReentrantLock());
        threads.lockInterruptibly();
        try (FileChannel channel =
                        FileChannel.open(one, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            return work.run();
        } finally {
            threads.unlock();
        }
    }

    /** Makes sure of the folder of a lock. */
    static Path in(Path folder, String name) throws IOException {
        return Files.createDirectories(folder).resolve(name);
    }
}
