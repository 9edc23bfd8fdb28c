package io.millrace.replication.sync;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonRows;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Gives one lane what its channels hand over, in their order, on a thread of its own. Any thread
 * may hand over; it blocks while the lane is behind.
 *
 * <p>It ends by itself when each of its streams was finished or abandoned, or when the lane failed:
 * then every hand-over throws that failure.
 */
final class LaneWriter implements LaneListener {
    /**
     * Batches in waiting. The memory budget bounds their bytes; this bounds how far small ones run
     * ahead.
     */
    private static final int CAPACITY = 16;

    private final DestinationSession session;
    private final Map<StreamName, StreamRun> runs;
    private final Set<StreamName> open = new HashSet<>();
    private final Runnable onEnd;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item> queue = new ArrayDeque<>();
    private @Nullable SyncFailure failure;
    private boolean ended;
    private @Nullable Thread thread;

    /**
     * @param onEnd called once on the writer's thread when it has ended
     */
    LaneWriter(DestinationSession session, Map<StreamName, StreamRun> runs, Runnable onEnd) {
        this.session = session;
        this.runs = Map.copyOf(runs);
        this.open.addAll(runs.keySet());
        this.onEnd = onEnd;
    }

    private sealed interface Item {
        record Batch(ColumnBatch batch) implements Item {}

        record Lines(RecordLines lines) implements Item {}

        record Json(JsonRows rows) implements Item {}

        record Mark(Checkpoint checkpoint, JsonNode details) implements Item {}

        record Evolve(StreamTarget target, Answer<LandingPlan> answer) implements Item {}

        record Finish(StreamName stream, Checkpoint checkpoint, JsonNode details) implements Item {}

        record Abandon(StreamName stream, SyncFailure failure) implements Item {}

        record Stop() implements Item {}
    }

    /** Something that one thread waits for and the writer gives. */
    private static final class Answer<T> {
        private @Nullable T value;
    }

    /** Opens the lane, on the caller's thread, and starts writing. */
    DestinationLane start(List<StreamTarget> targets) throws InterruptedException {
        DestinationLane opened = session.open(targets, this);
        // A platform thread: destinations block in native code.
        thread =
                Thread.ofPlatform()
                        .name("write " + targets.getFirst().source())
                        .daemon(true)
                        .start(() -> run(opened));
        return opened;
    }

    void write(ColumnBatch batch) throws InterruptedException {
        try {
            put(new Item.Batch(batch));
        } catch (SyncFailure | InterruptedException e) {
            batch.close();
            throw e;
        }
    }

    void writeLines(RecordLines lines) throws InterruptedException {
        try {
            put(new Item.Lines(lines));
        } catch (SyncFailure | InterruptedException e) {
            lines.close();
            throw e;
        }
    }

    void write(JsonRows rows) throws InterruptedException {
        try {
            put(new Item.Json(rows));
        } catch (SyncFailure | InterruptedException e) {
            rows.close();
            throw e;
        }
    }

    void checkpoint(Checkpoint checkpoint, JsonNode details) throws InterruptedException {
        put(new Item.Mark(checkpoint, details));
    }

    /** Alters the table before what is handed over next; returns how the stream lands then. */
    LandingPlan evolve(StreamTarget target) throws InterruptedException {
        var answer = new Answer<LandingPlan>();
        put(new Item.Evolve(target, answer));
        lock.lockInterruptibly();
        try {
            while (answer.value == null && !ended) {
                changed.await();
            }
            if (answer.value == null) {
                throw ending();
            }
            return answer.value;
        } finally {
            lock.unlock();
        }
    }

    void finish(StreamName stream, Checkpoint checkpoint, JsonNode details)
            throws InterruptedException {
        put(new Item.Finish(stream, checkpoint, details));
    }

    /**
     * The stream ends here with {@code cause}: what checkpoints cover is kept. Doesn't block, and
     * can't fail.
     */
    void abandon(StreamName stream, SyncFailure cause) {
        lock.lock();
        try {
            if (ended) {
                run(stream).failed(cause);
            } else {
                queue.addLast(new Item.Abandon(stream, cause));
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the lane without an outcome for its streams, since they begin anew. */
    void stop() throws InterruptedException {
        put(new Item.Stop());
    }

    /** Waits for the end of the writer. */
    void join() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!ended && thread != null) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(Item item) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!ended && queue.size() >= CAPACITY) {
                changed.await();
            }
            if (ended) {
                throw ending();
            }
            queue.addLast(item);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private StreamRun run(StreamName stream) {
        return java.util.Objects.requireNonNull(runs.get(stream), "a stream of this lane");
    }

    private SyncFailure ending() {
        return failure != null
                ? failure
                : new SystemFailure(
                        "A stream went on after its end.",
                        "the lane of " + runs.keySet() + " has ended");
    }

    private Item take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                changed.await();
            }
            Item item = queue.removeFirst();
            changed.signalAll();
            return item;
        } finally {
            lock.unlock();
        }
    }

    private void run(DestinationLane opened) {
        SyncFailure cause = null;
        try {
            while (!open.isEmpty()) {
                perform(opened, take());
            }
        } catch (SyncFailure e) {
            cause = e;
        } catch (InterruptedException e) {
            cause =
                    new SystemFailure(
                            "The writer was interrupted.", "nobody interrupts a lane's thread", e);
        } catch (RuntimeException | Error e) {
            cause =
                    new SystemFailure(
                            "Writing failed for a reason that Millrace doesn't know; the log file"
                                    + " has the details.",
                            e.toString(),
                            e);
        }
        opened.close();
        end(cause);
        onEnd.run();
    }

    private void perform(DestinationLane opened, Item item) throws InterruptedException {
        switch (item) {
            case Item.Batch(ColumnBatch batch) -> opened.write(batch);
            case Item.Lines(RecordLines lines) -> opened.writeLines(lines);
            case Item.Json(JsonRows rows) -> opened.writeJson(rows);
            case Item.Mark(Checkpoint checkpoint, JsonNode details) ->
                    opened.commit(checkpoint, details);
            case Item.Evolve(StreamTarget target, Answer<LandingPlan> answer) -> {
                LandingPlan landing = opened.evolve(target);
                lock.lock();
                try {
                    answer.value = landing;
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
            case Item.Finish(StreamName stream, Checkpoint checkpoint, JsonNode details) -> {
                StreamRun run = run(stream);
                run.finishing();
                opened.finish(stream, checkpoint, details);
                run.acknowledgeAll();
                run.completed();
                open.remove(stream);
            }
            case Item.Abandon(StreamName stream, SyncFailure cause) -> {
                // What checkpoints cover is kept, whatever the reason (DESIGN section 4, attempts).
                opened.flush();
                run(stream).failed(cause);
                open.remove(stream);
            }
            case Item.Stop() -> open.clear();
        }
    }

    private void end(@Nullable SyncFailure cause) {
        lock.lock();
        try {
            failure = cause;
            ended = true;
            for (Item item : queue) {
                switch (item) {
                    case Item.Batch(ColumnBatch batch) -> batch.close();
                    case Item.Lines(RecordLines lines) -> lines.close();
                    case Item.Json(JsonRows rows) -> rows.close();
                    case Item.Abandon(StreamName stream, SyncFailure its) ->
                            run(stream).failed(its);
                    case Item.Mark _, Item.Evolve _, Item.Finish _, Item.Stop _ -> {}
                }
            }
            queue.clear();
            if (cause != null) {
                open.forEach(stream -> run(stream).failed(cause));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void durable(Checkpoint checkpoint) {
        if (checkpoint.stream().isPresent()) {
            run(checkpoint.stream().get()).acknowledge(checkpoint);
        } else {
            runs.values().forEach(run -> run.acknowledge(checkpoint));
        }
    }

    @Override
    public void rejected(StreamName stream, String reason) {
        run(stream).reject(reason);
    }
}
