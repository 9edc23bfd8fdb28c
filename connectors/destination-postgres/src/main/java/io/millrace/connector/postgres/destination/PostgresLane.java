package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.BinaryCopyEncoder;
import io.millrace.connector.postgres.common.CopyBuffer;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.SyncFailure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import tools.jackson.databind.JsonNode;

/**
 * Writes on one connection, in one transaction after another.
 *
 * <p>A transaction may only commit at a checkpoint, so that what is durable is always exactly what
 * the newest durable checkpoint covers (invariants 1, 2 and 5). A checkpoint that was taken can be
 * put off only as long as nothing behind it was sent: rows behind it wait here, encoded, until they
 * are many; then the checkpoint is committed first. So {@link #flush} can commit every checkpoint
 * that was taken, and nothing else.
 */
final class PostgresLane implements DestinationLane {
    private static final Duration PUT_OFF = Duration.ofSeconds(2);

    /** Bytes that may wait behind a checkpoint that is put off. */
    private static final int WAITING_LIMIT = 4 << 20;

    /** Rows in a staging table before they are put into the table, within the transaction. */
    private static final long STAGED_LIMIT = 1_000_000;

    private final PostgresSession session;
    private final Backend backend;
    private final LaneListener listener;
    private final Map<StreamName, StreamWriter> writers = new LinkedHashMap<>();
    private final Map<StreamName, LandingPlan> landings = new LinkedHashMap<>();
    private final CopyBuffer frame = new CopyBuffer(64);
    private @Nullable Pending pending;
    private @Nullable CopyStream active;
    private @Nullable CopyIn copy;
    private String copying = "";
    private boolean inTransaction;
    private boolean staged;
    private boolean usedStaging;
    private int stagingTables;
    private long lastCommit = System.nanoTime();
    private boolean closed;

    /** The newest checkpoint that was taken and is not durable, with what is kept beside it. */
    private record Pending(Checkpoint checkpoint, JsonNode details) {}

    PostgresLane(PostgresSession session, Backend backend, LaneListener listener) {
        this.session = session;
        this.backend = backend;
        this.listener = listener;
    }

    /** Makes the tables ready; called once for each target, before anything else. */
    void add(StreamTarget target) throws InterruptedException {
        TablePreparation preparation = session.prepare(backend, target);
        inTransaction |= preparation.perform();
        put(target, preparation);
    }

    private void put(StreamTarget target, TablePreparation preparation) {
        var writer =
                new StreamWriter(
                        target,
                        preparation.landing(),
                        preparation.table(),
                        preparation.replaces(),
                        preparation.empty(),
                        "_millrace_staging_" + ++stagingTables);
        StreamWriter before = writers.put(target.source(), writer);
        if (before != null) {
            writer.continues(before);
        }
        landings.put(target.source(), preparation.plan());
    }

    @Override
    public List<LandingPlan> landings() {
        return List.copyOf(landings.values());
    }

    @Override
    public void write(ColumnBatch batch) throws InterruptedException {
        try (batch) {
            StreamWriter writer = writer(batch.stream());
            writer.write(batch, this::sendWhenMany);
            if (writer.staged() > STAGED_LIMIT && pending == null) {
                sendAll();
                endCopy();
                apply();
            }
        }
    }

    private StreamWriter writer(StreamName stream) {
        StreamWriter writer = writers.get(stream);
        if (writer == null) {
            throw new IllegalArgumentException("the stream " + stream + " is not of this lane");
        }
        return writer;
    }

    private void sendWhenMany() throws InterruptedException {
        if (pending != null) {
            if (waiting() < WAITING_LIMIT) {
                return;
            }
            commitPending();
        }
        sendAll();
    }

    private int waiting() {
        int waiting = 0;
        for (StreamWriter writer : writers.values()) {
            for (CopyStream stream : writer.streams()) {
                waiting += stream.waiting();
            }
        }
        return waiting;
    }

    @Override
    public void commit(Checkpoint checkpoint, JsonNode details) throws InterruptedException {
        pending = new Pending(checkpoint, details);
        writers.values().forEach(StreamWriter::cover);
        if (System.nanoTime() - lastCommit >= PUT_OFF.toNanos() || waiting() >= WAITING_LIMIT) {
            commitPending();
        }
    }

    @Override
    public void flush() throws InterruptedException {
        if (pending != null) {
            commitPending();
        }
    }

    /** Commits what the newest checkpoint covers; what is behind it was not sent yet. */
    private void commitPending() {
        Pending now = pending;
        if (now == null) {
            return;
        }
        sendCovered();
        endCopy();
        apply();
        begin();
        commitTransaction(now, Optional.empty());
    }

    /** Ends the transaction with {@code now}'s state; the outcome is unknown if this throws. */
    private void commitTransaction(Pending now, Optional<StreamName> finished) {
        var statements = new StringBuilder();
        for (StreamWriter writer : writers.values()) {
            StreamName stream = writer.target().source();
            if (now.checkpoint().stream().map(stream::equals).orElse(true)
                    || finished.map(stream::equals).orElse(false)) {
                var progress =
                        new CheckpointStore.Progress(
                                writer.target(),
                                writer.landing().table(),
                                now.checkpoint().state(),
                                now.checkpoint().stream().isEmpty(),
                                writer.takeCovered(),
                                finished.map(stream::equals).orElse(false),
                                now.details());
                statements.append(session.save(progress)).append("; ");
            }
        }
        statements.append("COMMIT");
        backend.execute("committing a checkpoint", statements.toString());
        inTransaction = false;
        pending = null;
        lastCommit = System.nanoTime();
        listener.durable(now.checkpoint());
    }

    @Override
    public LandingPlan evolve(StreamTarget target) throws InterruptedException {
        flush();
        sendAll();
        endCopy();
        apply();
        StreamWriter before = writer(target.source());
        before.dropStaging(backend);
        begin();
        TablePreparation preparation =
                session.evolve(backend, target, before.table(), before.replaces(), before.empty());
        preparation.performWithin();
        put(target, preparation);
        return preparation.plan();
    }

    @Override
    public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details)
            throws InterruptedException {
        StreamWriter writer = writer(stream);
        writers.values().forEach(StreamWriter::cover);
        pending = new Pending(checkpoint, details);
        sendCovered();
        endCopy();
        apply();
        begin();
        writer.complete(backend);
        if (writer.replaces()) {
            session.swap(backend, writer.landing(), writer.table()).perform();
        }
        commitTransaction(new Pending(checkpoint, details), Optional.of(stream));
        writers.remove(stream);
    }

    private void begin() {
        if (!inTransaction) {
            backend.execute("beginning a transaction", "BEGIN");
            inTransaction = true;
        }
    }

    private void sendCovered() {
        for (StreamWriter writer : writers.values()) {
            for (CopyStream stream : writer.streams()) {
                send(writer, stream, stream.covered());
            }
        }
    }

    private void sendAll() {
        for (StreamWriter writer : writers.values()) {
            for (CopyStream stream : writer.streams()) {
                send(writer, stream, stream.waiting());
            }
        }
    }

    private void send(StreamWriter writer, CopyStream stream, int count) {
        if (count == 0) {
            return;
        }
        String doing = "writing into " + writer.landing().table();
        if (active != stream) {
            endCopy();
            begin();
            writer.prepareStaging(backend);
            CopyIn begun = backend.copyIn(doing, stream.statement());
            copy = begun;
            active = stream;
            copying = doing;
            frame.clear();
            BinaryCopyEncoder.begin(frame);
            backend.run(
                    doing,
                    () -> {
                        begun.writeToCopy(frame.bytes(), 0, frame.length());
                        return true;
                    });
        }
        CopyIn open = copy;
        if (open == null) {
            throw new IllegalStateException("a stream is active without a COPY");
        }
        backend.run(
                doing,
                () -> {
                    stream.send(open, count);
                    return true;
                });
        writer.sent(stream);
        if (writer.stages(stream)) {
            staged = true;
            usedStaging = true;
        }
    }

    private void endCopy() {
        CopyIn open = copy;
        if (open == null) {
            return;
        }
        copy = null;
        active = null;
        frame.clear();
        BinaryCopyEncoder.end(frame);
        backend.run(
                copying,
                () -> {
                    open.writeToCopy(frame.bytes(), 0, frame.length());
                    return open.endCopy();
                });
    }

    private void apply() {
        if (staged) {
            writers.values().forEach(writer -> writer.apply(backend));
            staged = false;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        CopyIn open = copy;
        boolean usable = !backend.broken();
        if (open != null && usable) {
            try {
                backend.run(
                        "giving up a COPY",
                        () -> {
                            if (open.isActive()) {
                                open.cancelCopy();
                            }
                            return true;
                        });
            } catch (SyncFailure _) {
                usable = false; // the connection goes, and with it what was not committed
            }
        }
        if (usable) {
            usable = backend.rollback();
        }
        if (usable && usedStaging) {
            usable = backend.discardTemporaryTables();
        }
        session.giveBack(backend, usable);
    }
}
