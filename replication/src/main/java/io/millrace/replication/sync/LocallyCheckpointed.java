package io.millrace.replication.sync;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.json.JsonRows;
import io.millrace.replication.checkpoint.CheckpointDetails;
import io.millrace.replication.checkpoint.LocalCheckpoints;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A session whose destination keeps no checkpoints: they go to a file once the destination has
 * acknowledged them (invariant 1). A crash between the two brings records a second time, never less
 * than once.
 */
final class LocallyCheckpointed implements DestinationSession {
    private final DestinationSession session;
    private final LocalCheckpoints local;
    private final Clock clock;

    LocallyCheckpointed(DestinationSession session, SyncRequest request, Clock clock) {
        this.session = session;
        this.local = request.local();
        this.clock = clock;
    }

    @Override
    public List<StoredCheckpoint> checkpoints() {
        return local.list().stream()
                .map(stored -> canGoOn(stored) ? stored : withoutState(stored))
                .toList();
    }

    private boolean canGoOn(StoredCheckpoint stored) {
        return session.resumesReplacements()
                || stored.generationComplete()
                || CheckpointDetails.parse(stored.details())
                        .filter(CheckpointDetails::replace)
                        .isEmpty();
    }

    private static StoredCheckpoint withoutState(StoredCheckpoint stored) {
        return new StoredCheckpoint(
                stored.stream(),
                stored.generation(),
                stored.generationComplete(),
                Optional.empty(),
                stored.globalState(),
                stored.recordsCommitted(),
                stored.table(),
                stored.mode(),
                stored.details(),
                stored.committedAt());
    }

    @Override
    public boolean keepsCheckpoints() {
        return true;
    }

    @Override
    public boolean endsTogether() {
        return session.endsTogether();
    }

    @Override
    public void begin(List<StreamTarget> targets) throws InterruptedException {
        session.begin(targets);
    }

    @Override
    public void lastLane(boolean stopping) {
        session.lastLane(stopping);
    }

    @Override
    public DestinationLane open(List<StreamTarget> targets, LaneListener listener)
            throws InterruptedException {
        var lane = new Lane(targets, listener);
        lane.opened(session.open(targets, lane));
        return lane;
    }

    @Override
    public void reset(Collection<StreamName> streams, boolean data) throws InterruptedException {
        session.reset(streams, data);
        local.reset(streams);
    }

    @Override
    public void saveReceipt(JsonNode receipt) {
        local.saveReceipt(receipt);
    }

    @Override
    public Optional<JsonNode> loadReceipt() {
        return local.loadReceipt();
    }

    @Override
    public void close() {
        session.close();
    }

    private final class Lane implements DestinationLane, LaneListener {
        private final Map<StreamName, StreamTarget> targets = new HashMap<>();
        private final Map<StreamName, Long> records = new HashMap<>();
        private final LaneListener listener;
        private final ArrayDeque<Taken> taken = new ArrayDeque<>();
        private @org.jspecify.annotations.Nullable DestinationLane lane;

        private record Taken(Checkpoint checkpoint, JsonNode details) {}

        Lane(List<StreamTarget> streams, LaneListener listener) {
            this.listener = listener;
            for (StreamTarget target : streams) {
                targets.put(target.source(), target);
            }
            for (StoredCheckpoint stored : local.list()) {
                StreamTarget target = targets.get(stored.stream());
                if (target != null && target.generation() == stored.generation()) {
                    records.put(stored.stream(), stored.recordsCommitted());
                }
            }
        }

        void opened(DestinationLane opened) {
            lane = opened;
        }

        private DestinationLane lane() {
            return java.util.Objects.requireNonNull(lane, "opened before use");
        }

        @Override
        public List<LandingPlan> landings() {
            return lane().landings();
        }

        @Override
        public void write(ColumnBatch batch) throws InterruptedException {
            lane().write(batch);
        }

        @Override
        public boolean takesLines() {
            return lane().takesLines();
        }

        @Override
        public void writeLines(RecordLines lines) throws InterruptedException {
            lane().writeLines(lines);
        }

        @Override
        public boolean takesJson() {
            return lane().takesJson();
        }

        @Override
        public void writeJson(JsonRows rows) throws InterruptedException {
            lane().writeJson(rows);
        }

        @Override
        public void commit(Checkpoint checkpoint, JsonNode details) throws InterruptedException {
            synchronized (this) {
                taken.addLast(new Taken(checkpoint, details));
            }
            lane().commit(checkpoint, details);
        }

        @Override
        public void flush() throws InterruptedException {
            lane().flush();
        }

        @Override
        public LandingPlan evolve(StreamTarget target) throws InterruptedException {
            targets.put(target.source(), target);
            return lane().evolve(target);
        }

        @Override
        public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details)
                throws InterruptedException {
            lane().finish(stream, checkpoint, details);
            synchronized (this) {
                // A finish that was acknowledged as a checkpoint before is kept as complete now.
                taken.removeIf(item -> item.checkpoint.stream().equals(Optional.of(stream)));
                save(stream, checkpoint, details, true);
            }
        }

        @Override
        public void close() {
            lane().close();
        }

        @Override
        public synchronized void durable(Checkpoint checkpoint) {
            while (!taken.isEmpty()) {
                Taken item = taken.peekFirst();
                taken.removeFirst();
                item.checkpoint.stream()
                        .ifPresent(stream -> save(stream, item.checkpoint, item.details, false));
                if (item.checkpoint.equals(checkpoint)) {
                    break;
                }
            }
            listener.durable(checkpoint);
        }

        private void save(
                StreamName stream, Checkpoint checkpoint, JsonNode details, boolean complete) {
            StreamTarget target =
                    java.util.Objects.requireNonNull(targets.get(stream), "a stream of this lane");
            long total = records.merge(stream, checkpoint.records(), Long::sum);
            local.save(
                    new StoredCheckpoint(
                            stream,
                            target.generation(),
                            complete,
                            Optional.of(checkpoint.state()).filter(state -> !state.isNull()),
                            false,
                            total,
                            target.target().toString(),
                            target.syncMode(),
                            details,
                            clock.instant()));
        }

        @Override
        public void rejected(StreamName stream, String reason) {
            listener.rejected(stream, reason);
        }
    }
}
