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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables by ranges of pages ("chunks"), several at a time, in one snapshot.
 *
 * <p>A checkpoint must cover exactly the records that were emitted before it (invariant 2), though
 * several readers emit. So a reader holds what it read until its chunk is complete, and then emits
 * it and the checkpoint under the stream's lock. A chunk that turns out larger than expected takes
 * the lock early and goes on directly while the others wait, so memory stays bounded. A reader that
 * is alone holds the lock from the beginning.
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
    private final ReentrantLock stream = new ReentrantLock();
    private final Map<Long, TableProgress> progress = new HashMap<>();
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private final List<Thread> helpers = new ArrayList<>();
    private SyncState state;
    private int unfinished;
    private @Nullable Throwable failure;
    private boolean tainted;

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
    }

    /** Records are out that no checkpoint may cover: nobody gives one any more. */
    private synchronized void taint() {
        tainted = true;
        chunks.clear();
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
        var reader = new CopyReader(output, request.schema(), ColumnBatch.MAX_ROWS);
        while (true) {
            Chunk chunk = next();
            if (chunk == null) {
                return;
            }
            try (var emitter = new Emitter(helpers.isEmpty())) {
                long rows =
                        reader.read(
                                session,
                                chunk.select(selectList, condition),
                                chunk.expectedRows(),
                                chunk.place(),
                                emitter::accept);
                emitter.complete(chunk, rows);
            } catch (SQLException thrown) {
                if (LOCK_NOT_AVAILABLE.equals(thrown.getSQLState())) {
                    // Somebody waits to alter the table; whoever holds its lock already reads on.
                    putBack(chunk);
                    return;
                }
                throw thrown;
            }
        }
    }

    /** What one reader does with the batches of one chunk. */
    private final class Emitter implements AutoCloseable {
        private final List<ColumnBatch> held = new ArrayList<>();
        private long heldBytes;
        private boolean owns;
        private boolean emitted;

        /**
         * @param alone whether there is nobody to wait for
         */
        Emitter(boolean alone) throws InterruptedException {
            if (alone) {
                own();
            }
        }

        private void own() throws InterruptedException {
            stream.lockInterruptibly();
            owns = true;
            if (failed()) {
                throw new Abandoned();
            }
        }

        void accept(ColumnBatch batch) throws InterruptedException {
            if (!owns) {
                held.add(batch);
                heldBytes += batch.bytes();
                if (heldBytes <= MAX_HELD_BYTES) {
                    return;
                }
                own();
                emitHeld();
            } else {
                emit(batch);
            }
        }

        private void emitHeld() throws InterruptedException {
            while (!held.isEmpty()) {
                emit(held.removeFirst());
            }
            heldBytes = 0;
        }

        private void emit(ColumnBatch batch) throws InterruptedException {
            emitted = true;
            output.emit(batch);
        }

        void complete(Chunk chunk, long rows) throws InterruptedException {
            if (!owns) {
                own();
            }
            emitHeld();
            finish(chunk, rows);
            emitted = false;
        }

        @Override
        public void close() {
            held.forEach(ColumnBatch::close);
            if (emitted) {
                taint();
            }
            if (owns) {
                stream.unlock();
            }
        }
    }

    /** Called under the stream's lock. */
    private void finish(Chunk chunk, long rows) throws InterruptedException {
        long oid = chunk.leaf().oid();
        PageRange done = new PageRange(chunk.pages().first(), chunk.pages().end(), rows);
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
        output.checkpoint(state.toJson());
    }
}
