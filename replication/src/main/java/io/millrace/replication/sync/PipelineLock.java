package io.millrace.replication.sync;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.FullDisk;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second run of a pipeline out. The system holds the lock for the process, so that a
 * crashed holder blocks nobody.
 */
public final class PipelineLock implements AutoCloseable {
    /**
     * The lock is on a byte that is never written, so that others can read who holds it (also where
     * locks are mandatory).
     */
    private static final long LOCKED_BYTE = 1 << 20;

    /** What helps where the disk of {@code MILLRACE_HOME} is full. */
    public static final String OTHER_HOME = "or set MILLRACE_HOME to a folder on another disk";

    /** Longer than {@link #findHolder} looks. */
    private static final Duration OTHERS_LOOK = Duration.ofMillis(50);

    private final FileChannel channel;
    private final FileLock lock;

    private PipelineLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Who has a pipeline's lock.
     *
     * @param text as it was given to {@link #take}
     * @param isAlive false where its process has died before it could give the lock back
     */
    public record Holder(String text, boolean isAlive) {}

    /** Who has the lock in {@code file}, or had it and died; empty where it was given back. */
    public static Optional<Holder> findHolder(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            String text = readHolder(channel);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            try (FileLock free = channel.tryLock(LOCKED_BYTE, 1, true)) {
                return Optional.of(new Holder(text, free == null));
            } catch (OverlappingFileLockException _) {
                return Optional.of(new Holder(text, true)); // this very process
            }
        } catch (IOException _) {
            // Never run here, or by somebody else: there is nothing to tell.
            return Optional.empty();
        }
    }

    /**
     * Takes the lock in {@code file}, whose folder exists; throws a {@link ConfigurationFailure}
     * that says who has it where another run does.
     */
    public static PipelineLock take(Path file, String pipeline, String holder) {
        try {
            FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                Thread.sleep(OTHERS_LOOK);
                lock = tryLock(channel);
            }
            if (lock == null) {
                String other = readHolder(channel);
                channel.close();
                throw new ConfigurationFailure(
                        "Pipeline \"%s\" is being run already, by %s. Wait for it to end, or stop it."
                                .formatted(pipeline, other.isEmpty() ? "another process" : other));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
            return new PipelineLock(channel, lock);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SystemFailure("The run was interrupted.", String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            Optional<SyncFailure> full = FullDisk.of(e, file, OTHER_HOME);
            if (full.isPresent()) {
                throw full.get();
            }
            throw new SystemFailure(
                    "The lock file %s can't be written; allow writing there or set MILLRACE_HOME."
                            .formatted(file),
                    String.valueOf(e.getMessage()),
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false);
        } catch (OverlappingFileLockException _) {
            return null; // held by this very process
        }
    }

    private static String readHolder(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        channel.read(buffer, 0);
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try (channel) {
            channel.truncate(0); // what is left tells that its holder died
            lock.release();
        } catch (IOException e) {
            throw new SystemFailure(
                    "The pipeline's lock file can't be released.",
                    String.valueOf(e.getMessage()),
                    e);
        }
    }
}
