package io.millrace.replication.launch.process;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.JsonSchemas;
import io.millrace.protocol.json.OpenValue;
import io.millrace.protocol.message.Catalog;
import io.millrace.protocol.message.ConfiguredCatalog;
import io.millrace.protocol.message.ControlMessage;
import io.millrace.protocol.message.DestinationSyncMode;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.message.LineProblem;
import io.millrace.protocol.message.Message;
import io.millrace.protocol.message.MessageReader;
import io.millrace.protocol.message.SourceSyncMode;
import io.millrace.protocol.message.StateMessage;
import io.millrace.protocol.message.TraceMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One {@code write} of a guest, which all lanes share: its input ends when every lane waits for its
 * end. The guest is started with the first lane.
 */
final class ProcessSession implements DestinationSession {
    private static final Duration CANCEL = Duration.ofSeconds(3);
    private static final Duration KILL = Duration.ofSeconds(1);

    private final GuestProgram program;
    private final GuestLog log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Map<StreamName, StreamTarget> targets = new HashMap<>();
    private final Map<StreamName, ProcessLane> lanesByTarget = new HashMap<>();
    private GuestProgram.@Nullable Run run;
    private @Nullable GuestInput input;
    private @Nullable Thread reader;
    private int openLanes;
    private int quietLanes;
    private int finishedLanes;
    private boolean lastLane;
    private boolean stopping;
    private boolean inputEnded;
    private boolean ended;
    private @Nullable SyncFailure failure;
    private @Nullable SyncFailure told;
    private long lastStateId;

    ProcessSession(GuestProgram program) {
        this.program = program;
        this.log = program.log();
    }

    @Override
    public List<StoredCheckpoint> checkpoints() {
        return List.of();
    }

    @Override
    public boolean keepsCheckpoints() {
        return false;
    }

    /** What a program does with the rows of a run that it didn't finish is not known. */
    @Override
    public boolean resumesReplacements() {
        return false;
    }

    @Override
    public boolean endsTogether() {
        return true;
    }

    @Override
    public void begin(List<StreamTarget> newTargets) {
        lock.lock();
        try {
            newTargets.forEach(target -> targets.put(target.target(), target));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public DestinationLane open(List<StreamTarget> streams, LaneListener listener) {
        lock.lock();
        try {
            for (StreamTarget stream : streams) {
                StreamTarget known = targets.putIfAbsent(stream.target(), stream);
                if (known != null && known.generation() != stream.generation()) {
                    if (run != null) {
                        throw new TransientFailure(
                                "Stream %s begins anew, which the program %s can't be told while it"
                                                .formatted(stream.source(), program.name())
                                        + " runs.");
                    }
                    targets.put(stream.target(), stream);
                }
            }
            if (run == null) {
                start();
            }
            var lane = new ProcessLane(this, streams, listener);
            streams.forEach(stream -> lanesByTarget.put(stream.target(), lane));
            openLanes++;
            return lane;
        } finally {
            lock.unlock();
        }
    }

    private void start() {
        var catalog =
                ConfiguredCatalog.of(
                        targets.values().stream().map(ProcessSession::configure).toList());
        GuestProgram.Run started;
        try {
            started =
                    program.start(
                            "write",
                            program.filesWith(Map.of("catalog", InputFiles.toJson(catalog))),
                            log);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TransientFailure(
                    "The destination %s was stopped before it was started."
                            .formatted(program.name()),
                    "interrupted",
                    stopped);
        }
        Guest guest = started.guest();
        var newInput = new GuestInput(started.input());
        guest.output().patience(program.timeouts().heartbeat());
        guest.output().alsoActive(newInput::lastProgress);
        run = started;
        input = newInput;
        reader =
                Thread.ofPlatform()
                        .daemon()
                        .name("read " + program.name())
                        .start(() -> listen(started));
    }

    private static ConfiguredCatalog.Stream configure(StreamTarget target) {
        List<List<String>> key = target.primaryKey().stream().map(List::of).toList();
        List<String> cursor = target.cursor().map(List::of).orElse(List.of());
        SyncMode mode = target.syncMode();
        boolean incremental = mode.incremental() && !target.replace();
        var stream =
                new Catalog.Stream(
                        target.target(),
                        JsonSchemas.write(target.schema()),
                        List.<OpenValue<SourceSyncMode>>of(
                                SourceSyncMode.FULL_REFRESH.open(),
                                SourceSyncMode.INCREMENTAL.open()),
                        Optional.empty(),
                        Optional.of(cursor).filter(path -> !path.isEmpty()),
                        Optional.of(key).filter(paths -> !paths.isEmpty()),
                        Optional.empty(),
                        Optional.empty(),
                        Additional.NONE);
        // Newer destinations go by the generations, older ones by the word (reference: 4.1.2).
        DestinationSyncMode word =
                mode.deduplicated()
                        ? DestinationSyncMode.APPEND_DEDUP
                        : target.replace()
                                ? DestinationSyncMode.OVERWRITE
                                : DestinationSyncMode.APPEND;
        return new ConfiguredCatalog.Stream(
                stream,
                (incremental ? SourceSyncMode.INCREMENTAL : SourceSyncMode.FULL_REFRESH).open(),
                word.open(),
                Optional.of(cursor).filter(path -> !path.isEmpty()),
                Optional.of(key).filter(paths -> !paths.isEmpty()),
                Optional.empty(),
                OptionalLong.of(target.generation()),
                OptionalLong.of(target.replace() ? target.generation() : 0),
                OptionalLong.of(target.generation()),
                Optional.empty(),
                Additional.NONE);
    }

    GuestInput input() {
        lock.lock();
        try {
            return java.util.Objects.requireNonNull(input, "started with the first lane");
        } finally {
            lock.unlock();
        }
    }

    GuestProgram program() {
        return program;
    }

    /** Unique among the states of this run, so that equal ones can be told apart (2.3.4). */
    long nextStateId() {
        lock.lock();
        try {
            return ++lastStateId;
        } finally {
            lock.unlock();
        }
    }

    /** Throws what ended the guest, if something did. */
    void requireAlive() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (input != null && input.broken()) {
                // Its end tells why; that is a moment away.
                while (!ended) {
                    changed.await();
                }
            }
            if (failure != null) {
                throw failure;
            }
            if (ended) {
                throw new SystemFailure(
                        "The destination %s ended before the end of its input."
                                .formatted(program.name()));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until {@code done}, or for the guest's end; then throws what went wrong. While it
     * waits, the lane counts as one that has nothing more to say.
     *
     * @param finished whether the lane's streams are complete
     */
    void awaitQuietly(ProcessLane lane, boolean finished, boolean untilEnd)
            throws InterruptedException {
        lock.lockInterruptibly();
        try {
            quietLanes++;
            if (finished) {
                finishedLanes++;
            }
            endInputIfQuiet();
            try {
                while (!ended && (untilEnd || lane.pending())) {
                    changed.await();
                }
            } finally {
                quietLanes--;
            }
            if (ended && failure != null && !excused(lane, finished)) {
                throw failure;
            }
            if (lane.pending()) {
                throw failure != null
                        ? failure
                        : new SystemFailure(
                                "The destination %s did not acknowledge the states of %s."
                                        .formatted(program.name(), lane.name()));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A destination ends with a failure where some stream stays incomplete. For what it has
     * acknowledged, and doesn't have to put in an older generation's place, that means nothing.
     */
    private boolean excused(ProcessLane lane, boolean finished) {
        boolean othersIncomplete = finishedLanes < targets.size();
        return othersIncomplete && !lane.pending() && !(finished && lane.replaces());
    }

    private void endInputIfQuiet() {
        if (lastLane && !inputEnded && quietLanes >= openLanes && input != null) {
            inputEnded = true;
            input.close();
            if (stopping) {
                run().guest().output().deadline(CANCEL);
            } else {
                program.timeouts().stop().ifPresent(run().guest().output()::patience);
            }
        }
    }

    private GuestProgram.Run run() {
        return java.util.Objects.requireNonNull(run, "started");
    }

    @Override
    public void lastLane(boolean newStopping) {
        lock.lock();
        try {
            lastLane = true;
            stopping = newStopping;
            endInputIfQuiet();
        } finally {
            lock.unlock();
        }
    }

    void closed() {
        lock.lock();
        try {
            openLanes--;
            endInputIfQuiet();
        } finally {
            lock.unlock();
        }
    }

    /** Reads what the guest says, on a thread of its own, until it has ended. */
    private void listen(GuestProgram.Run started) {
        SyncFailure outcome;
        try {
            outcome = readAnswers(started);
        } catch (SyncFailure thrown) {
            outcome = told != null ? told : thrown;
        } catch (InterruptedException | IOException thrown) {
            outcome =
                    new SystemFailure(
                            "The destination %s can't be listened to.".formatted(program.name()),
                            String.valueOf(thrown.getMessage()),
                            thrown);
        } catch (RuntimeException thrown) {
            outcome =
                    new SystemFailure(
                            "Listening to the destination %s failed.".formatted(program.name()),
                            thrown.toString(),
                            thrown);
        }
        if (outcome != null) {
            started.guest().stop(KILL);
        }
        lock.lock();
        try {
            failure = outcome;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable SyncFailure readAnswers(GuestProgram.Run started)
            throws IOException, InterruptedException {
        Guest guest = started.guest();
        var answers = new MessageReader(started.messages()); // closed with the run
        boolean any = false;
        boolean cutOff = false;
        while (true) {
            MessageReader.Event event = answers.next();
            if (event == MessageReader.Event.END) {
                break;
            }
            any = true;
            switch (event) {
                case MESSAGE -> answer(answers.message());
                case PROBLEM -> {
                    cutOff |= answers.problem().kind() == LineProblem.Kind.TRUNCATED;
                    GuestProgram.tell(answers.problem(), log);
                }
                default -> log.line(LogLevel.WARN, "The destination gave a record; left out.");
            }
        }
        SyncFailure unstopped = program.awaitExit(guest);
        if (told != null) {
            return told;
        }
        if (unstopped != null) {
            return unstopped;
        }
        if (cutOff) {
            return new SystemFailure(
                    "The output of the destination %s ends in the middle of a message."
                            .formatted(program.name()),
                    guest.lastErrors());
        }
        if (!started.succeeded()) {
            return program.exited("write", started);
        }
        lock.lock();
        try {
            if (!inputEnded) {
                return new SystemFailure(
                        "The destination %s ended before the end of its input."
                                .formatted(program.name()),
                        guest.lastErrors());
            }
            for (ProcessLane lane : lanesByTarget.values()) {
                if (lane.pending()) {
                    return new SystemFailure(
                            any
                                    ? "The destination %s did not acknowledge the states of %s."
                                            .formatted(program.name(), lane.name())
                                    : "The destination %s ended without any message."
                                            .formatted(program.name()),
                            guest.lastErrors());
                }
            }
        } finally {
            lock.unlock();
        }
        return null;
    }

    private void answer(Message message) {
        GuestProgram.tell(message, log);
        switch (message) {
            case StateMessage.Stream state -> acknowledge(state);
            case StateMessage.Global _, StateMessage.Legacy _ ->
                    throw new SystemFailure(
                            "The destination %s acknowledged a state that it was never given: one"
                                            .formatted(program.name())
                                    + " of all streams.");
            case TraceMessage.Failure error -> {
                if (told == null) {
                    told = program.failure(error, log);
                }
            }
            case ControlMessage.ConnectorConfig control ->
                    program.context().configurationKeeper().accept(control.config());
            default -> {
                // Nothing that concerns a write; logs are told already.
            }
        }
    }

    private void acknowledge(StateMessage.Stream state) {
        ProcessLane lane;
        lock.lock();
        try {
            lane = lanesByTarget.get(state.state().stream());
        } finally {
            lock.unlock();
        }
        if (lane == null) {
            throw new SystemFailure(
                    "The destination %s acknowledged a state of stream %s that it was never given."
                            .formatted(program.name(), state.state().stream()));
        }
        lane.acknowledge(state);
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void reset(Collection<StreamName> streams, boolean data) {
        if (data) {
            throw new ConfigurationFailure(
                    "The program %s can't be asked to drop what has landed; remove it by hand, or"
                                    .formatted(program.name())
                            + " replace it by a sync with --full-refresh.");
        }
    }

    @Override
    public void saveReceipt(JsonNode receipt) {
        throw new UnsupportedOperationException("receipts are kept where checkpoints are");
    }

    @Override
    public Optional<JsonNode> loadReceipt() {
        throw new UnsupportedOperationException("receipts are kept where checkpoints are");
    }

    @Override
    public void close() {
        GuestProgram.Run started;
        Thread listening;
        lock.lock();
        try {
            started = run;
            listening = reader;
        } finally {
            lock.unlock();
        }
        if (started == null) {
            return;
        }
        started.guest().stop(KILL);
        if (listening != null) {
            boolean interrupted = false;
            try {
                listening.join(KILL);
            } catch (InterruptedException _) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        started.close();
    }
}
