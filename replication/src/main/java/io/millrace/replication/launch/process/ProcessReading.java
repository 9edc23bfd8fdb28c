package io.millrace.replication.launch.process;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.message.ControlMessage;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.message.LineProblem;
import io.millrace.protocol.message.LogMessage;
import io.millrace.protocol.message.Message;
import io.millrace.protocol.message.MessageReader;
import io.millrace.protocol.message.RecordLine;
import io.millrace.protocol.message.StateMessage;
import io.millrace.protocol.message.TraceMessage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * One {@code read} of a guest: turns its lines into batches and checkpoints, and its end into the
 * outcome of each stream, as the table in CONNECTORS section 2 has it. One thread.
 */
final class ProcessReading {
    /** Rows of a batch up to which each is told to whoever watches, and then as many at a time. */
    private static final int TOLD_SINGLY = 256;

    /** Rows of streams that trickle don't need room for many. */
    private static final int FIRST_ROWS = 256;

    private static final Duration CANCEL = Duration.ofSeconds(2);

    private final GuestProgram program;
    private final ReadPlan plan;
    private final SourceOutput output;
    private final GuestLog log;
    private final Map<StreamName, Reading> streams = new LinkedHashMap<>();

    private @Nullable Reading last;
    private @Nullable StreamName lastName;
    private @Nullable SyncFailure told;

    /** Said to be complete just now; its last state may follow. */
    private @Nullable Reading closing;

    private LineRelay.@Nullable Buffers relayBuffers;
    private boolean anyMessage;
    private boolean anyStatus;
    private boolean anyData;
    private boolean cutOff;
    private long recordsOfAll;

    ProcessReading(GuestProgram program, ReadPlan plan, SourceOutput output, GuestLog log) {
        this.program = program;
        this.plan = plan;
        this.output = output;
        this.log = log;
        for (StreamRequest request : plan.streams()) {
            streams.put(request.name(), new Reading(request, output.stream(request.name())));
        }
    }

    /** What is known of one stream. */
    private static final class Reading {
        final StreamRequest request;
        final StreamOutput output;
        final JsonRowWriter writer;
        @Nullable ColumnBatch batch;
        @Nullable LineRelay relay;
        long recordsSinceState;
        boolean begun;
        boolean complete;
        boolean ended;
        boolean incomplete;
        @Nullable SyncFailure failure;

        Reading(StreamRequest request, StreamOutput output) {
            this.request = request;
            this.output = output;
            this.writer =
                    new JsonRowWriter(
                            request.schema(),
                            request.stream().schema().names(),
                            JsonRowWriter.MAX_ROW_BYTES,
                            FieldChange.Reason.SOURCE_SERIALIZATION_ERROR);
        }
    }

    void read(Map<String, JsonNode> files) throws InterruptedException {
        try (GuestProgram.Run run = program.start("read", files, log)) {
            Guest guest = run.guest();
            try {
                guest.input().close();
                readLines(run);
                finish(run);
            } catch (InterruptedIOException _) {
                guest.stop(CANCEL);
                throw GuestProgram.interrupted();
            } catch (InterruptedException stopped) {
                guest.stop(CANCEL);
                throw stopped;
            } catch (SyncFailure failure) {
                guest.stop(CANCEL);
                throw told == null ? failure : told;
            }
        } catch (IOException failure) {
            throw new SystemFailure(
                    "The source %s can't be read from.".formatted(program.name()),
                    String.valueOf(failure.getMessage()),
                    failure);
        } finally {
            closeBatches();
        }
    }

    private void closeBatches() {
        for (Reading reading : streams.values()) {
            if (reading.batch != null) {
                reading.batch.close();
                reading.batch = null;
            }
        }
    }

    private void readLines(GuestProgram.Run run) throws IOException, InterruptedException {
        Guest guest = run.guest();
        guest.output().patience(program.timeouts().heartbeat());
        var reader = new MessageReader(run.messages()); // closed with the run
        while (true) {
            switch (reader.next()) {
                case RECORD -> record(reader.record());
                case MESSAGE -> {
                    anyMessage = true;
                    message(reader.message(), guest);
                }
                case PROBLEM -> problem(reader.problem());
                case END -> {
                    return;
                }
            }
        }
    }

    private void record(RecordLine line) throws InterruptedException, IOException {
        if (closing != null) {
            endClosing();
        }
        Reading reading = last;
        if (reading == null || !line.stream().equals(lastName)) {
            reading = declared(line.stream());
            last = reading;
            lastName = line.stream();
        }
        requireOpen(reading);
        begin(reading);
        anyData = true;
        reading.recordsSinceState++;
        recordsOfAll++;
        if (reading.relay != null) {
            relay(reading.relay, line);
            return;
        }
        ColumnBatch batch = reading.batch;
        if (batch == null) {
            batch = newBatch(reading);
        }
        List<FieldChange> changes = line.hasMeta() ? changes(line) : List.of();
        int size = line.dataEnd() - line.dataStart();
        Optional<String> rejected =
                line.hasEmittedAt()
                        ? reading.writer.write(
                                batch,
                                line.buffer(),
                                line.dataStart(),
                                line.dataEnd(),
                                micros(line.emittedAt()),
                                changes)
                        : reading.writer.write(
                                batch, line.buffer(), line.dataStart(), line.dataEnd());
        if (rejected.isPresent()) {
            reject(reading, "Line %d: %s".formatted(line.lineNumber(), rejected.get()));
        } else if (batch.isFull(size)) {
            emit(reading);
        } else if (batch.rows() < TOLD_SINGLY || batch.rows() % TOLD_SINGLY == 0) {
            reading.output.gathered(batch.rows());
        }
    }

    private static long micros(long millis) {
        // A clock that is out of range by a factor of a thousand told microseconds; keep what fits.
        return Math.abs(millis) > Long.MAX_VALUE / 1000 ? millis : millis * 1000;
    }

    /** What the guest says was altered; what we have no word for is left out. */
    private static List<FieldChange> changes(RecordLine line) {
        JsonNode meta =
                Json.mapper()
                        .readTree(
                                line.buffer(), line.metaStart(), line.metaEnd() - line.metaStart());
        var changes = new ArrayList<FieldChange>();
        for (JsonNode change : meta.path("changes")) {
            try {
                changes.add(
                        new FieldChange(
                                change.path("field").asString(),
                                FieldChange.Kind.valueOf(change.path("change").asString("")),
                                FieldChange.Reason.valueOf(change.path("reason").asString(""))));
            } catch (IllegalArgumentException _) {
                changes.add(
                        new FieldChange(
                                change.path("field").asString(""),
                                FieldChange.Kind.NULLED,
                                FieldChange.Reason.SOURCE_SERIALIZATION_ERROR));
            }
        }
        return changes;
    }

    private void reject(Reading reading, String reason) throws InterruptedException {
        reading.output.reject(reason);
    }

    private ColumnBatch newBatch(Reading reading) throws InterruptedException {
        if (plan.memory().used() > plan.memory().limit() / 2) {
            // This thread holds all open batches: waiting for room with them in hand could last for
            // ever.
            for (Reading other : streams.values()) {
                emit(other);
            }
        }
        ColumnBatch batch = reading.output.newBatch(reading.request.schema(), FIRST_ROWS);
        reading.batch = batch;
        return batch;
    }

    private void emit(Reading reading) throws InterruptedException {
        ColumnBatch batch = reading.batch;
        reading.batch = null;
        if (batch != null) {
            reading.output.emit(batch);
            for (String field : reading.writer.takeUndeclared()) {
                log.line(
                        LogLevel.WARN,
                        "Stream %s gives the field \"%s\", which its schema doesn't have: it doesn't land."
                                .formatted(reading.request.name(), field));
            }
        }
        if (reading.relay != null) {
            reading.relay.send();
        }
    }

    private Reading declared(StreamName name) {
        Reading reading = streams.get(name);
        if (reading == null) {
            throw new SystemFailure(
                    "The source %s gave a record of stream %s, which was not asked for."
                            .formatted(program.name(), name));
        }
        return reading;
    }

    private void requireOpen(Reading reading) {
        if (reading.complete || reading.incomplete) {
            throw new SystemFailure(
                    "The source %s gave a record of stream %s after it had said that the stream is"
                                    .formatted(program.name(), reading.request.name())
                            + " done.");
        }
    }

    private void begin(Reading reading) throws InterruptedException {
        if (!reading.begun) {
            reading.begun = true;
            reading.output.started();
            reading.output
                    .relaysAs()
                    .ifPresent(target ->
                            reading.relay = new LineRelay(reading.output, target, relayBuffers()));
        }
    }

    private LineRelay.Buffers relayBuffers() {
        LineRelay.Buffers buffers = relayBuffers;
        if (buffers == null) {
            buffers = new LineRelay.Buffers();
            relayBuffers = buffers;
        }
        return buffers;
    }

    private void relay(LineRelay relay, RecordLine line) throws InterruptedException, IOException {
        if (!relay.holds() && !relayBuffers().anyFree()) {
            // This thread may hold all buffers, half full: waiting with them could last for ever.
            for (Reading other : streams.values()) {
                emit(other);
            }
        }
        relay.add(line);
    }

    private void message(Message message, Guest guest) throws InterruptedException {
        GuestProgram.tell(message, log);
        boolean mayPrecede =
                message instanceof LogMessage
                        || (message instanceof StateMessage.Stream state
                                && closing != null
                                && state.state().stream().equals(closing.request.name()));
        if (!mayPrecede) {
            endClosing();
        }
        switch (message) {
            case StateMessage state -> state(state);
            case TraceMessage.StreamStatus status -> status(status, guest);
            case TraceMessage.Failure error -> {
                SyncFailure failure = program.failure(error, log);
                Reading concerned =
                        error.stream().map(stream -> streams.get(stream.name())).orElse(null);
                if (concerned != null && concerned.failure == null) {
                    concerned.failure = failure;
                }
                if (told == null) {
                    told = failure;
                }
            }
            case TraceMessage.Estimate estimate -> {
                Reading reading = streams.get(estimate.stream());
                if (reading != null && estimate.type().is(TraceMessage.EstimateType.STREAM)) {
                    reading.output.estimate(
                            estimate.rows().orElse(-1), estimate.bytes().orElse(-1));
                }
            }
            case ControlMessage.ConnectorConfig control -> output.configuration(control.config());
            default -> {
                // Nothing that concerns a read; logs are told already.
            }
        }
    }

    private void state(StateMessage message) throws InterruptedException {
        anyData = true;
        switch (message) {
            case StateMessage.Stream(StateMessage.StreamState state, var _) -> {
                Reading reading = streams.get(state.stream());
                if (reading == null) {
                    log.line(
                            LogLevel.WARN,
                            "A state of stream %s, which was not asked for, is left out."
                                    .formatted(state.stream()));
                    return;
                }
                compare(message, reading.recordsSinceState, "stream " + reading.request.name());
                reading.recordsSinceState = 0;
                if (reading.ended) {
                    log.line(
                            LogLevel.WARN,
                            "A state of stream %s came after its end, and is left out."
                                    .formatted(state.stream()));
                    return;
                }
                begin(reading);
                emit(reading);
                reading.output.checkpoint(state.state().orElse(NullNode.getInstance()));
                if (reading == closing) {
                    endClosing();
                }
            }
            case StateMessage.Global _, StateMessage.Legacy _ -> {
                compare(message, recordsOfAll, "all streams");
                recordsOfAll = 0;
                for (Reading reading : streams.values()) {
                    emit(reading);
                    reading.recordsSinceState = 0;
                }
                output.globalCheckpoint(InputFiles.toJson(withoutStats(message)));
            }
        }
    }

    /** As it goes back to the guest: counts are about this run alone. */
    private static StateMessage withoutStats(StateMessage message) {
        StateMessage.Context context = message.context();
        return message.withContext(
                new StateMessage.Context(
                        context.typed(),
                        Optional.empty(),
                        Optional.empty(),
                        context.additional(),
                        context.envelope()));
    }

    private void compare(StateMessage message, long counted, String scope) {
        OptionalLong said =
                message.context()
                        .sourceStats()
                        .map(StateMessage.Stats::recordCount)
                        .orElse(OptionalLong.empty());
        if (said.isPresent() && said.getAsLong() != counted) {
            throw new SystemFailure(
                    "The source %s says that it gave %d records of %s before a state, and %d came."
                            .formatted(program.name(), said.getAsLong(), scope, counted));
        }
    }

    private void status(TraceMessage.StreamStatus message, Guest guest)
            throws InterruptedException {
        anyStatus = true;
        Reading reading = streams.get(message.stream().name());
        if (reading == null) {
            log.line(
                    LogLevel.WARN,
                    "A status of stream %s, which was not asked for, is left out."
                            .formatted(message.stream().name()));
            return;
        }
        if (message.status().known().isEmpty()) {
            return;
        }
        switch (message.status().known().get()) {
            case STARTED -> begin(reading);
            case RUNNING -> {
                begin(reading);
                for (TraceMessage.Reason reason : message.reasons()) {
                    if (reason.type().is(TraceMessage.ReasonType.RATE_LIMITED)) {
                        log.line(
                                LogLevel.INFO,
                                "Stream %s waits for the limit of its source."
                                        .formatted(reading.request.name()));
                    }
                }
            }
            case COMPLETE -> {
                if (reading.incomplete) {
                    throw new SystemFailure(
                            "The source %s called stream %s incomplete, and complete later."
                                    .formatted(program.name(), reading.request.name()));
                }
                complete(reading, guest);
            }
            case INCOMPLETE -> reading.incomplete = true;
        }
    }

    /**
     * Ends a stream, once it is known whether a last state follows, as it does with the reference
     * kit. The last stream is held open until the guest has ended: there must be one to take what
     * still goes wrong.
     */
    private void complete(Reading reading, Guest guest) throws InterruptedException {
        if (reading.complete) {
            return;
        }
        begin(reading);
        emit(reading);
        reading.complete = true;
        closing = reading;
        if (streams.values().stream().allMatch(other -> other.complete)) {
            guest.output().patience(program.timeouts().stopOrDefault());
        }
    }

    private void endClosing() throws InterruptedException {
        Reading reading = closing;
        closing = null;
        if (reading != null
                && !reading.ended
                && streams.values().stream().anyMatch(other -> !other.ended && other != reading)) {
            reading.ended = true;
            reading.output.complete();
        }
    }

    private void problem(LineProblem problem) throws InterruptedException {
        if (problem.kind() == LineProblem.Kind.TRUNCATED) {
            cutOff = true;
            return;
        }
        if (!problem.record()) {
            GuestProgram.tell(problem, log);
            return;
        }
        anyMessage = true;
        Reading reading =
                problem.stream()
                        .map(this::declared)
                        .or(() ->
                                streams.size() == 1
                                        ? Optional.of(streams.values().iterator().next())
                                        : Optional.empty())
                        .orElseThrow(
                                // Invariant 3: nobody could count it.
                                () ->
                                        new SystemFailure(
                                                "The source %s gave a record whose stream can't be"
                                                                .formatted(program.name())
                                                        + " told.",
                                                problem.reason()));
        requireOpen(reading);
        begin(reading);
        anyData = true;
        reading.recordsSinceState++;
        recordsOfAll++;
        reject(reading, problem.reason());
        log.line(LogLevel.WARN, problem.reason());
    }

    /** Judges how the guest ended. */
    private void finish(GuestProgram.Run run) throws InterruptedException {
        Guest guest = run.guest();
        endClosing();
        SyncFailure unstopped = program.awaitExit(guest);
        if (told != null) {
            settleIncomplete();
            throw told;
        }
        if (unstopped != null) {
            throw unstopped;
        }
        if (cutOff) {
            throw new SystemFailure(
                    "The output of the source %s ends in the middle of a message."
                            .formatted(program.name()),
                    guest.lastErrors());
        }
        if (!run.succeeded()) {
            throw program.exited("read", run);
        }
        if (!anyMessage && !anyData) {
            throw new SystemFailure(
                    "The source %s ended without any message.".formatted(program.name()),
                    guest.lastErrors());
        }
        if (!anyStatus && !anyData) {
            throw new SystemFailure(
                    "The source %s ended without saying anything about a stream."
                            .formatted(program.name()),
                    guest.lastErrors());
        }
        settleIncomplete();
        for (Reading reading : streams.values()) {
            if (reading.ended) {
                continue;
            }
            if (anyStatus && !reading.complete) {
                reading.ended = true;
                reading.output.incomplete(
                        new SystemFailure(
                                "The source %s ended without saying that stream %s is complete."
                                        .formatted(program.name(), reading.request.name()),
                                guest.lastErrors()));
            } else {
                begin(reading);
                emit(reading);
                reading.ended = true;
                reading.output.complete();
            }
        }
    }

    /** Ends the streams that the guest could not read whole. */
    private void settleIncomplete() throws InterruptedException {
        for (Reading reading : streams.values()) {
            if (reading.ended || !(reading.incomplete || reading.failure != null)) {
                continue;
            }
            emit(reading);
            reading.ended = true;
            SyncFailure failure = reading.failure != null ? reading.failure : told;
            reading.output.incomplete(
                    failure != null
                            ? failure
                            : new TransientFailure(
                                    "The source %s could not read stream %s to its end."
                                            .formatted(program.name(), reading.request.name())));
        }
    }
}
