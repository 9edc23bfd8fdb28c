package io.millrace.replication.launch.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.RecordLines;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.message.MessageWriter;
import io.millrace.protocol.message.StateMessage;
import io.millrace.protocol.message.TraceMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes streams to a guest as lines, and matches the states that come back with those that went
 * out. Written by one thread; {@link #acknowledge} is called by the one that listens.
 */
final class ProcessLane implements DestinationLane {
    private final ProcessSession session;
    private final GuestInput input;
    private final LaneListener listener;
    private final Map<StreamName, Lane> streams = new HashMap<>();
    private final List<StreamTarget> targets;
    private @Nullable JsonBuffer buffer;
    private boolean closed;

    ProcessLane(ProcessSession session, List<StreamTarget> targets, LaneListener listener) {
        this.session = session;
        this.input = session.input();
        this.listener = listener;
        this.targets = List.copyOf(targets);
        targets.forEach(target -> streams.put(target.source(), new Lane(target)));
    }

    /** A stream of this lane. */
    private static final class Lane {
        final StreamTarget target;
        final byte[] beginning;
        JsonLineEncoder encoder;

        /** Guarded by the outer object: sent and not acknowledged, oldest first. */
        final ArrayDeque<Sent> sent = new ArrayDeque<>();

        /**
         * Guarded by the outer object: the ones that were acknowledged, by their id, to the last.
         */
        long lastAcknowledged;

        @Nullable JsonNode lastState;
        long recordsSinceState;

        Lane(StreamTarget target) {
            this.target = target;
            this.encoder = new JsonLineEncoder(target.schema());
            ObjectNode names = Json.object().put("stream", target.target().name());
            target.target().namespace().ifPresent(text -> names.put("namespace", text));
            String text = Json.mapper().writeValueAsString(names);
            this.beginning =
                    ("{\"type\":\"RECORD\",\"record\":"
                                    + text.substring(0, text.length() - 1)
                                    + ",\"data\":")
                            .getBytes(UTF_8);
        }
    }

    /**
     * @param records of its stream since the state before it
     */
    private record Sent(long id, JsonNode state, long records, Checkpoint checkpoint) {}

    @Override
    public List<LandingPlan> landings() {
        return targets.stream().map(ProcessDestination::landing).toList();
    }

    StreamName name() {
        return targets.getFirst().source();
    }

    /** Whether a stream of it puts its rows into the place of others at the end. */
    boolean replaces() {
        return targets.stream().anyMatch(StreamTarget::replace);
    }

    /** Whether states are not acknowledged yet. */
    synchronized boolean pending() {
        return streams.values().stream().anyMatch(lane -> !lane.sent.isEmpty());
    }

    private Lane lane(StreamName stream) {
        Lane lane = streams.get(stream);
        if (lane == null) {
            throw new IllegalArgumentException("no stream of this lane: " + stream);
        }
        return lane;
    }

    @Override
    public void write(ColumnBatch batch) throws InterruptedException {
        try (batch) {
            session.requireAlive();
            // Mappers may have given the batch another name; a lane of one stream knows better.
            Lane lane = targets.size() == 1 ? lane(name()) : lane(batch.stream());
            for (int row = 0; row < batch.rows(); row++) {
                JsonBuffer line = buffer();
                line.append(lane.beginning);
                lane.encoder.encode(batch, row, line);
                line.append(",\"emitted_at\":");
                line.appendLong(Math.floorDiv(batch.extractedAt(row), 1000));
                if (!batch.changes(row).isEmpty()) {
                    line.append(",\"meta\":{\"changes\":");
                    JsonLineEncoder.appendChanges(batch.changes(row), line);
                    line.append('}');
                }
                line.append("}}\n");
                if (line.size() >= GuestInput.BUFFER_BYTES) {
                    send();
                }
            }
            lane.recordsSinceState += batch.rows();
        }
    }

    @Override
    public boolean takesLines() {
        return targets.size() == 1;
    }

    @Override
    public void writeLines(RecordLines lines) throws InterruptedException {
        try {
            session.requireAlive();
            send(); // what was written before goes before
        } catch (RuntimeException | InterruptedException e) {
            lines.close();
            throw e;
        }
        lane(name()).recordsSinceState += lines.count();
        input.put(lines.lines(), lines::close);
    }

    private JsonBuffer buffer() throws InterruptedException {
        JsonBuffer current = buffer;
        if (current == null) {
            current = input.take();
            buffer = current;
        }
        return current;
    }

    private void send() throws InterruptedException {
        JsonBuffer current = buffer;
        buffer = null;
        if (current != null) {
            input.put(current);
        }
    }

    @Override
    public void commit(Checkpoint checkpoint, JsonNode details) throws InterruptedException {
        session.requireAlive();
        for (Lane lane : concerned(checkpoint)) {
            sendState(lane, checkpoint);
        }
    }

    private List<Lane> concerned(Checkpoint checkpoint) {
        return checkpoint.stream()
                .map(stream -> List.of(lane(stream)))
                .orElseGet(() -> List.copyOf(streams.values()));
    }

    private void sendState(Lane lane, Checkpoint checkpoint) throws InterruptedException {
        // Every state is an object on this wire; a stream without states gets an empty one (9.3).
        JsonNode state = checkpoint.state().isNull() ? Json.object() : checkpoint.state();
        long id = session.nextStateId();
        var message =
                new StateMessage.Stream(
                        StateMessage.StreamState.of(lane.target.target(), state),
                        StateMessage.Context.NONE.withSourceStats(
                                StateMessage.Stats.of(lane.recordsSinceState)));
        ObjectNode line = Json.object().put("type", "STATE");
        line.set("state", InputFiles.toJson(message).put("id", id));
        synchronized (this) {
            lane.sent.addLast(new Sent(id, state, lane.recordsSinceState, checkpoint));
        }
        lane.lastState = state;
        lane.recordsSinceState = 0;
        JsonBuffer text = buffer();
        text.append(Json.mapper().writeValueAsBytes(line));
        text.append('\n');
        send();
    }

    /**
     * A state that came back (invariant 1). It must be one that went out and has not come back;
     * those before it are covered by it.
     */
    void acknowledge(StateMessage.Stream message) {
        Lane lane =
                streams.values().stream()
                        .filter(each -> each.target.target().equals(message.state().stream()))
                        .findFirst()
                        .orElseThrow();
        Sent found = null;
        synchronized (this) {
            OptionalLong id = id(message);
            long records = 0;
            for (Sent sent : lane.sent) {
                records += sent.records;
                boolean same =
                        Json.equalByValue(
                                sent.state, message.state().state().orElseGet(Json::object));
                if (id.isPresent() ? id.getAsLong() == sent.id : same) {
                    if (!same) {
                        throw refuse(lane, "altered a state");
                    }
                    found = sent;
                    break;
                }
            }
            if (found == null) {
                boolean late = id.isPresent() && id.getAsLong() <= lane.lastAcknowledged;
                throw refuse(
                        lane,
                        late
                                ? "acknowledged states in another order than it was given them, or"
                                        + " twice"
                                : lane.sent.isEmpty()
                                        ? "acknowledged a state that it was never given"
                                        : "altered or invented a state");
            }
            compare(lane, message, found, records);
            while (lane.sent.removeFirst().id() != found.id()) {
                // Older ones are covered by the newest (CONNECTORS section 2).
            }
            lane.lastAcknowledged = found.id;
        }
        long rejected =
                message.context()
                        .destinationStats()
                        .map(StateMessage.Stats::rejectedRecordCount)
                        .orElse(OptionalLong.empty())
                        .orElse(0);
        for (long i = 0; i < rejected; i++) {
            listener.rejected(lane.target.source(), "the destination rejected the record");
        }
        listener.durable(found.checkpoint);
    }

    private static OptionalLong id(StateMessage.Stream message) {
        Optional<JsonNode> id = message.context().additional().find("id");
        return id.filter(JsonNode::isNumber)
                .map(number -> OptionalLong.of(number.longValue()))
                .orElse(OptionalLong.empty());
    }

    private void compare(Lane lane, StateMessage.Stream message, Sent found, long records) {
        Optional<StateMessage.Stats> stats = message.context().destinationStats();
        if (stats.isEmpty() || stats.get().recordCount().isEmpty()) {
            return;
        }
        long said = stats.get().recordCount().getAsLong();
        long rejected = stats.get().rejectedRecordCount().orElse(0);
        // Where older states were skipped, it may count from the last that it acknowledged.
        boolean agrees =
                said == found.records
                        || said + rejected == found.records
                        || said == records
                        || said + rejected == records;
        if (!agrees) {
            throw new SystemFailure(
                    "The destination %s says that it took %d records of stream %s before a state, and %d were given."
                            .formatted(
                                    session.program().name(),
                                    said,
                                    lane.target.source(),
                                    found.records));
        }
    }

    private SystemFailure refuse(Lane lane, String what) {
        return new SystemFailure(
                "The destination %s %s (stream %s)."
                        .formatted(session.program().name(), what, lane.target.source()));
    }

    @Override
    public void flush() throws InterruptedException {
        send();
        session.awaitQuietly(this, false, false);
    }

    @Override
    public LandingPlan evolve(StreamTarget target) throws InterruptedException {
        session.requireAlive();
        Lane lane = lane(target.source());
        // The guest keeps the schema that it was started with, and gets the values as they are.
        lane.encoder = new JsonLineEncoder(target.schema());
        return ProcessDestination.landing(target);
    }

    @Override
    public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details)
            throws InterruptedException {
        session.requireAlive();
        Lane lane = lane(stream);
        sendFinalState(lane, checkpoint);
        buffer().append(complete(lane.target.target()));
        send();
        session.awaitQuietly(this, true, true);
    }

    private byte[] complete(StreamName stream) {
        var line = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(line)) {
            long now = session.program().context().clock().millis();
            writer.write(TraceMessage.StreamStatus.of(stream, TraceMessage.Status.COMPLETE, now));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // an array takes everything
        }
        return line.toByteArray();
    }

    /** The last state once more, only if there is something new to say with it. */
    private void sendFinalState(Lane lane, Checkpoint checkpoint) throws InterruptedException {
        JsonNode state = checkpoint.state().isNull() ? Json.object() : checkpoint.state();
        boolean said =
                lane.lastState != null
                        && lane.recordsSinceState == 0
                        && Json.equalByValue(lane.lastState, state);
        if (!said) {
            sendState(lane, checkpoint);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            session.closed();
        }
    }
}
