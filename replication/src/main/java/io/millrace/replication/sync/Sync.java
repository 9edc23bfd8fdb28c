package io.millrace.replication.sync;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.replication.checkpoint.CheckpointDetails;
import io.millrace.replication.sync.Receipt.Failure;
import io.millrace.replication.sync.Receipt.Status;
import io.millrace.replication.sync.StreamPlanner.Assignment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One run of a pipeline. {@link #run} returns a receipt however it ends; {@link #cancel}, from any
 * thread, ends it early with everything kept that was committed.
 */
public final class Sync {
    private final SyncRequest request;
    private final SyncProgress progress;
    private final SyncSettings settings;
    private final Map<StreamName, StreamRun> runs = new LinkedHashMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private Instant startedAt = Instant.EPOCH;
    private @Nullable Receipt receipt;
    private boolean receiptKept;
    private boolean begun;
    private volatile boolean cancelled;
    private volatile @Nullable Thread runner;

    public Sync(SyncRequest request, SyncProgress progress) {
        this.request = request;
        this.progress = progress;
        this.settings = request.settings();
        for (StreamConfiguration stream : request.streams()) {
            runs.put(stream.name(), new StreamRun(stream, progress));
        }
    }

    /** Stops reading, commits what checkpoints cover, and lets {@link #run} return. */
    public void cancel() {
        cancelled = true;
        Thread thread = runner;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Runs to the end; once. */
    public Receipt run() {
        startedAt = settings.clock().instant();
        runner = Thread.currentThread();
        request.unreadable()
                .forEach((stream, failure) ->
                        failures.add(Failure.of(Optional.of(stream), failure)));
        try {
            attempts();
        } catch (InterruptedException e) {
            if (!cancelled) {
                failures.add(
                        Failure.of(
                                Optional.empty(),
                                new SystemFailure(
                                        "The run was interrupted.",
                                        String.valueOf(e.getMessage()),
                                        e)));
            }
        } finally {
            runner = null;
            Thread.interrupted(); // a cancel may have come after the last wait; what follows is
            // quick
        }
        Receipt concluded = receipt == null ? conclude() : receipt;
        if (!receiptKept) {
            keep(concluded);
        }
        return concluded;
    }

    private void attempts() throws InterruptedException {
        var told = new FailedAttempt(settings.attempts());
        for (int attempt = 1; !cancelled; attempt++) {
            Optional<SyncFailure> whole = attempt();
            List<StreamRun> again = runs.values().stream().filter(this::worthAnother).toList();
            if (whole.isPresent()
                    && !(whole.get() instanceof TransientFailure
                            && attempt < settings.attempts())) {
                failures.add(Failure.of(Optional.empty(), whole.get()));
                again.forEach(StreamRun::forgetFailure);
                return;
            }
            if (whole.isEmpty() && again.isEmpty()) {
                return;
            }
            if (cancelled) {
                return;
            }
            int failed =
                    Math.max(
                            1,
                            again.stream()
                                    .mapToInt(StreamRun::failedAttempts)
                                    .min()
                                    .orElse(attempt));
            Duration wait = settings.backOff(failed);
            progress.log(
                    SourceOutput.LogLevel.WARN,
                    told.line(
                            failed,
                            whole.or(() -> again.getFirst().failure())
                                    .map(SyncFailure::getMessage)
                                    .orElse("something went wrong."),
                            wait));
            settings.pause().sleep(wait);
        }
    }

    private boolean worthAnother(StreamRun run) {
        return !run.complete()
                && run.failure().filter(TransientFailure.class::isInstance).isPresent()
                && run.failedAttempts() < settings.attempts();
    }

    /**
     * One attempt at everything that is not complete; gives the failure that kept it from reaching
     * any stream.
     */
    private Optional<SyncFailure> attempt() throws InterruptedException {
        // A stream that an earlier attempt never reached has no failure of its own.
        List<StreamRun> pending =
                runs.values().stream()
                        .filter(run -> !run.complete())
                        .filter(run -> run.failure().isEmpty() || worthAnother(run))
                        .toList();
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        try (DestinationSession session = open()) {
            Attempt attempt = new Attempt(session, !begun);
            attempt.begin(pending);
            begun = true;
            attempt.read();
            if (runs.values().stream().noneMatch(this::worthAnother)) {
                receipt = conclude();
                save(session, receipt);
                receiptKept = true;
            }
            return Optional.empty();
        } catch (SyncFailure e) {
            progress.detail(e.detail(), e);
            return Optional.of(e);
        }
    }

    private DestinationSession open() throws InterruptedException {
        DestinationSession session = request.destination().open(request.pipeline());
        return session.keepsCheckpoints()
                ? session
                : new LocallyCheckpointed(session, request, settings.clock());
    }

    private Receipt conclude() {
        boolean allComplete = true;
        boolean any = false;
        for (StreamRun run : runs.values()) {
            run.failure()
                    .ifPresent(
                            failure -> failures.add(Failure.of(Optional.of(run.name()), failure)));
            allComplete &= run.complete();
            any |= run.complete() || run.recordsCommitted() > 0;
        }
        Status status;
        if (cancelled && !allComplete) {
            status = Status.CANCELLED;
        } else if (allComplete && failures.isEmpty()) {
            status = Status.SUCCEEDED;
        } else {
            status = any ? Status.INCOMPLETE : Status.FAILED;
        }
        return new Receipt(
                request.pipeline(),
                status,
                startedAt,
                settings.clock().instant(),
                runs.values().stream().map(StreamRun::receipt).toList(),
                failures);
    }

    /**
     * The receipt is kept where the checkpoints are; where they can't be reached, the run has told
     * why already.
     */
    private void keep(Receipt receipt) {
        try (DestinationSession session = open()) {
            save(session, receipt);
        } catch (SyncFailure e) {
            progress.detail("The receipt could not be kept at the destination: " + e.detail(), e);
        } catch (InterruptedException e) {
            progress.detail("The receipt could not be kept at the destination: interrupted", e);
        }
    }

    private void save(DestinationSession session, Receipt receipt) throws InterruptedException {
        try {
            session.saveReceipt(receipt.masked(settings.mask()).toJson()); // invariant 7
        } catch (SyncFailure e) {
            progress.detail("The receipt could not be kept at the destination: " + e.detail(), e);
        }
    }

    /** The output of one attempt: finds the channels, and lets only so many lanes be open. */
    private final class Attempt implements SourceOutput, StreamChannel.LaneOpener {
        private final DestinationSession session;
        private final boolean first;
        private final BatchMemory memory = new BatchMemory(settings.memoryBytes());
        private final Map<StreamName, StreamChannel> channels = new LinkedHashMap<>();
        private final Map<StreamName, StreamTarget> targets = new LinkedHashMap<>();
        private final List<StreamRequest> requests = new ArrayList<>();
        private final List<LaneWriter> writers = new ArrayList<>();
        private final java.util.concurrent.Semaphore lanes;
        private Optional<GlobalState> globalState = Optional.empty();
        private long globalSequence;

        Attempt(DestinationSession session, boolean first) {
            this.session = session;
            this.first = first;
            this.lanes =
                    new java.util.concurrent.Semaphore(
                            session.endsTogether() ? Integer.MAX_VALUE : settings.lanes());
        }

        /** Plans the streams from what is durable; one that can't be planned fails alone. */
        void begin(List<StreamRun> pending) throws InterruptedException {
            Map<StreamName, StoredCheckpoint> stored = new LinkedHashMap<>();
            session.checkpoints()
                    .forEach(checkpoint -> stored.put(checkpoint.stream(), checkpoint));
            var planner =
                    new StreamPlanner(
                            request.schemaChanges(),
                            request.fullRefresh(),
                            request.acceptSchemaChanges());
            for (StreamRun run : pending) {
                try {
                    plan(run, Optional.ofNullable(stored.get(run.name())), planner);
                } catch (SyncFailure failure) {
                    run.failed(failure);
                }
            }
            dropUnlandable();
            session.begin(List.copyOf(targets.values()));
        }

        /** Asks for conflicts before anything is created; a stream that has one fails alone. */
        private void dropUnlandable() throws InterruptedException {
            try {
                tellChanges();
            } catch (ConfigurationFailure failure) {
                int before = targets.size();
                for (StreamTarget target : List.copyOf(targets.values())) {
                    try {
                        request.destination().plan(request.pipeline(), List.of(target));
                    } catch (ConfigurationFailure own) {
                        drop(target.source(), own);
                    }
                }
                if (targets.size() == before) {
                    throw failure; // the streams stand in each other's way
                }
                tellChanges();
            }
        }

        /** What is altered of tables that are there already; afterwards nobody could tell. */
        private void tellChanges() throws InterruptedException {
            for (LandingPlan landing :
                    request.destination().plan(request.pipeline(), List.copyOf(targets.values()))) {
                StreamRun run = runs.get(landing.stream());
                if (run != null) {
                    run.altered(landing.changes());
                }
            }
        }

        private void drop(StreamName stream, SyncFailure failure) {
            Objects.requireNonNull(runs.get(stream)).failed(failure);
            targets.remove(stream);
            channels.remove(stream);
            requests.removeIf(unread -> unread.name().equals(stream));
        }

        private void plan(StreamRun run, Optional<StoredCheckpoint> stored, StreamPlanner planner) {
            if (run.finishedUnheard(stored)) {
                return;
            }
            StreamConfiguration stream = run.configuration();
            Assignment assignment = planner.assign(stream, stored, first);
            run.begin(stored, assignment.generation());
            if (assignment.replace()) { // a table of its own, of which nothing is altered
                stored.flatMap(checkpoint -> CheckpointDetails.parse(checkpoint.details()))
                        .map(known ->
                                StreamPlanner.columnChanges(
                                        known.schema(), assignment.targetSchema()))
                        .ifPresent(run::altered);
            }
            var pipeline =
                    new StreamPipeline(
                            stream.name(),
                            stream.mappers(),
                            assignment.readSchema(),
                            assignment.targetSchema());
            var target = TargetNames.target(stream, request.naming(), pipeline, assignment);
            var details =
                    new CheckpointDetails(
                            stream.mode(),
                            stream.cursor(),
                            stream.primaryKey(),
                            assignment.replace(),
                            assignment.targetSchema(),
                            assignment.globalState().map(GlobalState::sequence));
            targets.put(stream.name(), target);
            channels.put(
                    stream.name(),
                    new StreamChannel(
                            run,
                            target,
                            pipeline,
                            details,
                            assignment
                                    .state()
                                    .or(() -> assignment.globalState().map(GlobalState::state))
                                    .orElse(null),
                            memory,
                            settings,
                            progress,
                            request.destination(),
                            this,
                            request.schemaChanges()));
            assignment
                    .globalState()
                    .ifPresent(global -> {
                        if (globalState.isEmpty()
                                || global.sequence() < globalState.get().sequence()) {
                            globalState = Optional.of(global);
                        }
                    });
            requests.add(
                    new StreamRequest(
                            stream.stream(),
                            assignment.readSchema(),
                            stream.mode(),
                            stream.cursor(),
                            stream.primaryKey(),
                            assignment.state(),
                            StreamRequest.Purpose.SYNC));
        }

        /** Reads until each stream has an outcome, and waits for the writers. */
        void read() throws InterruptedException {
            if (channels.isEmpty()) {
                return;
            }
            boolean interrupted = false;
            try {
                request.source()
                        .read(
                                new ReadPlan(requests, globalState.map(GlobalState::state), memory),
                                this);
                abandonOpen(
                        new SystemFailure(
                                "The source ended without saying whether the stream is complete.",
                                "no outcome was told"));
            } catch (InterruptedException e) {
                interrupted = true;
                abandonOpen(
                        new TransientFailure(
                                "The sync was stopped before the stream was complete."));
            } catch (SyncFailure e) {
                abandonOpen(e);
            } catch (RuntimeException e) {
                abandonOpen(
                        new SystemFailure(
                                "The source failed for a reason that Millrace doesn't know; the log"
                                        + " file has the details.",
                                e.toString(),
                                e));
            }
            session.lastLane(interrupted);
            joinWriters();
            memory.trim();
            if (interrupted) {
                throw new InterruptedException("cancelled");
            }
        }

        private void abandonOpen(SyncFailure failure) {
            for (StreamChannel channel : channels.values()) {
                channel.abandon(failure);
            }
        }

        private void joinWriters() throws InterruptedException {
            List<LaneWriter> all;
            synchronized (writers) {
                all = List.copyOf(writers);
            }
            for (LaneWriter writer : all) {
                writer.join();
            }
        }

        @Override
        public StreamOutput stream(StreamName name) {
            StreamChannel channel = channels.get(name);
            if (channel == null) {
                throw new SystemFailure(
                        "The source gave a stream that was not asked for: %s.".formatted(name),
                        "undeclared stream");
            }
            return channel;
        }

        @Override
        public void globalCheckpoint(JsonNode state) throws InterruptedException {
            long sequence = nextGlobalSequence();
            for (StreamChannel channel : channels.values()) {
                channel.globalCheckpoint(new GlobalState(state, sequence));
            }
        }

        private synchronized long nextGlobalSequence() {
            globalSequence =
                    Math.max(globalSequence, globalState.map(GlobalState::sequence).orElse(0L)) + 1;
            return globalSequence;
        }

        @Override
        public void configuration(JsonNode config) {
            request.configurationKeeper().accept(config);
        }

        @Override
        public void log(LogLevel level, String message) {
            progress.log(level, message);
        }

        @Override
        public Opened open(StreamTarget target) throws InterruptedException {
            lanes.acquire();
            StreamRun run = runs.get(target.source());
            var writer = new LaneWriter(session, Map.of(target.source(), run), lanes::release);
            try {
                var lane = writer.start(List.of(target));
                synchronized (writers) {
                    writers.add(writer);
                }
                return new Opened(
                        writer, lane.landings().getFirst(), lane.takesLines(), lane.takesJson());
            } catch (RuntimeException | InterruptedException e) {
                lanes.release();
                throw e;
            }
        }

        @Override
        public void close(LaneWriter writer) throws InterruptedException {
            writer.stop();
            writer.join();
        }
    }
}
