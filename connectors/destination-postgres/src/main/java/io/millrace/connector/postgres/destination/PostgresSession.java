package io.millrace.connector.postgres.destination;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.TransientFailure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A run of a pipeline. Its first connection holds the pipeline's lock for as long as the session
 * lasts; it and further ones, which join as writers, are lent to lanes. Safe for all threads.
 */
final class PostgresSession implements DestinationSession {
    private final PostgresDestination destination;
    private final String pipeline;
    private final PipelineLock lock;
    private final CheckpointStore store;
    private final Backend holder;
    private final ArrayDeque<Backend> idle = new ArrayDeque<>();
    private boolean storeExists;
    private boolean closed;

    PostgresSession(
            PostgresDestination destination,
            String pipeline,
            PipelineLock lock,
            CheckpointStore store,
            Backend holder) {
        this.destination = destination;
        this.pipeline = pipeline;
        this.lock = lock;
        this.store = store;
        this.holder = holder;
        this.storeExists = store.exists(holder);
        idle.add(holder);
    }

    private synchronized Backend borrow() {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
        if (holder.broken()) {
            throw new TransientFailure(
                    "The connection to PostgreSQL that keeps other runs of the pipeline %s away was lost. Try again."
                            .formatted(pipeline));
        }
        Backend free = idle.pollFirst();
        if (free != null) {
            return free;
        }
        Backend joined = destination.connect();
        try {
            lock.share(joined);
            return joined;
        } catch (RuntimeException e) {
            joined.close();
            throw e;
        }
    }

    /** Takes back what {@link #borrow} gave. */
    synchronized void giveBack(Backend backend, boolean usable) {
        if (usable && !closed) {
            idle.addFirst(backend);
        } else {
            backend.markBroken();
            backend.close();
        }
    }

    @Override
    public List<StoredCheckpoint> checkpoints() {
        return with(backend ->
                exists(backend)
                        ? store.load(backend, pipeline).stream()
                                .map(CheckpointStore.Entry::checkpoint)
                                .toList()
                        : List.of());
    }

    @Override
    public boolean keepsCheckpoints() {
        return true;
    }

    @Override
    public DestinationLane open(List<StreamTarget> targets, LaneListener listener)
            throws InterruptedException {
        var lane = new PostgresLane(this, borrow(), listener);
        try {
            for (StreamTarget target : targets) {
                lane.add(target);
            }
            return lane;
        } catch (RuntimeException | InterruptedException e) {
            lane.close();
            throw e;
        }
    }

    /** Says how {@code target} can be written; makes the tables of checkpoints and its schema. */
    TablePreparation prepare(Backend backend, StreamTarget target) {
        ensureStore(backend);
        TableName table = destination.table(target);
        destination.ensureSchema(backend, table.schema());
        return destination
                .planner(backend, pipeline)
                .prepare(
                        target, table, store.concerning(backend, pipeline, target.source(), table));
    }

    /** Says what has to be done for the wider schema of {@code target}. */
    TablePreparation evolve(
            Backend backend, StreamTarget target, TableName to, boolean replaces, boolean empty) {
        return destination
                .planner(backend, pipeline)
                .evolve(target, destination.table(target), to, replaces, empty);
    }

    /** A statement that keeps {@code progress}. */
    String save(CheckpointStore.Progress progress) {
        return store.save(pipeline, progress);
    }

    Swap swap(Backend backend, Landing landing, TableName generation) {
        return new Swap(backend, landing, generation, destination.dropCascade());
    }

    private synchronized boolean exists(Backend backend) {
        storeExists = storeExists || store.exists(backend);
        return storeExists;
    }

    private synchronized void ensureStore(Backend backend) {
        if (!exists(backend)) {
            store.create(backend);
            storeExists = true;
        }
    }

    @Override
    public void reset(Collection<StreamName> streams, boolean data) {
        Set<StreamName> chosen = Set.copyOf(streams);
        with(backend -> {
            if (exists(backend)) {
                List<String> statements = new ArrayList<>();
                statements.add("BEGIN");
                for (CheckpointStore.Entry entry : store.load(backend, pipeline)) {
                    if (chosen.contains(entry.checkpoint().stream())) {
                        statements.addAll(reset(backend, entry, data));
                    }
                }
                statements.add("COMMIT");
                backend.execute(
                        "resetting the pipeline " + pipeline, String.join("; ", statements));
            }
            return true;
        });
    }

    /** Unfinished generations go in any case: without their state nothing can go on with them. */
    private List<String> reset(Backend backend, CheckpointStore.Entry entry, boolean data) {
        List<String> statements = new ArrayList<>();
        for (TableShape shape : Schemas.withGenerations(backend, entry.table()).values()) {
            if (data || !shape.table().equals(entry.table())) {
                statements.add(TablePlanner.drop(shape.table(), destination.dropCascade()));
            }
        }
        statements.add(store.forget(pipeline, entry.checkpoint().stream()));
        return statements;
    }

    @Override
    public void saveReceipt(JsonNode receipt) {
        with(backend -> {
            ensureStore(backend);
            store.saveReceipt(backend, pipeline, receipt);
            return true;
        });
    }

    @Override
    public Optional<JsonNode> loadReceipt() {
        return with(backend ->
                exists(backend) ? store.loadReceipt(backend, pipeline) : Optional.empty());
    }

    /** Something that needs a connection for a moment. */
    @FunctionalInterface
    private interface Use<T> {
        T apply(Backend backend);
    }

    private <T> T with(Use<T> use) {
        Backend backend = borrow();
        boolean usable = false;
        try {
            T result = use.apply(backend);
            usable = true;
            return result;
        } finally {
            giveBack(backend, usable || backend.rollback());
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (Backend backend : idle) {
            destination.release(backend);
        }
        idle.clear();
    }
}
