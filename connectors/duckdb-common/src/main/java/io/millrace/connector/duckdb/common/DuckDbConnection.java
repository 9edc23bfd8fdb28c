package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.schema.StreamSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection, used by one thread at a time. Statements run on a thread of the connection's own,
 * so that a virtual thread that waits for one holds no carrier; an interrupt of the caller stops
 * the statement, and then is thrown.
 */
public final class DuckDbConnection implements AutoCloseable {
    private static final AtomicLong COUNT = new AtomicLong();

    private final DuckDbDatabase database;
    private final NativeApi api;
    private final long connection;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform()
                            .daemon()
                            .name("duckdb-" + COUNT.incrementAndGet())
                            .factory());
    private boolean closed;

    DuckDbConnection(DuckDbDatabase database, NativeApi api, long connection) {
        this.database = database;
        this.api = api;
        this.connection = connection;
    }

    /** A row of a small result. */
    public record Row(List<Optional<String>> values) {
        /** The value as text; throws where it is null. */
        public String text(int column) {
            return values.get(column).orElseThrow();
        }

        public Optional<String> find(int column) {
            return values.get(column);
        }

        public long number(int column) {
            return Long.parseLong(text(column));
        }

        public boolean flag(int column) {
            return Boolean.parseBoolean(text(column));
        }
    }

    public DuckDbDatabase database() {
        return database;
    }

    /** Runs one or several statements; throws {@link DuckDbException}. */
    public void execute(String sql) throws InterruptedException {
        onThread(() -> {
            query(sql, false);
            return true;
        });
    }

    /** Runs a statement that changes rows, and returns how many. */
    public long update(String sql) throws InterruptedException {
        List<Row> rows = rows(sql);
        return rows.isEmpty() ? 0 : rows.getFirst().number(0);
    }

    /** The rows of a small result, whose columns are texts, booleans and integers. */
    public List<Row> rows(String sql) throws InterruptedException {
        return onThread(() -> query(sql, true));
    }

    /** As {@link #execute}, for what takes no time and must not be left out. */
    void executeUninterruptibly(String sql) {
        await(thread.submit(() -> query(sql, false)));
    }

    /**
     * Streams a result of any size as batches, in bounded memory.
     *
     * @param schema names and types of the result's columns, in their order; the query must cast to
     *     exactly {@link DuckDbTypes#sqlName} of each
     */
    public void stream(
            String sql, StreamName stream, StreamSchema schema, BatchMemory memory, BatchSink sink)
            throws InterruptedException {
        BatchMaker batches =
                () -> {
                    memory.awaitRoom();
                    return new ColumnBatch(memory, stream, schema, 0, 2048);
                };
        stream(sql, batches, sink);
    }

    /** Makes empty batches with the columns of a result. */
    @FunctionalInterface
    public interface BatchMaker {
        /** The next; may wait until there is room for it. */
        ColumnBatch make() throws InterruptedException;
    }

    /** As {@link #stream(String, StreamName, StreamSchema, BatchMemory, BatchSink)}. */
    public void stream(String sql, BatchMaker batches, BatchSink sink) throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment result = arena.allocate(NativeApi.RESULT);
            onThread(() -> startStreaming(sql, result));
            try {
                var reader = new ResultReader(api, result);
                boolean more = true;
                while (more) {
                    ColumnBatch batch = batches.make();
                    boolean filled = false;
                    try {
                        more = onThread(() -> reader.fill(batch));
                        String error = more ? "" : NativeApi.text(resultError(result));
                        if (!error.isEmpty()) {
                            throw new DuckDbException(error, sql);
                        }
                        filled = batch.rows() > 0;
                    } finally {
                        if (!filled) {
                            batch.close();
                        }
                    }
                    if (filled) {
                        sink.accept(batch);
                    }
                }
            } finally {
                await(
                        thread.submit(() -> {
                            api.destroyResult.call(result.address());
                            return true;
                        }));
            }
        }
    }

    /** Creates the view {@code name} on an Arrow stream, in the current database. */
    void arrowScan(String name, long stream) {
        boolean done =
                await(
                        thread.submit(() -> {
                            try (Arena arena = Arena.ofConfined()) {
                                return (int)
                                                api.arrowScan.call(
                                                        connection,
                                                        arena.allocateFrom(name).address(),
                                                        stream)
                                        == 0;
                            }
                        }));
        if (!done) {
            throw new DuckDbException("DuckDB took no batches", "arrow scan");
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        await(
                thread.submit(() -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment pointer =
                                arena.allocateFrom(ValueLayout.JAVA_LONG, connection);
                        api.disconnect.call(pointer.address());
                    }
                    return true;
                }));
        thread.shutdown();
    }

    private long resultError(MemorySegment result) {
        return api.resultError.call(result.address());
    }

    private boolean startStreaming(String sql, MemorySegment result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statement = arena.allocate(8);
            long text = arena.allocateFrom(sql).address();
            try {
                if ((int) api.prepare.call(connection, text, statement.address()) != 0) {
                    throw new DuckDbException(
                            NativeApi.text(
                                    api.prepareError.call(statement.get(ValueLayout.JAVA_LONG, 0))),
                            sql);
                }
                long state =
                        api.executeStreaming.call(
                                statement.get(ValueLayout.JAVA_LONG, 0), result.address());
                if ((int) state != 0) {
                    String message = NativeApi.text(resultError(result));
                    api.destroyResult.call(result.address());
                    throw new DuckDbException(message, sql);
                }
            } finally {
                api.destroyPrepare.call(statement.address());
            }
        }
        return true;
    }

    private List<Row> query(String sql, boolean withRows) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(NativeApi.RESULT);
            try {
                long state =
                        api.query.call(
                                connection, arena.allocateFrom(sql).address(), result.address());
                if ((int) state != 0) {
                    throw new DuckDbException(NativeApi.text(resultError(result)), sql);
                }
                return withRows ? new ResultReader(api, result).rows() : new ArrayList<>();
            } finally {
                api.destroyResult.call(result.address());
            }
        }
    }

    private <T> T onThread(Supplier<T> work) throws InterruptedException {
        Future<T> future = thread.submit(work::get);
        try {
            return get(future);
        } catch (InterruptedException e) {
            // The statement may use memory that the caller frees: it has to end before this does.
            boolean ended = false;
            while (!ended) {
                api.interrupt.call(connection);
                ended = waitBriefly(future);
            }
            throw e;
        }
    }

    private static boolean waitBriefly(Future<?> future) {
        try {
            future.get(20, java.util.concurrent.TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException _) {
            return true; // it was stopped, which was the aim
        } catch (java.util.concurrent.TimeoutException | InterruptedException _) {
            return false;
        }
    }

    private static <T> T await(Future<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return get(future);
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> T get(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            @Nullable Throwable cause = e.getCause();
            switch (cause) {
                case DuckDbException refused ->
                        throw new DuckDbException(refused.getMessage(), refused.statement());
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw new AssertionError(cause);
            }
        }
    }
}
