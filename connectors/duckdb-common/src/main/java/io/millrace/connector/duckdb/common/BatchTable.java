package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.schema.StreamSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Batches as a table that SQL can read, without a copy: a view on an Arrow stream. One statement at
 * a time reads it, and reads it once.
 *
 * <p>DuckDB calls back from its own threads. A batch belongs to DuckDB from when it was taken until
 * it is released, and is closed then; the batches that a statement did not take are closed when it
 * ends.
 */
public final class BatchTable implements AutoCloseable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AtomicLong NEXT_ID = new AtomicLong(1);
    private static final Map<Long, BatchTable> TABLES = new ConcurrentHashMap<>();
    private static final Map<Long, Held> HELD = new ConcurrentHashMap<>();
    private static final int EIO = 5;

    /** Offered batches that wait at most; one is read, one stands ready. */
    private static final int MOST_OFFERED = 2;

    /** How often a statement that died is looked for. */
    private static final long LOOK_MILLIS = 100;

    private final DuckDbDatabase database;
    private final long id = NEXT_ID.getAndIncrement();
    private final String catalog = "_batches_" + id;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment schema;
    private final MemorySegment stream;
    private final MemorySegment error;
    private final Queue<Held> waiting = new ArrayDeque<>();
    private boolean fed; // guarded by waiting: more batches may come
    private boolean abandoned; // guarded by waiting

    /** A batch that DuckDB reads or will read, with the structs that describe it. */
    private record Held(long id, ColumnBatch batch, MemorySegment array, Arena arena) {}

    /** What is run while the batches can be read. */
    @FunctionalInterface
    public interface Statement<T> {
        T run() throws InterruptedException;
    }

    /** Made by {@link DuckDbDatabase#batchTable}. */
    BatchTable(DuckDbDatabase database, StreamSchema columns) {
        this.database = database;
        schema = ArrowLayout.schema(arena, columns, Callbacks.RELEASE_SCHEMA);
        stream = arena.allocate(ArrowLayout.STREAM_BYTES, 8);
        error = arena.allocateFrom("a batch could not be handed over", StandardCharsets.UTF_8);
        stream.set(LONG, 0, Callbacks.GET_SCHEMA);
        stream.set(LONG, 8, Callbacks.GET_NEXT);
        stream.set(LONG, 16, Callbacks.LAST_ERROR);
        stream.set(LONG, ArrowLayout.STREAM_PRIVATE, id);
        arm();
        TABLES.put(id, this);
        boolean created = false;
        try {
            database.createBatchView(catalog, stream.address());
            created = true;
        } finally {
            if (!created) {
                TABLES.remove(id);
            }
        }
    }

    /** The table's name in SQL. */
    public String name() {
        return catalog + ".main." + DuckDbDatabase.BATCH_VIEW;
    }

    /**
     * Runs {@code statement}, which reads this table once, over {@code batches} in their order.
     * Takes the batches over, whatever happens.
     */
    public <T> T scan(List<ColumnBatch> batches, Statement<T> statement)
            throws InterruptedException {
        synchronized (waiting) {
            for (ColumnBatch batch : batches) {
                waiting.add(hold(batch));
            }
        }
        try {
            arm();
            return statement.run();
        } finally {
            dropOffered();
        }
    }

    /**
     * Lets the next statement wait for batches that come by {@link #offer}, until {@link #endFeed}
     * or {@link #abandonFeed}. The statement runs on another thread meanwhile.
     */
    public void beginFeed() {
        synchronized (waiting) {
            fed = true;
            abandoned = false;
        }
        arm();
    }

    /**
     * Hands a batch to the statement, and takes it over. Waits while two others wait, as long as
     * {@code reading} says that the statement still runs.
     */
    public void offer(ColumnBatch batch, BooleanSupplier reading) throws InterruptedException {
        boolean taken = false;
        try {
            synchronized (waiting) {
                while (waiting.size() >= MOST_OFFERED && reading.getAsBoolean()) {
                    waiting.wait(LOOK_MILLIS);
                }
                waiting.add(hold(batch));
                taken = true;
                waiting.notifyAll();
            }
        } finally {
            if (!taken) {
                batch.close();
            }
        }
    }

    /** No more batches come: the statement ends after those that wait. */
    public void endFeed() {
        synchronized (waiting) {
            fed = false;
            waiting.notifyAll();
        }
    }

    /** Makes the statement fail. */
    public void abandonFeed() {
        synchronized (waiting) {
            fed = false;
            abandoned = true;
            waiting.notifyAll();
        }
    }

    /** Gives batches back that a statement, which has ended, did not take. */
    public void dropOffered() {
        synchronized (waiting) {
            for (Held held = waiting.poll(); held != null; held = waiting.poll()) {
                letGo(held.id());
            }
        }
    }

    @Override
    public void close() {
        dropOffered();
        if (TABLES.remove(id) != null) {
            database.dropBatchView(catalog);
        }
    }

    /**
     * Makes the callbacks ahead of the first table. It takes some dozen milliseconds, which a
     * program that starts has on another thread.
     */
    static void prepare() {
        if (Callbacks.GET_NEXT == 0) {
            throw new AssertionError("a callback without an address");
        }
    }

    /** DuckDB takes the stream away with each statement; this puts it there again. */
    private void arm() {
        stream.set(LONG, ArrowLayout.STREAM_RELEASE, Callbacks.RELEASE_STREAM);
    }

    private static Held hold(ColumnBatch batch) {
        long heldId = NEXT_ID.getAndIncrement();
        Arena arena = Arena.ofAuto();
        MemorySegment array =
                ArrowLayout.array(
                        arena,
                        batch,
                        heldId,
                        Callbacks.RELEASE_ARRAY,
                        Callbacks.RELEASE_CHILD_ARRAY);
        var held = new Held(heldId, batch, array, arena);
        HELD.put(heldId, held);
        return held;
    }

    private static void letGo(long heldId) {
        Held held = HELD.remove(heldId);
        if (held != null) {
            held.batch().close();
        }
    }

    /** The next batch; null after the last. */
    private @Nullable Held next() throws InterruptedException {
        synchronized (waiting) {
            while (waiting.isEmpty() && fed) {
                waiting.wait();
            }
            if (abandoned) {
                throw new IllegalStateException("the batches were abandoned");
            }
            waiting.notifyAll();
            return waiting.poll();
        }
    }

    /** What DuckDB calls, from its threads. Nothing may be thrown through it: that ends the VM. */
    private static final class Callbacks {
        static final long GET_SCHEMA;
        static final long GET_NEXT;
        static final long LAST_ERROR;
        static final long RELEASE_STREAM;
        static final long RELEASE_SCHEMA;
        static final long RELEASE_ARRAY;
        static final long RELEASE_CHILD_ARRAY;

        static {
            Linker linker = Linker.nativeLinker();
            var fill = FunctionDescriptor.of(ValueLayout.JAVA_INT, LONG, LONG);
            var read = FunctionDescriptor.of(LONG, LONG);
            var release = FunctionDescriptor.ofVoid(LONG);
            GET_SCHEMA = stub(linker, "getSchema", fill);
            GET_NEXT = stub(linker, "getNext", fill);
            LAST_ERROR = stub(linker, "lastError", read);
            RELEASE_STREAM = stub(linker, "releaseStream", release);
            RELEASE_SCHEMA = stub(linker, "releaseSchema", release);
            RELEASE_ARRAY = stub(linker, "releaseArray", release);
            RELEASE_CHILD_ARRAY = stub(linker, "releaseChildArray", release);
        }

        private Callbacks() {}

        private static long stub(Linker linker, String method, FunctionDescriptor shape) {
            try {
                MethodHandle handle =
                        MethodHandles.lookup()
                                .findStatic(Callbacks.class, method, shape.toMethodType());
                return linker.upcallStub(handle, shape, Arena.global()).address();
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("a callback is missing", e);
            }
        }

        private static MemorySegment at(long address, long size) {
            return MemorySegment.ofAddress(address).reinterpret(size);
        }

        private static @Nullable BatchTable table(long stream) {
            return TABLES.get(
                    at(stream, ArrowLayout.STREAM_BYTES).get(LONG, ArrowLayout.STREAM_PRIVATE));
        }

        @SuppressWarnings("unused") // called by DuckDB
        private static int getSchema(long stream, long out) {
            try {
                BatchTable table = table(stream);
                if (table == null) {
                    return EIO;
                }
                at(out, ArrowLayout.SCHEMA_BYTES).copyFrom(table.schema);
                return 0;
            } catch (Throwable _) {
                return EIO;
            }
        }

        @SuppressWarnings("unused") // called by DuckDB
        private static int getNext(long stream, long out) {
            try {
                BatchTable table = table(stream);
                if (table == null) {
                    return EIO;
                }
                Held held = table.next();
                MemorySegment target = at(out, ArrowLayout.ARRAY_BYTES);
                if (held == null) {
                    target.fill((byte) 0); // the end, as the interface says it
                } else {
                    target.copyFrom(held.array());
                }
                return 0;
            } catch (Throwable _) {
                return EIO;
            }
        }

        @SuppressWarnings("unused") // called by DuckDB
        private static long lastError(long stream) {
            try {
                BatchTable table = table(stream);
                return table == null ? 0 : table.error.address();
            } catch (Throwable _) {
                return 0;
            }
        }

        @SuppressWarnings("unused") // called by DuckDB
        private static void releaseStream(long stream) {
            at(stream, ArrowLayout.STREAM_BYTES).set(LONG, ArrowLayout.STREAM_RELEASE, 0);
        }

        @SuppressWarnings("unused") // called by DuckDB
        private static void releaseSchema(long schema) {
            at(schema, ArrowLayout.SCHEMA_BYTES).set(LONG, ArrowLayout.SCHEMA_RELEASE, 0);
        }

        @SuppressWarnings("unused") // called by DuckDB
        private static void releaseArray(long array) {
            try {
                MemorySegment struct = at(array, ArrowLayout.ARRAY_BYTES);
                long held = struct.get(LONG, ArrowLayout.ARRAY_PRIVATE);
                struct.set(LONG, ArrowLayout.ARRAY_RELEASE, 0);
                letGo(held);
            } catch (Throwable _) {
                // The batch's memory is lost then; there is nobody who could be told.
            }
        }

        @SuppressWarnings("unused") // called by DuckDB
        private static void releaseChildArray(long array) {
            at(array, ArrowLayout.ARRAY_BYTES).set(LONG, ArrowLayout.ARRAY_RELEASE, 0);
        }
    }
}
