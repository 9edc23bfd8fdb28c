package io.millrace.replication.sync;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.json.JsonRowWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A transactional destination in memory; rows are JSON objects. What {@code tables} and {@code
 * checkpoints} hold survives a crash; a {@link Faults} decides at each step whether it fails.
 */
final class MemoryDestination implements Destination {
    /** A row of two integer columns {@code id} and {@code value}. */
    record Row(long id, long value) {
        static Row of(ObjectNode json) {
            return new Row(json.path("id").asLong(), json.path("value").asLong());
        }
    }

    /** Visible rows, by table. */
    final Map<StreamName, List<ObjectNode>> tables = new LinkedHashMap<>();

    private final Map<StreamName, List<ObjectNode>> staged = new LinkedHashMap<>();
    private final Map<StreamName, StoredCheckpoint> checkpoints = new LinkedHashMap<>();
    private final Faults faults;
    Optional<JsonNode> receipt = Optional.empty();

    MemoryDestination(Faults faults) {
        this.faults = faults;
    }

    Optional<StoredCheckpoint> checkpoint(StreamName stream) {
        return Optional.ofNullable(checkpoints.get(stream));
    }

    @Override
    public void check() {}

    @Override
    public Set<SyncMode> supportedModes() {
        return Set.of(SyncMode.values());
    }

    @Override
    public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets) {
        return targets.stream().map(MemoryDestination::landing).toList();
    }

    private static LandingPlan landing(StreamTarget target) {
        return new LandingPlan(
                target.source(),
                target.target().toString(),
                LandingPlan.Action.APPEND,
                List.of(),
                target.schema(),
                List.of());
    }

    @Override
    public DestinationSession open(String pipeline) {
        faults.step("open");
        return new Session();
    }

    @Override
    public void readBack(
            String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink)
            throws InterruptedException {
        var batch = new ColumnBatch(request.memory(), target.source(), request.schema(), 0, 16);
        var writer = new JsonRowWriter(request.schema());
        for (ObjectNode row : tables.getOrDefault(target.target(), List.of())) {
            byte[] json = row.toString().getBytes(StandardCharsets.UTF_8);
            writer.write(batch, json, 0, json.length).ifPresent(SystemFailure::new);
        }
        sink.accept(batch);
    }

    private final class Session implements DestinationSession {
        @Override
        public List<StoredCheckpoint> checkpoints() {
            faults.step("checkpoints");
            return List.copyOf(checkpoints.values());
        }

        @Override
        public boolean keepsCheckpoints() {
            return true;
        }

        @Override
        public DestinationLane open(List<StreamTarget> targets, LaneListener listener) {
            faults.step("lane");
            return new Lane(targets.getFirst(), listener);
        }

        @Override
        public void reset(Collection<StreamName> streams, boolean data) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void saveReceipt(JsonNode newReceipt) {
            receipt = Optional.of(newReceipt);
        }

        @Override
        public Optional<JsonNode> loadReceipt() {
            return receipt;
        }

        @Override
        public void close() {}
    }

    private final class Lane implements DestinationLane {
        private final StreamTarget target;
        private final LaneListener listener;
        private final List<ObjectNode> open = new ArrayList<>();

        Lane(StreamTarget target, LaneListener listener) {
            this.target = target;
            this.listener = listener;
            boolean resumes =
                    checkpoint(target.source())
                            .filter(stored -> stored.generation() == target.generation())
                            .isPresent();
            if (!resumes) {
                staged.remove(target.target());
            }
        }

        @Override
        public List<LandingPlan> landings() {
            return List.of(landing(target));
        }

        @Override
        public void write(ColumnBatch batch) {
            try (batch) {
                faults.step("write");
                var encoder = new JsonLineEncoder(batch.schema());
                for (int row = 0; row < batch.rows(); row++) {
                    var json = new JsonBuffer(64);
                    encoder.encode(batch, row, json);
                    open.add((ObjectNode) Json.parse(json.toBytes()));
                }
            }
        }

        private List<JsonNode> key(ObjectNode row) {
            return target.primaryKey().stream().map(row::path).toList();
        }

        @Override
        public void commit(Checkpoint checkpoint, JsonNode details) {
            faults.step("before commit");
            store(checkpoint, details, false);
            faults.step("after commit");
            listener.durable(checkpoint);
        }

        private void store(Checkpoint checkpoint, JsonNode details, boolean complete) {
            List<ObjectNode> rows =
                    (target.replace() ? staged : tables)
                            .computeIfAbsent(target.target(), _ -> new ArrayList<>());
            for (ObjectNode row : open) {
                if (target.syncMode().deduplicated()) {
                    rows.removeIf(old -> key(old).equals(key(row)));
                }
                rows.add(row);
            }
            open.clear();
            if (complete && target.replace()) {
                tables.put(target.target(), new ArrayList<>(rows));
                staged.remove(target.target());
            }
            checkpoints.put(
                    target.source(),
                    new StoredCheckpoint(
                            target.source(),
                            target.generation(),
                            complete,
                            Optional.of(checkpoint.state()).filter(state -> !state.isNull()),
                            false,
                            0,
                            target.target().toString(),
                            target.syncMode(),
                            details,
                            Instant.EPOCH));
        }

        @Override
        public void flush() {
            faults.step("flush");
        }

        @Override
        public LandingPlan evolve(StreamTarget newTarget) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details) {
            faults.step("before finish");
            store(checkpoint, details, true);
            faults.step("after finish");
        }

        @Override
        public void close() {
            open.clear();
        }
    }
}
