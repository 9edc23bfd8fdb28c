package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.DuckDbException;
import io.millrace.connector.duckdb.common.DuckDbFailures;
import io.millrace.connector.duckdb.common.DuckDbLibrary;
import io.millrace.connector.duckdb.common.RowStamp;
import io.millrace.connector.duckdb.common.WaitingShare;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.SyncFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** A pipeline's time of writing. For several threads. */
final class FilesSession implements DestinationSession {
    /** Within a generation's folder: its number. Tells after a crash which folder is which. */
    private static final String MARKER = ".generation";

    private final String pipeline;
    private final Path root;
    private final FileFormat format;
    private final long rowsPerFile;
    private final boolean metadata;
    private final Clock clock;
    private final long syncId;
    private final Path cache;
    private final StateStore store;
    private final FileChannel lock;
    private final Map<StreamName, StreamState> states; // guarded by turn
    private final WaitingShare share = new WaitingShare();
    private final ReentrantLock turn = new ReentrantLock();
    private @Nullable DuckDbDatabase database; // guarded by turn

    FilesSession(
            String pipeline,
            Path root,
            FileFormat format,
            long rowsPerFile,
            boolean metadata,
            Clock clock,
            Path cache)
            throws IOException, InterruptedException {
        this.pipeline = pipeline;
        this.root = root;
        this.format = format;
        this.rowsPerFile = rowsPerFile;
        this.metadata = metadata;
        this.clock = clock;
        this.syncId = clock.millis();
        this.cache = cache;
        this.store = new StateStore(root);
        this.lock = store.lock(pipeline);
        boolean opened = false;
        try {
            states = new LinkedHashMap<>(store.load(pipeline));
            for (StreamState state : states.values()) {
                settle(state);
            }
            opened = true;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    Instant now() {
        return clock.instant();
    }

    @Override
    public List<StoredCheckpoint> checkpoints() throws InterruptedException {
        return inTurn(() -> states.values().stream().map(StreamState::stored).toList());
    }

    @Override
    public boolean keepsCheckpoints() {
        return true;
    }

    @Override
    public DestinationLane open(List<StreamTarget> targets, LaneListener listener)
            throws InterruptedException {
        return inTurn(() -> {
            List<Landing> landings = planner(states).plan(targets);
            var begun = new ArrayList<StreamState>();
            for (Landing landing : landings) {
                begun.add(begin(landing));
            }
            begun.forEach(state -> states.put(state.stream(), state));
            store.save(pipeline, states.values());
            var writers = new ArrayList<StreamParts>();
            boolean done = false;
            try {
                for (int i = 0; i < landings.size(); i++) {
                    StreamState state = begun.get(i);
                    settle(state);
                    Files.createDirectories(written(state));
                    writers.add(parts(landings.get(i), state));
                }
                done = true;
            } finally {
                if (!done) {
                    writers.forEach(StreamParts::close);
                }
            }
            return new FilesLane(this, listener, share, writers, begun);
        });
    }

    private StreamParts parts(Landing landing, StreamState state) throws InterruptedException {
        return new StreamParts(
                landing,
                written(state),
                format,
                rowsPerFile,
                state.parts(),
                format == FileFormat.PARQUET ? Optional.of(connect()) : Optional.empty(),
                metadata ? Optional.of(new RowStamp(clock, syncId)) : Optional.empty());
    }

    private DuckDbConnection connect() throws InterruptedException {
        DuckDbDatabase engine = database;
        if (engine == null) {
            engine =
                    DuckDbDatabase.inMemory(
                            DuckDbLibrary.load(cache),
                            root.resolve(StateStore.FOLDER).resolve("tmp"));
            database = engine;
        }
        return engine.connect();
    }

    /** The state of a stream whose lane is opened: a new generation, or the one that goes on. */
    private StreamState begin(Landing landing) throws IOException {
        StreamTarget target = landing.target();
        Optional<StreamState> before = Optional.ofNullable(states.get(target.source()));
        Optional<StreamState> same =
                before.filter(state -> state.generation() == target.generation());
        boolean complete = same.filter(StreamState::complete).isPresent();
        // Rows of a generation without a state are covered by nothing.
        Optional<StreamState> goesOn =
                same.filter(state -> state.complete() || state.state().isPresent());
        if (before.isPresent() && goesOn.isEmpty()) {
            dropUnfinished(before.orElseThrow());
        }
        return new StreamState(
                target.source(),
                landing.folder(),
                target.generation(),
                complete,
                target.replace() && !complete,
                goesOn.flatMap(StreamState::state),
                goesOn.map(StreamState::globalState).orElse(false),
                goesOn.map(StreamState::records).orElse(0L),
                before.map(StreamState::parts).orElse(0L),
                target.syncMode(),
                landing.columnNames(),
                goesOn.map(StreamState::details).orElse(NullNode.getInstance()),
                clock.instant());
    }

    private void dropUnfinished(StreamState state) throws IOException {
        if (!state.complete() && state.replaces()) {
            Folder.delete(loading(state));
        }
    }

    /** The folder that a replacing generation is written to until it is complete. */
    private Path loading(StreamState state) {
        Path folder = root.resolve(state.folder());
        return folder.resolveSibling("." + folder.getFileName() + ".gen-" + state.generation());
    }

    private Path written(StreamState state) {
        return state.replaces() && !state.complete()
                ? loading(state)
                : root.resolve(state.folder());
    }

    /**
     * Brings the folders to what {@code state} says, which is committed. Does nothing where they
     * are so already; whatever a crash left half done is finished.
     */
    void settle(StreamState state) throws IOException {
        Path folder = root.resolve(state.folder());
        Path loading = loading(state);
        if (!state.replaces() && Files.isDirectory(loading)) {
            adopt(state, loading, folder);
        }
        if (state.replaces() && state.complete() && Files.isDirectory(loading)) {
            if (!isMarked(folder, state.generation())) {
                StreamParts.recover(loading, state.parts());
                FolderSwap.swap(loading, folder);
            }
            Folder.delete(loading); // it holds the generation before, if there was one
        }
        if (state.replaces() && !state.complete() && !Files.isDirectory(loading)) {
            Files.createDirectories(loading);
            Files.writeString(loading.resolve(MARKER), Long.toString(state.generation()));
            Folder.sync(loading.resolve(MARKER));
        }
        StreamParts.recover(written(state), state.parts());
    }

    private static boolean isMarked(Path folder, long generation) throws IOException {
        Path marker = folder.resolve(MARKER);
        return Files.exists(marker)
                && Files.readString(marker).strip().equals(Long.toString(generation));
    }

    /** A refresh was given up, and its states are kept: so are its parts (protocol 2.4.11). */
    private static void adopt(StreamState state, Path loading, Path folder) throws IOException {
        Files.createDirectories(folder);
        StreamParts.recover(loading, state.parts());
        for (Path part : Folder.list(loading)) {
            if (StreamParts.number(part.getFileName().toString()).isPresent()) {
                Files.move(
                        part, folder.resolve(part.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Folder.delete(loading);
    }

    /** Commits; the states of other lanes stay as they were committed last. */
    void save(List<StreamState> committed) throws IOException, InterruptedException {
        turn.lockInterruptibly();
        try {
            Map<StreamName, StreamState> all = new LinkedHashMap<>(states);
            committed.forEach(state -> all.put(state.stream(), state));
            store.save(pipeline, all.values());
            states.putAll(all);
        } finally {
            turn.unlock();
        }
    }

    Landing replan(StreamTarget target, StreamState state) throws InterruptedException {
        return inTurn(() -> {
            Map<StreamName, StreamState> known = new LinkedHashMap<>(states);
            known.put(target.source(), state);
            return planner(known).plan(List.of(target)).getFirst();
        });
    }

    private LandingPlanner planner(Map<StreamName, StreamState> known) throws IOException {
        return new LandingPlanner(root, format, metadata, known, store.foldersOfOthers(pipeline));
    }

    @Override
    public void reset(Collection<StreamName> streams, boolean data) throws InterruptedException {
        inTurn(() -> {
            for (StreamName stream : streams) {
                StreamState state = states.get(stream);
                if (state != null) {
                    dropUnfinished(state);
                    states.put(
                            stream,
                            new StreamState(
                                    stream,
                                    state.folder(),
                                    state.generation(),
                                    true,
                                    false,
                                    Optional.empty(),
                                    false,
                                    0,
                                    state.parts(),
                                    state.mode(),
                                    state.columns(),
                                    NullNode.getInstance(),
                                    clock.instant()));
                }
            }
            store.save(pipeline, states.values());
            if (data) {
                for (StreamName stream : streams) {
                    StreamState state = states.get(stream);
                    if (state != null) {
                        Folder.delete(root.resolve(state.folder()));
                    }
                }
            }
            return true;
        });
    }

    @Override
    public void saveReceipt(JsonNode receipt) throws InterruptedException {
        inTurn(() -> {
            store.saveReceipt(pipeline, receipt);
            return true;
        });
    }

    @Override
    public Optional<JsonNode> loadReceipt() throws InterruptedException {
        return inTurn(() -> store.loadReceipt(pipeline));
    }

    @Override
    public void close() {
        DuckDbDatabase engine = database;
        if (engine != null) {
            engine.close();
        }
        try {
            lock.close();
        } catch (IOException _) {
            // The lock goes with the process at the latest.
        }
    }

    SyncFailure failure(IOException failure) {
        return Folder.failure(failure, root);
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    private <T> T inTurn(Work<T> work) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            return work.run();
        } catch (IOException e) {
            throw failure(e);
        } catch (DuckDbException e) {
            throw DuckDbFailures.of(e, root);
        } finally {
            turn.unlock();
        }
    }
}
