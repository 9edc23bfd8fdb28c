package io.millrace.replication.launch.process;

import io.millrace.protocol.json.JsonBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A guest's standard input, written by a thread of its own, so that whoever writes can be
 * interrupted. Takes buffers of whole lines from any thread, and gives others back.
 */
final class GuestInput {
    /** Handing a buffer over costs a switch of threads; the guest's pipe takes 64 KiB at a time. */
    static final int BUFFER_BYTES = 256 << 10;

    private static final int BUFFERS = 4;
    private static final long LOOK_MILLIS = 100;

    private final OutputStream input;
    private final BlockingQueue<Filled> filled = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<JsonBuffer> free = new ArrayBlockingQueue<>(BUFFERS);
    private volatile boolean closing;
    private volatile boolean broken;
    private volatile boolean idle = true;
    private volatile long lastProgress = System.nanoTime();

    /**
     * @param release takes the buffer back
     */
    private record Filled(JsonBuffer buffer, Runnable release) {}

    GuestInput(OutputStream input) {
        this.input = input;
        for (int i = 0; i < BUFFERS; i++) {
            free.add(new JsonBuffer(BUFFER_BYTES + (16 << 10)));
        }
        Thread.ofPlatform().daemon().name("guest-input").start(this::pump);
    }

    /** An empty buffer; blocks while the guest is behind, and gives one at once when it is gone. */
    JsonBuffer take() throws InterruptedException {
        while (true) {
            JsonBuffer buffer = free.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (buffer != null) {
                buffer.clear();
                return buffer;
            }
            if (broken) {
                return new JsonBuffer(1024);
            }
        }
    }

    /** Sends a buffer that {@link #take} gave, and that is not to be touched afterwards. */
    void put(JsonBuffer buffer) throws InterruptedException {
        put(buffer, () -> recycle(buffer));
    }

    /**
     * Sends {@code buffer} and then calls {@code release}, on any thread; also where the guest is
     * gone.
     */
    void put(JsonBuffer buffer, Runnable release) throws InterruptedException {
        var item = new Filled(buffer, release);
        try {
            while (!broken) {
                if (filled.offer(item, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException stopped) {
            release.run();
            throw stopped;
        }
        release.run();
    }

    private void recycle(JsonBuffer buffer) {
        boolean huge = buffer.array().length > 4 * BUFFER_BYTES; // a huge row passed by
        free.offer(huge ? new JsonBuffer(BUFFER_BYTES + (16 << 10)) : buffer);
    }

    /** Ends the input after everything that was put. */
    void close() {
        closing = true;
    }

    /** Whether the guest no longer takes anything. */
    boolean broken() {
        return broken;
    }

    /** When the guest took something last, or now if nothing waits for it. */
    long lastProgress() {
        return idle && !closing ? System.nanoTime() : lastProgress;
    }

    private void pump() {
        try (input) {
            while (true) {
                @Nullable Filled item = filled.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (item == null) {
                    if (closing && filled.isEmpty()) {
                        lastProgress = System.nanoTime();
                        return;
                    }
                    continue;
                }
                idle = false;
                try {
                    item.buffer.writeTo(input);
                } finally {
                    item.release.run();
                }
                lastProgress = System.nanoTime();
                idle = true;
            }
        } catch (IOException | InterruptedException _) {
            // The guest has closed its input or is gone: its end tells why.
            broken = true;
        }
        for (Filled left = filled.poll(); left != null; left = filled.poll()) {
            left.release.run();
        }
    }
}
