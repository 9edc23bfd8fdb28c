package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.WaitingShare;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.json.JsonRows;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Writes parts. A commit ends the part that is being written, so checkpoints are noted and
 * committed together, some seconds apart; {@link #flush} commits what is noted at once. For that
 * the part holds covered rows only as long as a checkpoint is noted, and rows behind it wait in
 * memory; when these exceed their bound, what is noted is committed first. After that the part may
 * hold rows that no checkpoint covers, and they go with the first that does (invariants 1, 2).
 */
final class FilesLane implements DestinationLane {
    private static final long LONGEST_BETWEEN_COMMITS = Duration.ofSeconds(15).toNanos();

    private final FilesSession session;
    private final LaneListener listener;
    private final WaitingShare share;
    private final Map<StreamName, StreamParts> writers = new LinkedHashMap<>();
    private final Map<StreamName, StreamState> states = new LinkedHashMap<>();
    private final List<Checkpoint> noted = new ArrayList<>();
    private long lastCommit = System.nanoTime();

    FilesLane(
            FilesSession session,
            LaneListener listener,
            WaitingShare share,
            List<StreamParts> writers,
            List<StreamState> states) {
        this.session = session;
        this.listener = listener;
        this.share = share;
        share.join();
        writers.forEach(writer -> this.writers.put(writer.stream(), writer));
        states.forEach(state -> this.states.put(state.stream(), state));
    }

    @Override
    public List<LandingPlan> landings() {
        return writers.values().stream().map(writer -> writer.landing().plan()).toList();
    }

    @Override
    public void write(ColumnBatch batch) throws InterruptedException {
        StreamParts writer = writers.get(batch.stream());
        if (writer == null) {
            batch.close();
            throw new IllegalArgumentException("no stream " + batch.stream() + " in this lane");
        }
        long bound = share.bytes(batch.memory());
        writer.add(batch);
        keepWithin(bound);
    }

    @Override
    public boolean takesJson() {
        return writers.values().stream().allMatch(StreamParts::takesJson);
    }

    @Override
    public void writeJson(JsonRows rows) throws InterruptedException {
        StreamParts writer = writers.get(rows.stream());
        if (writer == null) {
            rows.close();
            throw new IllegalArgumentException("no stream " + rows.stream() + " in this lane");
        }
        long bound = share.bytes(rows.memory());
        writer.add(rows);
        keepWithin(bound);
    }

    private void keepWithin(long bound) throws InterruptedException {
        if (waitingBytes() > bound) {
            guarded(() -> makeRoom(bound));
        }
    }

    private long waitingBytes() {
        return writers.values().stream().mapToLong(StreamParts::waitingBytes).sum();
    }

    @Override
    public void commit(Checkpoint checkpoint, JsonNode details) throws InterruptedException {
        guarded(() -> {
            cover(checkpoint, details);
            if (System.nanoTime() - lastCommit >= LONGEST_BETWEEN_COMMITS) {
                commitNoted();
            }
        });
    }

    @Override
    public void flush() throws InterruptedException {
        guarded(() -> {
            if (!noted.isEmpty()) {
                commitNoted();
            }
        });
    }

    @Override
    public LandingPlan evolve(StreamTarget target) throws InterruptedException {
        StreamParts writer = writer(target.source());
        guarded(() -> {
            writeEverything();
            StreamState state = state(target.source());
            Landing landing = session.replan(target, state);
            states.put(target.source(), state.withColumns(landing.columnNames()));
            writer.evolve(landing);
        });
        return writer.landing().plan();
    }

    @Override
    public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details)
            throws InterruptedException {
        guarded(() -> {
            writer(stream).cover(); // also what the checkpoint itself doesn't cover
            cover(checkpoint, details);
            states.put(stream, state(stream).completed());
            commitNoted();
            session.settle(state(stream));
        });
    }

    @Override
    public void close() {
        share.leave();
        writers.values().forEach(StreamParts::close);
    }

    private StreamParts writer(StreamName stream) {
        StreamParts writer = writers.get(stream);
        if (writer == null) {
            throw new IllegalArgumentException("no stream " + stream + " in this lane");
        }
        return writer;
    }

    private StreamState state(StreamName stream) {
        StreamState state = states.get(stream);
        if (state == null) {
            throw new IllegalArgumentException("no stream " + stream + " in this lane");
        }
        return state;
    }

    private void cover(Checkpoint checkpoint, JsonNode details) {
        List<StreamName> streams =
                checkpoint.stream().map(List::of).orElseGet(() -> List.copyOf(writers.keySet()));
        for (StreamName stream : streams) {
            StreamParts writer = writer(stream);
            writer.cover();
            states.put(
                    stream,
                    state(stream)
                            .covered(
                                    checkpoint.state().isNull()
                                            ? Optional.empty()
                                            : Optional.of(checkpoint.state()),
                                    checkpoint.stream().isEmpty(),
                                    writer.takeCoveredRows(),
                                    details));
        }
        noted.add(checkpoint);
    }

    /**
     * Writes covered rows, and the others only where that isn't enough: what is noted has to be
     * committed before them, and each commit ends a part.
     *
     * @param bound bytes that may wait afterwards
     */
    private void makeRoom(long bound) throws IOException, InterruptedException {
        if (noted.isEmpty()) {
            writeEverything();
            return;
        }
        for (StreamParts writer : writers.values()) {
            writer.writeCovered();
        }
        if (waitingBytes() > bound) {
            writeEverything();
        }
    }

    private void writeEverything() throws IOException, InterruptedException {
        if (!noted.isEmpty()) {
            commitNoted();
        }
        for (StreamParts writer : writers.values()) {
            writer.writeAll();
        }
    }

    /** Commits the noted checkpoints with the parts that hold the rows they cover. */
    private void commitNoted() throws IOException, InterruptedException {
        List<StreamState> committed = new ArrayList<>();
        List<StreamParts> ended = new ArrayList<>();
        for (StreamParts writer : writers.values()) {
            if (writer.hasUncoveredInParts()) {
                continue; // nothing of it is noted; its part goes with its own checkpoint
            }
            ended.add(writer);
            writer.writeCovered();
            writer.finishPart();
            StreamState state = state(writer.stream()).withParts(writer.nextPart(), session.now());
            states.put(writer.stream(), state);
            committed.add(state);
        }
        session.save(committed);
        lastCommit = System.nanoTime();
        List<Checkpoint> durable = List.copyOf(noted);
        noted.clear();
        for (StreamParts writer : ended) {
            writer.reveal();
        }
        durable.forEach(listener::durable);
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void guarded(Work work) throws InterruptedException {
        try {
            work.run();
        } catch (IOException e) {
            throw session.failure(e);
        }
    }
}
