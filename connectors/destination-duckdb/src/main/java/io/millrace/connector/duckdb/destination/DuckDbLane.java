package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbException;
import io.millrace.connector.duckdb.common.WaitingShare;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StreamTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One transaction after the other. A commit takes some milliseconds, a merge by key more, so a
 * checkpoint is noted at first and committed with later ones, every two to ten seconds.
 *
 * <p>A transaction can only be committed as a whole. So that each noted checkpoint can be committed
 * at any time, by {@link #flush} too, one of these holds at every moment:
 *
 * <ul>
 *   <li>all that the transaction holds is covered by the newest checkpoint, and rows that came
 *       after it wait in memory; or
 *   <li>there is no checkpoint that isn't durable, and the transaction may hold rows that none
 *       covers yet.
 * </ul>
 *
 * In a lane of several streams, where a checkpoint of one must not commit the others' rows, such
 * rows go into temporary tables instead, and the first always holds.
 *
 * <p>The second begins when the waiting rows exceed their bound: what is noted is committed then,
 * and the rows follow into the next transaction. So {@link #flush} always makes every checkpoint
 * durable, and never a row after it (invariants 1, 2).
 */
final class DuckDbLane implements DestinationLane {
    private static final long BETWEEN_COMMITS = Duration.ofSeconds(2).toNanos();
    private static final long LONGEST_BETWEEN_COMMITS = Duration.ofSeconds(10).toNanos();

    /** Rows of a commit that cost little even if they are written twice. */
    private static final long FEW_ROWS = ColumnBatch.MAX_ROWS / 8;

    /** Rows of a commit beside which its partly filled row group doesn't matter. */
    private static final long MANY_ROWS = 8L * ColumnBatch.MAX_ROWS;

    /** A commit that takes long, for the merge within it, is made so much more seldom. */
    private static final int COMMIT_TO_WORK = 10;

    private final DuckDbSession session;
    private final DuckDbConnection connection;
    private final LaneListener listener;
    private final WaitingShare share;
    private final Map<StreamName, StreamWriter> writers = new LinkedHashMap<>();
    private final Map<StreamName, CheckpointRow> rows = new HashMap<>();
    private final List<Checkpoint> noted = new ArrayList<>();
    private boolean inTransaction;
    private boolean uncoveredInTransaction;
    private long lastCommit = System.nanoTime();
    private long lastCommitTook;
    private long rowsSinceCommit;

    DuckDbLane(
            DuckDbSession session,
            DuckDbConnection connection,
            LaneListener listener,
            WaitingShare share,
            List<StreamWriter> writers,
            List<CheckpointRow> rows) {
        this.session = session;
        this.connection = connection;
        this.listener = listener;
        this.share = share;
        share.join();
        writers.forEach(writer -> this.writers.put(writer.stream(), writer));
        rows.forEach(row -> this.rows.put(row.stream(), row));
    }

    @Override
    public List<LandingPlan> landings() {
        return writers.values().stream().map(writer -> writer.landing().plan()).toList();
    }

    @Override
    public void write(ColumnBatch batch) throws InterruptedException {
        StreamWriter writer = writers.get(batch.stream());
        if (writer == null) {
            batch.close();
            throw new IllegalArgumentException("no stream " + batch.stream() + " in this lane");
        }
        rowsSinceCommit += batch.rows();
        long bound = share.bytes(batch.memory());
        writer.add(batch);
        if (waitingBytes() > bound) {
            guarded(() -> makeRoom(bound));
        }
    }

    private long waitingBytes() {
        return writers.values().stream().mapToLong(StreamWriter::waitingBytes).sum();
    }

    @Override
    public void commit(Checkpoint checkpoint, JsonNode details) throws InterruptedException {
        guarded(() -> {
            cover(checkpoint, details, false);
            if (commitIsDue() && !uncoveredInTransaction) {
                commitNoted("");
            }
        });
    }

    /**
     * A commit ends a row group, and DuckDB compresses the rows of those that it ended early again
     * when it brings its log into the file. So few rows are committed soon, and many at once.
     */
    private boolean commitIsDue() {
        long elapsed = System.nanoTime() - lastCommit;
        boolean cheap = rowsSinceCommit <= FEW_ROWS || rowsSinceCommit >= MANY_ROWS;
        long interval = cheap ? BETWEEN_COMMITS : LONGEST_BETWEEN_COMMITS;
        return elapsed >= Math.max(interval, COMMIT_TO_WORK * lastCommitTook);
    }

    @Override
    public void flush() throws InterruptedException {
        guarded(() -> {
            if (!noted.isEmpty()) {
                commitNoted("");
            }
        });
    }

    @Override
    public LandingPlan evolve(StreamTarget target) throws InterruptedException {
        StreamWriter writer = writer(target.source());
        guarded(() -> {
            insertEverything();
            begin();
            Landing landing = session.replan(connection, target, row(target.source()));
            for (String statement : landing.statements()) {
                connection.execute(statement);
            }
            CheckpointRow row = row(target.source());
            rows.put(
                    target.source(),
                    new CheckpointRow(
                            row.pipeline(),
                            row.stream(),
                            row.generation(),
                            row.complete(),
                            row.state(),
                            row.globalState(),
                            row.records(),
                            row.table(),
                            row.loading(),
                            row.mode(),
                            landing.columnNames(),
                            row.details(),
                            row.committedAt()));
            writer.evolve(landing);
        });
        return writer.landing().plan();
    }

    @Override
    public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details)
            throws InterruptedException {
        guarded(() -> {
            cover(
                    new Checkpoint(
                            Optional.of(stream),
                            checkpoint.state(),
                            checkpoint.records(),
                            checkpoint.checksum()),
                    details,
                    checkpoint.stream().isEmpty());
            noted.set(noted.size() - 1, checkpoint);
            uncoveredInTransaction = false;
            StreamWriter writer = writer(stream);
            CheckpointRow row = row(stream);
            rows.put(stream, complete(row));
            commitNoted(session.swapStatements(connection, writer.landing()));
        });
    }

    @Override
    public void close() {
        try {
            if (inTransaction) {
                inTransaction = false;
                connection.execute("ROLLBACK");
            }
        } catch (DuckDbException _) {
            // A transaction that failed is gone by itself; disconnecting ends it in any case.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            boolean interrupted = Thread.interrupted();
            share.leave();
            connection.close();
            writers.values().forEach(StreamWriter::close);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private StreamWriter writer(StreamName stream) {
        StreamWriter writer = writers.get(stream);
        if (writer == null) {
            throw new IllegalArgumentException("no stream " + stream + " in this lane");
        }
        return writer;
    }

    private CheckpointRow row(StreamName stream) {
        CheckpointRow row = rows.get(stream);
        if (row == null) {
            throw new IllegalArgumentException("no stream " + stream + " in this lane");
        }
        return row;
    }

    /** Notes a checkpoint: the rows before it are covered, its state is to be committed. */
    private void cover(Checkpoint checkpoint, JsonNode details, boolean global) {
        List<StreamName> streams =
                checkpoint.stream().map(List::of).orElseGet(() -> List.copyOf(writers.keySet()));
        for (StreamName stream : streams) {
            StreamWriter writer = writer(stream);
            writer.cover();
            CheckpointRow row = row(stream);
            rows.put(
                    stream,
                    new CheckpointRow(
                            row.pipeline(),
                            stream,
                            row.generation(),
                            row.complete(),
                            checkpoint.state().isNull()
                                    ? Optional.empty()
                                    : Optional.of(checkpoint.state().toString()),
                            global || checkpoint.stream().isEmpty(),
                            row.records() + writer.takeCoveredRows(),
                            row.table(),
                            row.loading(),
                            row.mode(),
                            row.columns(),
                            details.toString(),
                            row.committedAt()));
        }
        noted.add(checkpoint);
        uncoveredInTransaction = false;
    }

    private static CheckpointRow complete(CheckpointRow row) {
        return new CheckpointRow(
                row.pipeline(),
                row.stream(),
                row.generation(),
                true,
                row.state(),
                row.globalState(),
                row.records(),
                row.table(),
                Optional.empty(),
                row.mode(),
                row.columns(),
                row.details(),
                row.committedAt());
    }

    /**
     * Hands waiting rows to DuckDB: the covered ones, and the others only where that isn't enough,
     * since what is noted has to be committed before them, and each transaction leaves a row group
     * partly filled.
     *
     * @param bound bytes that may wait afterwards
     */
    private void makeRoom(long bound) throws InterruptedException {
        if (noted.isEmpty()) {
            insertEverything();
            return;
        }
        begin();
        for (StreamWriter writer : writers.values()) {
            writer.insertCovered();
        }
        if (waitingBytes() > bound) {
            insertEverything();
        }
    }

    private void insertEverything() throws InterruptedException {
        if (!noted.isEmpty() && writers.size() == 1) {
            commitNoted("");
        }
        begin();
        for (StreamWriter writer : writers.values()) {
            uncoveredInTransaction |= writer.hasUncovered() && writer.writesUncovered();
            writer.insertAll();
        }
    }

    private void begin() throws InterruptedException {
        if (!inTransaction) {
            connection.execute("BEGIN");
            inTransaction = true;
        }
    }

    /**
     * Commits the noted checkpoints with the rows that they cover, in one transaction (invariants
     * 1, 2, 5).
     *
     * @param more statements of the same transaction
     */
    private void commitNoted(String more) throws InterruptedException {
        long start = System.nanoTime();
        begin();
        var statements = new StringBuilder();
        for (StreamWriter writer : writers.values()) {
            writer.insertCovered();
            writer.settle();
            statements.append(session.saveStatement(row(writer.stream())));
        }
        statements.append(more).append("COMMIT");
        connection.execute(statements.toString());
        inTransaction = false;
        lastCommit = System.nanoTime();
        lastCommitTook = lastCommit - start;
        rowsSinceCommit = 0;
        List<Checkpoint> durable = List.copyOf(noted);
        noted.clear();
        durable.forEach(listener::durable);
    }

    @FunctionalInterface
    private interface Work {
        void run() throws InterruptedException;
    }

    private void guarded(Work work) throws InterruptedException {
        try {
            work.run();
        } catch (DuckDbException e) {
            throw session.failure(e);
        }
    }
}
