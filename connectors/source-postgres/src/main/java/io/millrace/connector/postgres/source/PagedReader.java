package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.source.TableProgress.PageRange;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables by ranges of pages ("chunks"), several at a time, in one snapshot.
 *
 * <p>A checkpoint must cover exactly the records that were emitted before it (invariant 2), though
 * several readers emit. So it is made at a moment when every reader stands at the end of a chunk:
 * when one is due, a reader that comes to such an end begins no other, or rather reads on and holds
 * what it gets (up to a batch), until the others have come to theirs. Between two checkpoints a
 * reader goes from chunk to chunk and fills its batches across them, since destinations take full
 * ones best.
 */
final class PagedReader {
    private static final long MAX_HELD_BYTES = ColumnBatch.MAX_BYTES;

    /** How long a helper waits for a lock, before it leaves the table to the first reader. */
    private static final String HELPER_LOCK_TIMEOUT = "SET lock_timeout = '1s'";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final StreamRequest request;
    private final StreamOutput output;
    private final ReaderPool pool;
    private final String selectList;
    private final String condition;
    private final SyncState finalState;
    private final Map<Long, TableProgress> progress = new HashMap<>();
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private final List<Thread> helpers = new ArrayList<>();
    private SyncState state;
    private int unfinished;
    private @Nullable Throwable failure;
    private boolean tainted;
    private int emitting; // readers that have emitted rows since the checkpoint, or are about to
    private boolean settling; // a checkpoint is due: no reader begins to emit
    private long lastCheckpoint = System.nanoTime();

    /** Ends a reader because another one failed, whose failure is what counts. */
    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private record Chunk(Leaf leaf, PageRange pages, long expectedRows) {

        String select(String selectList, String condition) {
            return "SELECT %s FROM ONLY %s WHERE ctid >= '(%d,0)' AND ctid < '(%d,0)'%s"
                    .formatted(selectList, leaf.quoted(), pages.first(), pages.end(), condition);
        }

        String place() {
            return "pages %d to %d of %s.%s"
                    .formatted(pages.first(), pages.end() - 1, leaf.schema(), leaf.name());
        }
    }

    /**
     * @param condition further SQL that rows must satisfy, beginning with AND; or empty
     * @param state where to go on; its tables are those of {@code leaves}
     * @param finalState what holds when everything was read
     */
    PagedReader(
            StreamRequest request,
            StreamOutput output,
            ReaderPool pool,
            String selectList,
            String condition,
            List<Leaf> leaves,
            SyncState state,
            SyncState finalState) {
        this.request = request;
        this.output = output;
        this.pool = pool;
        this.selectList = selectList;
        this.condition = condition;
        this.state = state;
        this.finalState = finalState;
        state.tables().forEach(table -> progress.put(table.oid(), table));
        for (Leaf leaf : leaves) {
            addChunks(leaf);
        }
        unfinished = chunks.size();
    }

    private void addChunks(Leaf leaf) {
        TableProgress done = progress.get(leaf.oid());
        if (done == null) {
            throw new IllegalStateException("no progress for " + leaf);
        }
        long step = leaf.pages();
        if (leaf.bytes() > pool.settings().chunkBytes()) {
            step =
                    Math.max(
                            1,
                            (long)
                                    ((double) leaf.pages()
                                            * pool.settings().chunkBytes()
                                            / leaf.bytes()));
        }
        double rowsOfPage = leaf.pages() == 0 ? 0 : Math.max(leaf.rows(), 0) / leaf.pages();
        for (PageRange gap : done.remaining(leaf.pages())) {
            for (long first = gap.first(); first < gap.end(); first += step) {
                long end = Math.min(gap.end(), first + step);
                chunks.add(
                        new Chunk(
                                leaf,
                                new PageRange(first, end, 0),
                                (long) (rowsOfPage * (end - first) * 1.05)));
            }
        }
    }

    /** Reads on {@code session}, whose transaction is open, and on others beside it. */
    void read(Session session) throws SQLException, InterruptedException {
        if (chunks.isEmpty()) {
            output.checkpoint(finalState.toJson());
            return;
        }
        try {
            if (chunks.size() > 1 && pool.tryStart()) {
                String exported =
                        session.queryText("SELECT pg_catalog.pg_export_snapshot()").orElseThrow();
                startHelper(exported);
                while (helpers.size() + 2 <= chunks.size() && pool.tryStart()) {
                    startHelper(exported);
                }
            }
            readChunks(session);
            joinHelpers();
            readChunks(session); // what helpers put back
        } catch (Abandoned _) {
            // The failure is the other reader's.
        } catch (SQLException | RuntimeException | InterruptedException thrown) {
            fail(thrown);
        } finally {
            joinHelpers();
        }
        rethrow();
    }

    /** The permit of {@link ReaderPool#tryStart} is the helper's. */
    private void startHelper(String snapshot) {
        helpers.add(
                Thread.ofPlatform()
                        .daemon()
                        .name("postgres-" + request.name().name() + "-" + helpers.size())
                        .start(() -> help(snapshot)));
    }

    private void help(String snapshot) {
        try {
            Session session = pool.sessions().take();
            boolean usable = false;
            try {
                session.begin(snapshot);
                session.execute(HELPER_LOCK_TIMEOUT);
                readChunks(session);
                session.end();
                session.execute("SET lock_timeout = 0");
                usable = true;
            } finally {
                if (usable) {
                    pool.sessions().give(session);
                } else {
                    pool.sessions().drop(session);
                }
            }
        } catch (Abandoned _) {
            // The failure is the other reader's.
        } catch (SQLException | RuntimeException | InterruptedException thrown) {
            fail(thrown);
        } finally {
            pool.ended();
        }
    }

    private synchronized void fail(Throwable thrown) {
        if (failure == null) {
            failure = thrown;
        }
        chunks.clear();
        notifyAll();
    }

    /** Records are out that no checkpoint may cover: nobody gives one any more. */
    private synchronized void taint() {
        tainted = true;
        chunks.clear();
        notifyAll();
    }

    private synchronized @Nullable Chunk next() {
        return failed() ? null : chunks.poll();
    }

    private synchronized void putBack(Chunk chunk) {
        if (!failed()) {
            chunks.push(chunk);
        }
    }

    private synchronized boolean failed() {
        return failure != null || tainted;
    }

    private void joinHelpers() throws InterruptedException {
        try {
            for (Thread helper : helpers) {
                helper.join();
            }
        } catch (InterruptedException interruption) {
            fail(interruption);
            helpers.forEach(Thread::interrupt);
            throw interruption;
        }
    }

    private synchronized void rethrow() throws SQLException, InterruptedException {
        switch (failure) {
            case null -> {}
            case SQLException thrown -> throw thrown;
            case InterruptedException thrown -> throw thrown;
            case RuntimeException thrown -> throw thrown;
            default -> throw new IllegalStateException(failure);
        }
    }

    private void readChunks(Session session) throws SQLException, InterruptedException {
        try (var reader = new CopyReader(output, request.schema(), ColumnBatch.MAX_ROWS);
                var emitter = new Emitter()) {
            for (Chunk chunk = next(); chunk != null; chunk = next()) {
                try {
                    long rows =
                            reader.fill(
                                    session,
                                    chunk.select(selectList, condition),
                                    chunk.expectedRows(),
                                    chunk.place(),
                                    emitter::accept);
                    emitter.read(chunk, rows);
                } catch (SQLException thrown) {
                    if (!LOCK_NOT_AVAILABLE.equals(thrown.getSQLState())) {
                        throw thrown;
                    }
                    // Somebody waits to alter the table; whoever holds its lock already reads on.
                    putBack(chunk);
                    break;
                }
                if (settles()) {
                    reader.flush(emitter::accept);
                    emitter.leave();
                }
            }
            reader.flush(emitter::accept);
            emitter.leave();
        }
    }

    /** Whether a checkpoint is due. */
    private synchronized boolean settles() {
        return settling
                || System.nanoTime() - lastCheckpoint
                        >= pool.settings().checkpointInterval().toNanos();
    }

    /** Whether a reader may emit now; it then has to {@link #leave} or to fail. */
    private synchronized boolean tryEnter() {
        if (settling) {
            return false;
        }
        emitting++;
        return true;
    }

    private synchronized void enter() throws InterruptedException {
        while (settling && !failed()) {
            wait();
        }
        if (failed()) {
            throw new Abandoned();
        }
        emitting++;
    }

    /**
     * A reader has emitted all rows of {@code read}, and of no other chunk. The last one that
     * stands so makes the checkpoint, if it is due.
     */
    private void leave(List<ChunkRead> read) throws InterruptedException {
        Optional<SyncState> reached;
        synchronized (this) {
            read.forEach(this::settle);
            settling |= unfinished == 0 || settles();
            emitting--;
            reached =
                    settling && emitting == 0 && !failed() ? Optional.of(state) : Optional.empty();
        }
        if (reached.isPresent()) {
            // Nobody emits meanwhile: settling keeps them out.
            output.checkpoint(reached.get().toJson());
            synchronized (this) {
                settling = false;
                lastCheckpoint = System.nanoTime();
                notifyAll();
            }
        }
    }

    private void settle(ChunkRead read) {
        Chunk chunk = read.chunk();
        long oid = chunk.leaf().oid();
        PageRange done = new PageRange(chunk.pages().first(), chunk.pages().end(), read.rows());
        progress.compute(oid, (_, table) -> Optional.ofNullable(table).orElseThrow().with(done));
        unfinished--;
        state =
                unfinished == 0
                        ? finalState
                        : state.withTables(
                                state.tables().stream()
                                        .map(table ->
                                                table.oid() == oid
                                                        ? Optional.ofNullable(progress.get(oid))
                                                                .orElseThrow()
                                                        : table)
                                        .toList());
    }

    /** A chunk whose rows have all come, {@code rows} in number. */
    private record ChunkRead(Chunk chunk, long rows) {}

    /** What one reader does with its batches. */
    private final class Emitter implements AutoCloseable {
        private final List<ColumnBatch> held = new ArrayList<>();
        private final List<ChunkRead> chunksRead = new ArrayList<>();
        private long heldBytes;
        private boolean entered;
        private boolean emitted;

        void accept(ColumnBatch batch) throws InterruptedException {
            held.add(batch);
            heldBytes += batch.bytes();
            if (!entered) {
                entered = tryEnter();
            }
            if (!entered && heldBytes > MAX_HELD_BYTES) {
                enter();
                entered = true;
            }
            if (entered) {
                emitHeld();
            }
        }

        /** All rows of a chunk were accepted, or are in the reader's open batch. */
        void read(Chunk chunk, long rows) {
            chunksRead.add(new ChunkRead(chunk, rows));
        }

        /** All rows of all chunks that were read have been accepted. */
        void leave() throws InterruptedException {
            if (chunksRead.isEmpty()) {
                return;
            }
            if (!entered) {
                enter();
                entered = true;
            }
            emitHeld();
            List<ChunkRead> read = List.copyOf(chunksRead);
            chunksRead.clear();
            emitted = false;
            entered = false;
            PagedReader.this.leave(read);
        }

        private void emitHeld() throws InterruptedException {
            while (!held.isEmpty()) {
                emitted = true;
                output.emit(held.removeFirst());
            }
            heldBytes = 0;
        }

        @Override
        public void close() {
            held.forEach(ColumnBatch::close);
            if (emitted) {
                taint();
            }
        }
    }
}
