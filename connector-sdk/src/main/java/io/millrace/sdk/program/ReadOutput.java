package io.millrace.sdk.program;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.json.NonFinite;
import io.millrace.protocol.json.OpenValue;
import io.millrace.protocol.message.ControlMessage;
import io.millrace.protocol.message.StateMessage;
import io.millrace.protocol.message.TraceMessage;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes what a source gives as lines of the protocol, in the order of reference 1.7. Safe for all
 * threads: each stream has its lock, and a global state takes them all.
 */
final class ReadOutput implements SourceOutput {
    /** Says that a stream has no position to go on from (reference: 1.7). */
    private static final String NO_CURSOR = "__ab_no_cursor_state_message";

    /** Says that a full refresh is done; an attempt that gets it back reads nothing (1.7). */
    private static final String REFRESH_COMPLETE = "__ab_full_refresh_sync_complete";

    private static final int CHUNK_BYTES = 256 << 10;

    private final ProgramOutput out;
    private final BatchMemory memory;
    private final Clock clock;
    private final Map<StreamName, Stream> streams = new LinkedHashMap<>();
    private volatile boolean global;

    ReadOutput(ProgramOutput out, BatchMemory memory, Clock clock, boolean global) {
        this.out = out;
        this.memory = memory;
        this.clock = clock;
        this.global = global;
    }

    /** Whether a state was written by this class in the place of one of the source's. */
    static boolean isMarker(JsonNode state) {
        return state.has(NO_CURSOR) || state.has(REFRESH_COMPLETE);
    }

    /**
     * Adds a stream, before reading begins; false where an earlier attempt has read all of it,
     * which is told here.
     */
    boolean add(StreamRequest request, Optional<JsonNode> state) {
        var stream = new Stream(request);
        streams.put(request.name(), stream);
        boolean done =
                !request.syncMode().incremental()
                        && state.filter(each -> each.has(REFRESH_COMPLETE)).isPresent();
        if (done) {
            stream.complete();
        }
        return !done;
    }

    /** Ends the streams that the source left without an outcome. */
    void settle() {
        for (Stream stream : streams.values()) {
            stream.settle();
        }
    }

    List<SyncFailure> failures() {
        var failures = new ArrayList<SyncFailure>();
        streams.values().forEach(stream -> stream.failure().ifPresent(failures::add));
        return failures;
    }

    @Override
    public StreamOutput stream(StreamName name) {
        Stream stream = streams.get(name);
        if (stream == null) {
            throw new SystemFailure(
                    "The source gave a stream that was not asked for: %s.".formatted(name));
        }
        return stream;
    }

    @Override
    public synchronized void globalCheckpoint(JsonNode state) {
        global = true;
        // Invariant 2: no stream writes a record between the counts and the state.
        writeGlobal(new ArrayList<>(streams.values()), 0, 0, state);
    }

    /** Takes the locks of all streams, one inside the other, in their one order. */
    private void writeGlobal(List<Stream> all, int next, long records, JsonNode state) {
        if (next < all.size()) {
            Stream stream = all.get(next);
            synchronized (stream) {
                writeGlobal(all, next + 1, records + stream.recordsSinceState, state);
                stream.recordsSinceState = 0;
            }
            return;
        }
        List<StateMessage.StreamState> states =
                all.stream()
                        .map(stream ->
                                StateMessage.StreamState.of(stream.request.name(), Json.object()))
                        .toList();
        out.write(
                new StateMessage.Global(
                        Optional.of(state),
                        states,
                        Additional.NONE,
                        StateMessage.Context.NONE.withSourceStats(StateMessage.Stats.of(records))));
    }

    @Override
    public void configuration(JsonNode config) {
        if (config instanceof ObjectNode object) {
            out.write(ControlMessage.ConnectorConfig.of(out.now(), object));
        }
    }

    @Override
    public void log(LogLevel level, String message) {
        out.log(level, message);
    }

    /** One stream's lines. */
    private final class Stream implements StreamOutput {
        private final StreamRequest request;
        private final byte[] beginning;
        private final JsonBuffer lines = new JsonBuffer(1024);
        private JsonLineEncoder encoder;
        private StreamSchema encoded;
        private @Nullable JsonNode lastState;
        private boolean stateWritten;
        private boolean started;
        private boolean running;
        private boolean ended;
        private long recordsSinceState;
        private @Nullable SyncFailure failure;

        Stream(StreamRequest request) {
            this.request = request;
            this.encoded = request.schema();
            this.encoder = new JsonLineEncoder(encoded);
            this.beginning = beginning(request.name());
        }

        private static byte[] beginning(StreamName name) {
            ObjectNode names = Json.object();
            name.namespace().ifPresent(text -> names.put("namespace", text));
            names.put("stream", name.name());
            String text = Json.mapper().writeValueAsString(names);
            return ("{\"type\":\"RECORD\",\"record\":"
                            + text.substring(0, text.length() - 1)
                            + ",\"data\":")
                    .getBytes(StandardCharsets.UTF_8);
        }

        synchronized Optional<SyncFailure> failure() {
            return Optional.ofNullable(failure);
        }

        @Override
        public synchronized void started() {
            if (!started) {
                started = true;
                out.status(request.name(), TraceMessage.Status.STARTED);
            }
        }

        private void running() {
            started();
            if (!running) {
                running = true;
                out.status(request.name(), TraceMessage.Status.RUNNING);
            }
        }

        @Override
        public ColumnBatch newBatch(StreamSchema schema, int expectedRows)
                throws InterruptedException {
            memory.awaitRoom();
            var now = clock.instant();
            return new ColumnBatch(
                    memory,
                    request.name(),
                    schema,
                    now.getEpochSecond() * 1_000_000 + now.getNano() / 1000,
                    expectedRows);
        }

        @Override
        public synchronized void emit(ColumnBatch batch) throws InterruptedException {
            try (batch) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("stopped");
                }
                if (batch.rows() == 0) {
                    return;
                }
                requireOpen();
                running();
                NonFinite.nullOut(batch, FieldChange.Reason.SOURCE_SERIALIZATION_ERROR);
                if (!batch.schema().equals(encoded)) {
                    encoded = batch.schema();
                    encoder = new JsonLineEncoder(encoded);
                }
                write(batch);
                recordsSinceState += batch.rows();
            }
        }

        private void write(ColumnBatch batch) {
            lines.clear();
            for (int row = 0; row < batch.rows(); row++) {
                if (lines.size() > 0) {
                    lines.append('\n');
                }
                lines.append(beginning);
                encoder.encode(batch, row, lines);
                lines.append(",\"emitted_at\":");
                lines.appendLong(Math.floorDiv(batch.extractedAt(row), 1000));
                List<FieldChange> changes = batch.changes(row);
                if (!changes.isEmpty()) {
                    lines.append(",\"meta\":{\"changes\":");
                    JsonLineEncoder.appendChanges(changes, lines);
                    lines.append('}');
                }
                lines.append("}}");
                if (lines.size() >= CHUNK_BYTES) {
                    out.writeLines(lines);
                    lines.clear();
                }
            }
            if (lines.size() > 0) {
                out.writeLines(lines);
            }
        }

        private void requireOpen() {
            if (ended) {
                throw new SystemFailure(
                        "The source went on with stream %s after its end."
                                .formatted(request.name()));
            }
        }

        @Override
        public synchronized void checkpoint(JsonNode state) {
            requireOpen();
            started();
            if (recordsSinceState == 0 && state.equals(lastState)) {
                return; // reference 2.1.3: nothing new is told twice
            }
            writeState(state);
        }

        private void writeState(JsonNode state) {
            lastState = state;
            stateWritten = true;
            out.write(
                    new StateMessage.Stream(
                            new StateMessage.StreamState(
                                    request.name(),
                                    Optional.of(state).filter(value -> !value.isNull()),
                                    Additional.NONE,
                                    Additional.NONE),
                            StateMessage.Context.NONE.withSourceStats(
                                    StateMessage.Stats.of(recordsSinceState))));
            recordsSinceState = 0;
        }

        @Override
        public void reject(String reason) {
            out.log(
                    LogLevel.WARN,
                    "A record of stream %s could not be read: %s"
                            .formatted(request.name(), reason));
        }

        @Override
        public void restart(String reason) {
            // The protocol has no word for it: a platform refreshes the stream where it has to.
            out.log(
                    LogLevel.WARN,
                    "Stream %s is read from its beginning: %s".formatted(request.name(), reason));
        }

        @Override
        public void estimate(long rows, long bytes) {
            out.write(
                    new TraceMessage.Estimate(
                            new OpenValue<>(
                                    Optional.of(TraceMessage.EstimateType.STREAM),
                                    TraceMessage.EstimateType.STREAM.name()),
                            request.name(),
                            rows < 0 ? OptionalLong.empty() : OptionalLong.of(rows),
                            bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes),
                            Additional.NONE,
                            TraceMessage.Context.at(out.now())));
        }

        @Override
        public synchronized void complete() {
            requireOpen();
            running();
            if (!global) {
                finalState();
            }
            ended = true;
            out.status(request.name(), TraceMessage.Status.COMPLETE);
        }

        /** Each stream ends with a state that covers everything (reference: 1.7). */
        private void finalState() {
            if (request.syncMode().incremental()) {
                JsonNode known =
                        lastState != null ? lastState : request.state().orElseGet(Json::object);
                if (!stateWritten || recordsSinceState > 0) {
                    writeState(known);
                }
                return;
            }
            writeState(
                    Json.object()
                            .put(
                                    request.stream().resumable() ? REFRESH_COMPLETE : NO_CURSOR,
                                    true));
        }

        @Override
        public synchronized void incomplete(SyncFailure cause) {
            if (ended) {
                return;
            }
            ended = true;
            failure = cause;
            started();
            out.failure(cause, Optional.of(request.name()));
            out.status(request.name(), TraceMessage.Status.INCOMPLETE);
        }

        synchronized void settle() {
            if (!ended) {
                incomplete(
                        new SystemFailure(
                                "The source ended without saying whether stream %s is complete."
                                        .formatted(request.name())));
            }
        }
    }
}
