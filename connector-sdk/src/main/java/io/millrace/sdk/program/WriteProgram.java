package io.millrace.sdk.program;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.JsonSchemas;
import io.millrace.protocol.message.ConfiguredCatalog;
import io.millrace.protocol.message.DestinationSyncMode;
import io.millrace.protocol.message.LineProblem;
import io.millrace.protocol.message.Message;
import io.millrace.protocol.message.MessageReader;
import io.millrace.protocol.message.RecordLine;
import io.millrace.protocol.message.SourceSyncMode;
import io.millrace.protocol.message.StateMessage;
import io.millrace.protocol.message.TraceMessage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The verb {@code write}. One thread reads and writes; lanes may answer on others. */
final class WriteProgram {
    /**
     * The pipeline as which everything is written that comes over the protocol: a platform's
     * connections have no name here, and their streams stay themselves when a catalog changes.
     */
    private static final String PIPELINE = "airbyte-protocol";

    private static final long MEMORY_BYTES = 192L << 20;

    /** Streams that are being written at a time; each may hold a connection. */
    private static final int OPEN_LANES = 16;

    private static final long IDLE_LOOK_MILLIS = 20;

    private final Destination destination;
    private final ConfiguredCatalog catalog;
    private final ProgramOutput out;
    private final Clock clock;
    private final Map<StreamName, WrittenStream> streams = new LinkedHashMap<>();

    /** Open lanes, the longest unused first. */
    private final LinkedHashMap<StreamName, WrittenStream> open =
            new LinkedHashMap<>(16, 0.75f, true);

    private @Nullable StreamName lastName;
    private @Nullable WrittenStream last;
    private boolean cutOff;

    WriteProgram(
            Destination destination, ConfiguredCatalog catalog, ProgramOutput out, Clock clock) {
        this.destination = destination;
        this.catalog = catalog;
        this.out = out;
        this.clock = clock;
    }

    int run(InputStream input) throws InterruptedException {
        try (DestinationSession session = destination.open(PIPELINE)) {
            List<StreamTarget> targets = targets(session.checkpoints());
            destination.plan(PIPELINE, targets);
            session.begin(targets);
            var memory = new BatchMemory(MEMORY_BYTES);
            for (int i = 0; i < targets.size(); i++) {
                StreamTarget target = targets.get(i);
                boolean platformTellsEnds = catalog.streams().get(i).generationId().isPresent();
                streams.put(
                        target.source(),
                        new WrittenStream(
                                destination,
                                session,
                                target,
                                memory,
                                out,
                                clock,
                                platformTellsEnds));
            }
            try {
                read(input);
                return finish();
            } finally {
                streams.values().forEach(WrittenStream::close);
                session.lastLane(true);
            }
        }
    }

    private List<StreamTarget> targets(List<StoredCheckpoint> stored) {
        var targets = new ArrayList<StreamTarget>();
        for (ConfiguredCatalog.Stream stream : catalog.streams()) {
            Optional<StoredCheckpoint> known =
                    stored.stream()
                            .filter(each -> each.stream().equals(stream.stream().name()))
                            .findFirst();
            targets.add(target(stream, known));
        }
        return targets;
    }

    private StreamTarget target(
            ConfiguredCatalog.Stream stream, Optional<StoredCheckpoint> stored) {
        StreamName name = stream.stream().name();
        DestinationSyncMode word =
                stream.destinationSyncMode()
                        .known()
                        .filter(mode ->
                                mode == DestinationSyncMode.APPEND
                                        || mode == DestinationSyncMode.OVERWRITE
                                        || mode == DestinationSyncMode.APPEND_DEDUP
                                        || mode == DestinationSyncMode.OVERWRITE_DEDUP)
                        .orElseThrow(() ->
                                new ConfigurationFailure(
                                        "Stream %s can't be written in the mode \"%s\"."
                                                .formatted(
                                                        name,
                                                        stream.destinationSyncMode().text())));
        long known = stored.map(StoredCheckpoint::generation).orElse(0L);
        boolean overwrites =
                word == DestinationSyncMode.OVERWRITE
                        || word == DestinationSyncMode.OVERWRITE_DEDUP;
        long generation;
        boolean replace;
        if (stream.generationId().isPresent()) {
            generation = stream.generationId().getAsLong();
            long minimum = stream.minimumGenerationId().orElse(0);
            if (minimum != 0 && minimum != generation) {
                throw new ConfigurationFailure(
                        "Stream %s has generation %d and minimum generation %d: a hybrid refresh is"
                                        .formatted(name, generation, minimum)
                                + " not supported.");
            }
            boolean complete =
                    stored.filter(StoredCheckpoint::generationComplete).isPresent()
                            && known >= generation;
            // What is there belongs to this generation already: there is nothing to replace.
            replace = minimum != 0 && !complete;
        } else {
            // A platform that knows no generations (reference: 2.4.3).
            boolean unfinished =
                    stored.isPresent() && !stored.get().generationComplete() && overwrites;
            generation = overwrites ? known + (unfinished ? 2 : 1) : Math.max(known, 1);
            replace = overwrites;
        }
        boolean deduplicated =
                word == DestinationSyncMode.APPEND_DEDUP
                        || word == DestinationSyncMode.OVERWRITE_DEDUP;
        List<String> key = deduplicated ? key(stream) : List.of();
        List<String> cursor = stream.effectiveCursor();
        var target =
                new StreamTarget(
                        name,
                        name,
                        JsonSchemas.parse(stream.stream().jsonSchema()),
                        mode(stream, deduplicated, replace),
                        key,
                        cursor.size() == 1 ? Optional.of(cursor.getFirst()) : Optional.empty(),
                        generation,
                        replace);
        return knownCursor(target);
    }

    /** A cursor that the schema doesn't have orders nothing. */
    private static StreamTarget knownCursor(StreamTarget target) {
        Optional<String> cursor =
                target.cursor().filter(name -> target.schema().indexOf(name).isPresent());
        return new StreamTarget(
                target.source(),
                target.target(),
                target.schema(),
                target.syncMode(),
                target.primaryKey(),
                cursor,
                target.generation(),
                target.replace());
    }

    private static List<String> key(ConfiguredCatalog.Stream stream) {
        List<List<String>> paths = stream.effectivePrimaryKey();
        boolean usable = !paths.isEmpty() && paths.stream().allMatch(path -> path.size() == 1);
        if (!usable) {
            throw new ConfigurationFailure(
                    (paths.isEmpty()
                                    ? "Stream %s is to be deduplicated and has no primary key."
                                    : "The primary key of stream %s lies inside a column; choose"
                                            + " columns.")
                            .formatted(stream.stream().name()));
        }
        return paths.stream().map(List::getFirst).toList();
    }

    private SyncMode mode(ConfiguredCatalog.Stream stream, boolean deduplicated, boolean replace) {
        SyncMode mode;
        if (deduplicated) {
            mode =
                    replace
                            ? SyncMode.FULL_REFRESH_OVERWRITE_DEDUPED
                            : SyncMode.INCREMENTAL_DEDUPED_HISTORY;
        } else if (replace) {
            mode = SyncMode.FULL_REFRESH_OVERWRITE;
        } else {
            mode =
                    stream.syncMode().is(SourceSyncMode.INCREMENTAL)
                            ? SyncMode.INCREMENTAL_APPEND
                            : SyncMode.FULL_REFRESH_APPEND;
        }
        if (!destination.supportedModes().contains(mode)) {
            throw new ConfigurationFailure(
                    "Stream %s can't be written as %s by this destination."
                            .formatted(stream.stream().name(), mode.text()));
        }
        return mode;
    }

    private void read(InputStream input) throws InterruptedException {
        try {
            var reader = new MessageReader(input); // standard input is not ours to close
            while (true) {
                if (!reader.ready()) {
                    flushWhileIdle(reader);
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException("stopped");
                }
                switch (reader.next()) {
                    case RECORD -> record(reader.record());
                    case MESSAGE -> message(reader.message());
                    case PROBLEM -> problem(reader.problem());
                    case END -> {
                        return;
                    }
                }
            }
        } catch (IOException failure) {
            throw new SystemFailure(
                    "Standard input can't be read.", String.valueOf(failure.getMessage()), failure);
        }
    }

    /** Nothing comes right now: time to make durable what waits for it. */
    private void flushWhileIdle(MessageReader reader) throws IOException, InterruptedException {
        while (!reader.ready() && open.values().stream().anyMatch(WrittenStream::hasPending)) {
            for (WrittenStream stream : List.copyOf(open.values())) {
                stream.flushIfIdle();
            }
            Thread.sleep(IDLE_LOOK_MILLIS);
        }
    }

    private void record(RecordLine line) throws InterruptedException {
        WrittenStream stream = last;
        if (stream == null || !line.stream().equals(lastName)) {
            stream = known(line.stream());
            last = stream;
            lastName = line.stream();
            use(stream);
        }
        if (!stream.isOpen()) {
            use(stream);
        }
        stream.record(line);
    }

    private WrittenStream known(StreamName name) {
        WrittenStream stream = streams.get(name);
        if (stream == null) {
            throw new SystemFailure(
                    "A record came of stream %s, which is not in the catalog.".formatted(name));
        }
        return stream;
    }

    /** Opens the stream's lane, and lets go of the one that was not used for the longest time. */
    private void use(WrittenStream stream) throws InterruptedException {
        if (!stream.isOpen()) {
            if (open.size() >= OPEN_LANES) {
                var longest = open.entrySet().iterator().next();
                longest.getValue().release();
                open.remove(longest.getKey());
            }
            stream.open();
        }
        open.put(stream.name(), stream);
    }

    private void message(Message message) throws InterruptedException {
        switch (message) {
            case StateMessage.Stream state -> {
                WrittenStream stream = streams.get(state.state().stream());
                if (stream == null) {
                    // It covers nothing that we hold.
                    out.write(state.withDestinationStats(StateMessage.Stats.of(0)));
                    return;
                }
                use(stream);
                stream.state(new Echo(out, state, 1), state.state().state());
            }
            case StateMessage.Global _, StateMessage.Legacy _ ->
                    ofAllStreams((StateMessage) message);
            case TraceMessage.StreamStatus status -> {
                WrittenStream stream = streams.get(status.stream().name());
                Optional<TraceMessage.Status> known = status.status().known();
                if (known.isPresent()
                        && (known.get() == TraceMessage.Status.COMPLETE
                                || known.get() == TraceMessage.Status.INCOMPLETE)) {
                    if (stream == null) {
                        throw new SystemFailure(
                                "A status came of stream %s, which is not in the catalog."
                                        .formatted(status.stream().name()));
                    }
                    stream.end(known.get() == TraceMessage.Status.COMPLETE);
                }
            }
            default -> {
                // Reference 1.5.9: nothing else is for a destination.
            }
        }
    }

    private void ofAllStreams(StateMessage state) throws InterruptedException {
        List<WrittenStream> concerned =
                streams.values().stream().filter(WrittenStream::hasUncovered).toList();
        if (concerned.isEmpty() && streams.values().stream().noneMatch(WrittenStream::hasPending)) {
            out.write(state.withDestinationStats(StateMessage.Stats.of(0)));
            return;
        }
        // Streams with states in waiting take it too: it must not overtake those.
        List<WrittenStream> all =
                streams.values().stream()
                        .filter(stream -> stream.hasUncovered() || stream.hasPending())
                        .toList();
        var echo = new Echo(out, state, all.size());
        for (WrittenStream stream : all) {
            use(stream);
            stream.state(echo, Optional.empty());
        }
    }

    private void problem(LineProblem problem) throws InterruptedException {
        if (problem.kind() == LineProblem.Kind.TRUNCATED) {
            cutOff = true;
            return;
        }
        if (!problem.record()) {
            out.log(LogLevel.DEBUG, problem.reason());
            return;
        }
        WrittenStream stream =
                problem.stream()
                        .map(this::known)
                        // Invariant 3: nobody could count it.
                        .orElseThrow(() -> new SystemFailure(problem.reason()));
        use(stream);
        stream.reject(problem.reason());
    }

    /**
     * Ends the streams, each with its outcome; a failure of one doesn't keep the others from it.
     */
    private int finish() throws InterruptedException {
        var failures = new ArrayList<SyncFailure>();
        var incomplete = new ArrayList<StreamName>();
        for (WrittenStream stream : streams.values()) {
            try {
                boolean complete = stream.complete() && !cutOff;
                use(stream);
                stream.finish(complete);
                open.remove(stream.name());
                if (!complete) {
                    incomplete.add(stream.name());
                }
            } catch (SyncFailure failure) {
                out.failure(failure, Optional.of(stream.name()));
                failures.add(failure);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        if (!incomplete.isEmpty()) {
            throw new TransientFailure(
                    cutOff
                            ? "The input ends in the middle of a message."
                            : "The input was fully read, but these streams are not complete at the"
                                    + " source: %s.".formatted(incomplete));
        }
        return ConnectorProgram.DONE;
    }
}
