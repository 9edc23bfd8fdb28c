package io.millrace.replication.launch.process;

import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.text.DurationText;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a guest prints, read ahead by a thread of its own, so that waiting for it can be interrupted
 * and has an end. One thread reads.
 */
final class GuestOutput extends InputStream {
    private static final int CHUNK_BYTES = 256 << 10;
    private static final int CHUNKS = 4;
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);
    private static final Duration LINGERING_CHILDREN = Duration.ofSeconds(1);

    private final Guest guest;
    private final InputStream source;
    private final BlockingQueue<Chunk> filled = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(CHUNKS);
    private final Thread thread;
    private Chunk current = new Chunk(new byte[0], 0);
    private int position;
    private boolean ended;
    private volatile Duration patience = Duration.ofDays(1);
    private volatile long deadline = Long.MAX_VALUE;
    private volatile Duration allowed = Duration.ZERO;
    private volatile LongSupplier alsoActive = () -> Long.MIN_VALUE;

    /** Bytes that were read; a size of -1 is the end. */
    private static final class Chunk {
        final byte[] bytes;
        final int size;

        Chunk(byte[] bytes, int size) {
            this.bytes = bytes;
            this.size = size;
        }
    }

    GuestOutput(Guest guest, InputStream source) {
        this.guest = guest;
        this.source = source;
        for (int i = 0; i < CHUNKS; i++) {
            free.add(new byte[0]);
        }
        thread = Thread.ofPlatform().daemon().name("guest-output").unstarted(this::pump);
        thread.start();
    }

    private void pump() {
        try {
            while (true) {
                byte[] buffer = free.take();
                if (buffer.length == 0) {
                    buffer = new byte[CHUNK_BYTES];
                }
                int size = source.read(buffer);
                filled.put(new Chunk(buffer, size));
                if (size < 0) {
                    return;
                }
            }
        } catch (IOException _) {
            // The guest was killed: that is an end like any other, its status tells.
            filled.offer(new Chunk(new byte[0], -1));
        } catch (InterruptedException _) {
            // close() wants no more
        }
    }

    /** How long {@link #read} waits for the guest before it fails. */
    void patience(Duration newPatience) {
        patience = newPatience;
    }

    /** Fails every {@link #read} that still waits {@code newAllowed} from now on. */
    void deadline(Duration newAllowed) {
        allowed = newAllowed;
        deadline = System.nanoTime() + newAllowed.toNanos();
    }

    /**
     * @param lastActive when the guest showed another sign of life, by {@link System#nanoTime}; any
     *     thread may be asked
     */
    void alsoActive(LongSupplier lastActive) {
        alsoActive = lastActive;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /**
     * @throws InterruptedIOException when the thread is interrupted; it stays so
     * @throws TransientFailure when nothing comes for longer than {@link #patience}
     */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended && position == current.size) {
            Chunk next = await();
            if (current.bytes.length > 0) {
                free.add(current.bytes);
            }
            current = next.size < 0 ? new Chunk(new byte[0], 0) : next;
            position = 0;
            ended = next.size < 0;
        }
        if (ended) {
            return -1;
        }
        int count = Math.min(length, current.size - position);
        System.arraycopy(current.bytes, position, target, offset, count);
        position += count;
        return count;
    }

    @Override
    public int available() {
        return current.size - position;
    }

    private Chunk await() throws IOException {
        long start = System.nanoTime();
        long endedAt = 0;
        try {
            while (true) {
                @Nullable Chunk chunk =
                        filled.poll(LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
                long now = System.nanoTime();
                // One that never pauses is over its time, too; what it wrote before its end counts.
                boolean late = now > deadline && guest.alive();
                if (chunk != null && !late) {
                    return chunk;
                }
                if (!guest.alive()) {
                    endedAt = endedAt == 0 ? now : endedAt;
                    if (now - endedAt > LINGERING_CHILDREN.toNanos()) {
                        // A child has inherited the pipe and keeps it open.
                        guest.killAll();
                    }
                } else if (late) {
                    throw new TransientFailure(
                            "The connector did not end within %s."
                                    .formatted(DurationText.format(allowed)),
                            guest.lastErrors());
                } else if (now - lastActive(start) > patience.toNanos()) {
                    throw new TransientFailure(
                            "The connector said nothing for %s."
                                    .formatted(DurationText.format(patience)),
                            guest.lastErrors());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a connector");
        }
    }

    /** A guest that floods its standard error is not silent. */
    private long lastActive(long start) {
        return Math.max(start, Math.max(guest.lastErrorsAt(), alsoActive.getAsLong()));
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            source.close();
        } catch (IOException _) {
            // closed already
        }
    }
}
