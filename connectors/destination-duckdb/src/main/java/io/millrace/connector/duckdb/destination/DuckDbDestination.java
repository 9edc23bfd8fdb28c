package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.DuckDbDatabase.Access;
import io.millrace.connector.duckdb.common.DuckDbException;
import io.millrace.connector.duckdb.common.DuckDbFailures;
import io.millrace.connector.duckdb.common.DuckDbLibrary;
import io.millrace.connector.duckdb.common.DuckDbLimits;
import io.millrace.connector.duckdb.common.DuckDbTypes;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** A DuckDB file to write to. */
final class DuckDbDestination implements Destination {
    /** A process that was killed keeps its lock until the system has cleaned up after it. */
    private static final int LOCK_ATTEMPTS = 25;

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(200);

    private final Path file;
    private final String defaultSchema;
    private final boolean metadata;
    private final Clock clock;
    private final Path cache;

    DuckDbDestination(Path file, String defaultSchema, boolean metadata, Clock clock, Path cache) {
        this.file = file;
        this.defaultSchema = defaultSchema;
        this.metadata = metadata;
        this.clock = clock;
        this.cache = cache;
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return EnumSet.allOf(SyncMode.class);
    }

    @Override
    public void fit(ColumnBatch landed) {
        DuckDbLimits.fit(landed);
    }

    @Override
    public void check() throws InterruptedException {
        boolean existed = Files.exists(file);
        List<Path> missing = missingFolders();
        try (DuckDbDatabase database = openDatabase(Access.WRITE);
                DuckDbConnection connection = database.connect()) {
            var probe =
                    new TableName(
                            defaultSchema,
                            "_millrace_check_" + UUID.randomUUID().toString().replace("-", ""));
            connection.execute(
                    """
                    BEGIN;
                    CREATE SCHEMA IF NOT EXISTS %s;
                    CREATE TABLE %s (value INTEGER);
                    INSERT INTO %s VALUES (1);
                    COMMIT;
                    """
                            .formatted(probe.schemaSql(), probe.sql(), probe.sql()));
            long read =
                    connection
                            .rows("SELECT sum(value)::BIGINT FROM " + probe.sql())
                            .getFirst()
                            .number(0);
            connection.execute("DROP TABLE " + probe.sql());
            if (read != 1) {
                throw new ConfigurationFailure(
                        "The file %s did not give back what was written.".formatted(file));
            }
        } catch (DuckDbException e) {
            throw DuckDbFailures.of(e, file);
        } finally {
            if (!existed) {
                deleteProbe(missing);
            }
        }
    }

    /** The folders that the file would need and that aren't there, the innermost first. */
    private List<Path> missingFolders() {
        List<Path> missing = new ArrayList<>();
        for (Path folder = file.toAbsolutePath().getParent();
                folder != null && !Files.exists(folder);
                folder = folder.getParent()) {
            missing.add(folder);
        }
        return missing;
    }

    /** A check leaves nothing behind: its path may have been a mistake. */
    private void deleteProbe(List<Path> folders) {
        try {
            Files.deleteIfExists(file);
            for (Path folder : folders) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException _) {
            // An empty database stays, or a folder that somebody else uses; so does the next sync.
        }
    }

    @Override
    public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets)
            throws InterruptedException {
        if (!Files.exists(file)) {
            return new LandingPlanner(
                            pipeline, defaultSchema, metadata, TableCatalog.empty(), List.of())
                    .plan(targets).stream().map(Landing::plan).toList();
        }
        try (DuckDbDatabase database = openDatabase(Access.READ);
                DuckDbConnection connection = database.connect()) {
            return planner(pipeline, connection).plan(targets).stream().map(Landing::plan).toList();
        } catch (DuckDbException e) {
            throw DuckDbFailures.of(e, file);
        }
    }

    @Override
    public DestinationSession open(String pipeline) throws InterruptedException {
        return Files.exists(file)
                ? openFile(pipeline)
                : new NewFileSession(() -> openFile(pipeline));
    }

    private DuckDbSession openFile(String pipeline) throws InterruptedException {
        DuckDbDatabase database;
        try {
            database = openDatabase(Access.WRITE);
        } catch (DuckDbException e) {
            throw DuckDbFailures.of(e, file);
        }
        boolean opened = false;
        try {
            var session =
                    new DuckDbSession(pipeline, file, defaultSchema, metadata, clock, database);
            opened = true;
            return session;
        } catch (DuckDbException e) {
            throw DuckDbFailures.of(e, file);
        } finally {
            if (!opened) {
                database.close();
            }
        }
    }

    @Override
    public void readBack(
            String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink)
            throws InterruptedException {
        if (!Files.exists(file)) {
            return;
        }
        try (DuckDbDatabase database = openDatabase(Access.READ);
                DuckDbConnection connection = database.connect()) {
            TableName table = planner(pipeline, connection).table(target);
            if (TableCatalog.load(connection).find(table).isEmpty()) {
                return;
            }
            String columns =
                    request.schema().columns().stream()
                            .map(column ->
                                    "CAST(%s AS %s)"
                                            .formatted(
                                                    Sql.name(column.name()),
                                                    DuckDbTypes.sqlName(column.type())))
                            .collect(Collectors.joining(", "));
            connection.stream(
                    "SELECT %s FROM %s"
                            .formatted(columns.isEmpty() ? "NULL" : columns, table.sql()),
                    target.source(),
                    request.schema(),
                    request.memory(),
                    sink);
        } catch (DuckDbException e) {
            throw DuckDbFailures.of(e, file);
        }
    }

    private LandingPlanner planner(String pipeline, DuckDbConnection connection)
            throws InterruptedException {
        return new LandingPlanner(
                pipeline,
                defaultSchema,
                metadata,
                TableCatalog.load(connection),
                new CheckpointTable(defaultSchema).load(connection));
    }

    private DuckDbDatabase openDatabase(Access access) throws InterruptedException {
        DuckDbLibrary library = DuckDbLibrary.load(cache);
        if (access == Access.WRITE) {
            createDirectory();
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return DuckDbDatabase.open(library, file, access);
            } catch (DuckDbException e) {
                if (attempt == LOCK_ATTEMPTS || !DuckDbFailures.isLock(e)) {
                    throw e;
                }
                Thread.sleep(BETWEEN_ATTEMPTS);
            }
        }
    }

    private void createDirectory() {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            return;
        }
        try {
            Files.createDirectories(parent);
        } catch (IOException e) {
            throw new ConfigurationFailure(
                    "The directory %s can't be made: %s. Make it, or name another path."
                            .formatted(parent, e.getMessage()),
                    String.valueOf(e),
                    e);
        }
    }
}
