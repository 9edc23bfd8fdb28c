package io.millrace.connector.duckdb.common;

import io.millrace.protocol.schema.StreamSchema;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A DuckDB engine, with at most one database file attached to it as {@link #CATALOG}. For any
 * thread.
 *
 * <p>A file is opened once in this process, however often it is asked for: the locks that keep two
 * engines from one file are the process's own, and would let a second engine in.
 */
public final class DuckDbDatabase implements AutoCloseable {
    /** The name of the attached file's database in SQL. */
    public static final String CATALOG = "landing";

    static final String BATCH_VIEW = "batches";

    /** What DuckDB may hold beside the batches; beyond, it writes to its temporary directory. */
    private static final int MEMORY_LIMIT_MEGABYTES = 384;

    /**
     * How long the log of writes may become before DuckDB brings it into the file, which rewrites
     * the row groups that commits left partly filled. Its own 16 MB do that at most commits of a
     * large load; after a crash this much is read again.
     */
    private static final int WAL_MEGABYTES = 128;

    private static final Object REGISTRY_LOCK = new Object();
    private static final Map<Path, DuckDbDatabase> OPEN_FILES = new HashMap<>();

    private final NativeApi api;
    private final Optional<Path> file;
    private final Access access;
    private final MemorySegment handle;
    private final DuckDbConnection helper;
    private int users = 1; // guarded by REGISTRY_LOCK

    /** How a file is opened. */
    public enum Access {
        /** The file must exist, and is left as it is. */
        READ,
        /** The file is created where it doesn't exist. */
        WRITE
    }

    private DuckDbDatabase(
            DuckDbLibrary library, Optional<Path> file, Access access, Path temporary)
            throws InterruptedException {
        this.api = library.api();
        this.file = file;
        this.access = access;
        this.handle = Arena.global().allocate(8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(8);
            long state =
                    api.open.call(
                            arena.allocateFrom(":memory:").address(),
                            handle.address(),
                            0,
                            error.address());
            if ((int) state != 0) {
                throw new DuckDbException(
                        NativeApi.text(error.get(ValueLayout.JAVA_LONG, 0)), "open");
            }
        }
        boolean complete = false;
        try {
            helper = new DuckDbConnection(this, api, connectNative());
            complete = true;
        } finally {
            if (!complete) {
                api.close.call(handle.address());
            }
        }
        complete = false;
        try {
            helper.execute(settings(temporary) + attach());
            complete = true;
        } finally {
            if (!complete) {
                helper.close();
                api.close.call(handle.address());
            }
        }
    }

    private static String settings(Path temporary) {
        return """
        SET memory_limit = '%dMB';
        SET threads = %d;
        SET wal_autocheckpoint = '%dMB';
        SET temp_directory = %s;
        SET autoinstall_known_extensions = false;
        SET autoload_known_extensions = false;
        SET TimeZone = 'UTC';
        SET arrow_large_buffer_size = false;
        """
                .formatted(
                        MEMORY_LIMIT_MEGABYTES,
                        threads(Runtime.getRuntime().availableProcessors()),
                        WAL_MEGABYTES,
                        Sql.text(temporary.toString()));
    }

    /**
     * How many threads work on a statement. One where it shares two processors with what feeds it:
     * the thread that asked for a statement looks without a pause whether another has left it
     * something to do, which cost more than half as much again as the work itself.
     */
    private static int threads(int processors) {
        return Math.max(1, processors / 2);
    }

    private String attach() {
        return file.map(path ->
                        "ATTACH %s AS %s%s"
                                .formatted(
                                        Sql.text(path.toString()),
                                        CATALOG,
                                        access == Access.READ ? " (READ_ONLY)" : ""))
                .orElse("");
    }

    /**
     * An engine without a file.
     *
     * @param temporary a directory for what doesn't fit into memory; made when needed
     */
    public static DuckDbDatabase inMemory(DuckDbLibrary library, Path temporary)
            throws InterruptedException {
        return new DuckDbDatabase(library, Optional.empty(), Access.WRITE, temporary);
    }

    /**
     * The engine of {@code file}: a new one, or the one that this process has open. Waits until a
     * reading one is closed where a writing one is asked for. Its temporary directory is {@code
     * FILE.tmp} beside it.
     */
    public static DuckDbDatabase open(DuckDbLibrary library, Path file, Access access)
            throws InterruptedException {
        Path key = identity(file);
        synchronized (REGISTRY_LOCK) {
            while (true) {
                DuckDbDatabase open = OPEN_FILES.get(key);
                if (open == null) {
                    var opened =
                            new DuckDbDatabase(
                                    library,
                                    Optional.of(key),
                                    access,
                                    key.resolveSibling(key.getFileName() + ".tmp"));
                    OPEN_FILES.put(key, opened);
                    return opened;
                }
                if (access == Access.READ || open.access == Access.WRITE) {
                    open.users++;
                    return open;
                }
                REGISTRY_LOCK.wait();
            }
        }
    }

    /** The same for every name of a file. */
    private static Path identity(Path file) {
        try {
            if (Files.exists(file)) {
                return file.toRealPath();
            }
            Path parent = file.toAbsolutePath().getParent();
            return parent == null
                    ? file.toAbsolutePath()
                    : parent.toRealPath().resolve(file.getFileName());
        } catch (IOException _) {
            return file.toAbsolutePath().normalize(); // it will fail when it is opened
        }
    }

    /** A connection of its own, whose transactions are its own. */
    public DuckDbConnection connect() {
        return new DuckDbConnection(this, api, connectNative());
    }

    /** A table for batches with {@code columns}, as every connection of this database sees it. */
    public BatchTable batchTable(StreamSchema columns) {
        return new BatchTable(this, columns);
    }

    /** Closes it for this user; the engine ends with its last user. */
    @Override
    public void close() {
        synchronized (REGISTRY_LOCK) {
            users--;
            if (users > 0) {
                return;
            }
            file.ifPresent(OPEN_FILES::remove);
            helper.close();
            api.close.call(handle.address());
            REGISTRY_LOCK.notifyAll();
        }
    }

    private long connectNative() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment connection = arena.allocate(8);
            if ((int) api.connect.call(handle.get(ValueLayout.JAVA_LONG, 0), connection.address())
                    != 0) {
                throw new DuckDbException("DuckDB gave no connection", "connect");
            }
            return connection.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Makes a view on the stream at {@code stream}, in a database of its own in memory: a
     * transaction that is under way on another connection sees a database that was attached after
     * it began, but not a view that was added to one it has looked into.
     */
    void createBatchView(String catalog, long stream) {
        synchronized (helper) {
            helper.executeUninterruptibly(
                    "ATTACH ':memory:' AS %s; USE %s".formatted(catalog, catalog));
            try {
                helper.arrowScan(BATCH_VIEW, stream);
            } finally {
                helper.executeUninterruptibly("USE memory");
            }
        }
    }

    void dropBatchView(String catalog) {
        synchronized (helper) {
            helper.executeUninterruptibly("DETACH " + catalog);
        }
    }

    @Nullable Path filePath() {
        return file.orElse(null);
    }
}
