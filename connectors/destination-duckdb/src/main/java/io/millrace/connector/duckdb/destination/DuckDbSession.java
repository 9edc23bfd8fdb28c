package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.DuckDbException;
import io.millrace.connector.duckdb.common.DuckDbFailures;
import io.millrace.connector.duckdb.common.RowStamp;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.connector.duckdb.common.UniqueNames;
import io.millrace.connector.duckdb.common.WaitingShare;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.SyncFailure;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A pipeline's time of writing to the file. For several threads; what changes tables takes turns.
 */
final class DuckDbSession implements DestinationSession {
    private final String pipeline;
    private final Path file;
    private final String defaultSchema;
    private final boolean metadata;
    private final Clock clock;
    private final long syncId;
    private final DuckDbDatabase database;
    private final DuckDbConnection connection;
    private final CheckpointTable checkpoints;
    private final WaitingShare share = new WaitingShare();
    private final ReentrantLock turn = new ReentrantLock();

    /** Takes {@code database} over. */
    DuckDbSession(
            String pipeline,
            Path file,
            String defaultSchema,
            boolean metadata,
            Clock clock,
            DuckDbDatabase database)
            throws InterruptedException {
        this.pipeline = pipeline;
        this.file = file;
        this.defaultSchema = defaultSchema;
        this.metadata = metadata;
        this.clock = clock;
        this.syncId = clock.millis();
        this.database = database;
        this.connection = database.connect();
        this.checkpoints = new CheckpointTable(defaultSchema);
        checkpoints.refuseNewer(connection);
    }

    @Override
    public List<StoredCheckpoint> checkpoints() throws InterruptedException {
        return inTurn(() ->
                checkpoints.load(connection).stream()
                        .filter(row -> row.pipeline().equals(pipeline))
                        .map(CheckpointRow::stored)
                        .toList());
    }

    @Override
    public boolean keepsCheckpoints() {
        return true;
    }

    @Override
    public DestinationLane open(List<StreamTarget> targets, LaneListener listener)
            throws InterruptedException {
        return inTurn(() -> {
            checkpoints.create(connection);
            List<CheckpointRow> known = checkpoints.load(connection);
            List<Landing> landings = planner(connection, known).plan(targets);
            var rows = new ArrayList<CheckpointRow>();
            boolean done = false;
            try {
                connection.execute("BEGIN");
                for (Landing landing : landings) {
                    for (String statement : landing.statements()) {
                        connection.execute(statement);
                    }
                    absorb(landing);
                    CheckpointRow row = begin(landing, known);
                    connection.execute(checkpoints.save(row));
                    rows.add(row);
                }
                connection.execute("COMMIT");
                done = true;
            } finally {
                if (!done) {
                    rollback();
                }
            }
            return lane(landings, rows, listener);
        });
    }

    private DestinationLane lane(
            List<Landing> landings, List<CheckpointRow> rows, LaneListener listener)
            throws InterruptedException {
        var stamp = new RowStamp(clock, syncId);
        DuckDbConnection own = database.connect();
        var writers = new ArrayList<StreamWriter>();
        boolean done = false;
        try {
            for (Landing landing : landings) {
                boolean merges =
                        landing.target().syncMode().deduplicated()
                                && !isEmpty(own, landing.written());
                writers.add(
                        new StreamWriter(
                                own, landing, metadata, stamp, merges, landings.size() > 1));
            }
            done = true;
        } finally {
            if (!done) {
                own.close();
            }
        }
        return new DuckDbLane(this, own, listener, share, writers, rows);
    }

    private static boolean isEmpty(DuckDbConnection connection, TableName table)
            throws InterruptedException {
        return connection.rows("SELECT 1 FROM " + table.sql() + " LIMIT 1").isEmpty();
    }

    /** Adds the rows of a refresh that was given up to the table that it was to replace. */
    private void absorb(Landing landing) throws InterruptedException {
        if (landing.absorbed().isEmpty()) {
            return;
        }
        TableName from = landing.absorbed().orElseThrow();
        var ours = new HashSet<String>();
        TableCatalog catalog = TableCatalog.load(connection);
        for (TableCatalog.Column column : catalog.find(landing.written()).orElseThrow().columns()) {
            ours.add(UniqueNames.foldCase(column.name()));
        }
        List<String> shared =
                catalog.find(from).orElseThrow().columns().stream()
                        .map(TableCatalog.Column::name)
                        .filter(name -> ours.contains(UniqueNames.foldCase(name)))
                        .toList();
        Optional<Deduplication> rule = StreamWriter.deduplication(landing, metadata);
        if (rule.isPresent()) {
            rule.orElseThrow()
                    .merge(
                            connection,
                            new Deduplication.TableRef(from.sql()),
                            new Deduplication.TableRef(landing.written().sql()),
                            shared);
        } else {
            connection.execute(
                    "INSERT INTO %s (%s) SELECT %s FROM %s"
                            .formatted(
                                    landing.written().sql(),
                                    Sql.names(shared),
                                    Sql.names(shared),
                                    from.sql()));
        }
        connection.execute("DROP TABLE " + from.sql());
    }

    /** The row of a stream whose lane is opened: a new generation, or the one that goes on. */
    private CheckpointRow begin(Landing landing, List<CheckpointRow> known) {
        StreamTarget target = landing.target();
        Optional<CheckpointRow> before =
                known.stream()
                        .filter(row -> row.pipeline().equals(pipeline))
                        .filter(row -> row.stream().equals(target.source()))
                        .findFirst();
        Optional<CheckpointRow> same =
                before.filter(row -> row.generation() == target.generation());
        return new CheckpointRow(
                pipeline,
                target.source(),
                target.generation(),
                same.map(CheckpointRow::complete).orElse(false),
                same.flatMap(CheckpointRow::state),
                same.map(CheckpointRow::globalState).orElse(false),
                same.map(CheckpointRow::records).orElse(0L),
                landing.table(),
                landing.loading().map(TableName::table),
                target.syncMode(),
                landing.columnNames(),
                same.map(CheckpointRow::details).orElse("null"),
                clock.instant());
    }

    @Override
    public void reset(Collection<StreamName> streams, boolean data) throws InterruptedException {
        inTurn(() -> {
            checkpoints.create(connection);
            var chosen = new HashSet<>(streams);
            boolean done = false;
            connection.execute("BEGIN");
            try {
                TableCatalog catalog = TableCatalog.load(connection);
                for (CheckpointRow row : checkpoints.load(connection)) {
                    if (row.pipeline().equals(pipeline) && chosen.contains(row.stream())) {
                        resetRow(row, data, catalog);
                    }
                }
                connection.execute("COMMIT");
                done = true;
            } finally {
                if (!done) {
                    rollback();
                }
            }
            return true;
        });
    }

    private void resetRow(CheckpointRow row, boolean data, TableCatalog catalog)
            throws InterruptedException {
        Predicate<TableName> exists = name -> catalog.find(name).isPresent();
        Optional<TableName> loading =
                row.loading().map(name -> new TableName(row.table().schema(), name)).filter(exists);
        if (loading.isPresent()) {
            connection.execute("DROP TABLE " + loading.orElseThrow().sql());
        }
        if (data && exists.test(row.table())) {
            connection.execute("DROP TABLE " + row.table().sql());
        }
        connection.execute(
                checkpoints.save(
                        new CheckpointRow(
                                pipeline,
                                row.stream(),
                                row.generation(),
                                true,
                                Optional.empty(),
                                false,
                                0,
                                row.table(),
                                Optional.empty(),
                                row.mode(),
                                row.columns(),
                                "null",
                                clock.instant())));
    }

    @Override
    public void saveReceipt(JsonNode receipt) throws InterruptedException {
        inTurn(() -> {
            checkpoints.create(connection);
            connection.execute(
                    checkpoints.saveReceipt(pipeline, receipt.toString(), clock.instant()));
            return true;
        });
    }

    @Override
    public Optional<JsonNode> loadReceipt() throws InterruptedException {
        return inTurn(() ->
                checkpoints.loadReceipt(connection, pipeline).map(JsonMapper.shared()::readTree));
    }

    @Override
    public void close() {
        connection.close();
        database.close();
    }

    /** How {@code target} lands from now on, in the middle of {@code lane}'s transaction. */
    Landing replan(DuckDbConnection lane, StreamTarget target, CheckpointRow row)
            throws InterruptedException {
        var known = new ArrayList<CheckpointRow>();
        for (CheckpointRow stored : checkpoints.load(lane)) {
            known.add(
                    stored.pipeline().equals(pipeline) && stored.stream().equals(target.source())
                            ? withState(row)
                            : stored);
        }
        return planner(lane, known).plan(List.of(target)).getFirst();
    }

    /** A state, so that the planner takes the generation as one to go on with. */
    private static CheckpointRow withState(CheckpointRow row) {
        return new CheckpointRow(
                row.pipeline(),
                row.stream(),
                row.generation(),
                row.complete(),
                Optional.of(row.state().orElse("null")),
                row.globalState(),
                row.records(),
                row.table(),
                row.loading(),
                row.mode(),
                row.columns(),
                row.details(),
                row.committedAt());
    }

    /** The statements of the checkpoint's row, as of now. */
    String saveStatement(CheckpointRow row) {
        return checkpoints.save(
                new CheckpointRow(
                        row.pipeline(),
                        row.stream(),
                        row.generation(),
                        row.complete(),
                        row.state(),
                        row.globalState(),
                        row.records(),
                        row.table(),
                        row.loading(),
                        row.mode(),
                        row.columns(),
                        row.details(),
                        clock.instant()));
    }

    /** The statements that put a finished generation into the place of the table. */
    String swapStatements(DuckDbConnection lane, Landing landing) throws InterruptedException {
        if (landing.loading().isEmpty()) {
            return "";
        }
        TableName loading = landing.loading().orElseThrow();
        var statements = new StringBuilder();
        TableCatalog catalog = TableCatalog.load(lane);
        if (catalog.find(landing.table()).isPresent()) {
            statements.append(comments(lane, catalog, landing.table(), loading));
            statements.append("DROP TABLE ").append(landing.table().sql()).append(";\n");
        }
        return statements
                .append(
                        "ALTER TABLE %s RENAME TO %s;\n"
                                .formatted(loading.sql(), Sql.name(landing.table().table())))
                .toString();
    }

    private static String comments(
            DuckDbConnection lane, TableCatalog catalog, TableName from, TableName to)
            throws InterruptedException {
        var statements = new StringBuilder();
        String where =
                " WHERE database_name = %s AND schema_name = %s AND table_name = %s AND comment IS NOT NULL"
                        .formatted(
                                Sql.text(DuckDbDatabase.CATALOG),
                                Sql.text(catalog.find(from).orElseThrow().name().schema()),
                                Sql.text(catalog.find(from).orElseThrow().name().table()));
        for (DuckDbConnection.Row row : lane.rows("SELECT comment FROM duckdb_tables()" + where)) {
            statements.append(
                    "COMMENT ON TABLE %s IS %s;\n".formatted(to.sql(), Sql.text(row.text(0))));
        }
        TableCatalog.Table fresh = catalog.find(to).orElseThrow();
        for (DuckDbConnection.Row row :
                lane.rows("SELECT column_name, comment FROM duckdb_columns()" + where)) {
            if (fresh.column(row.text(0)).isPresent()) {
                statements.append(
                        "COMMENT ON COLUMN %s.%s IS %s;\n"
                                .formatted(to.sql(), Sql.name(row.text(0)), Sql.text(row.text(1))));
            }
        }
        return statements.toString();
    }

    SyncFailure failure(DuckDbException refused) {
        return DuckDbFailures.of(refused, file);
    }

    private LandingPlanner planner(DuckDbConnection on, List<CheckpointRow> known)
            throws InterruptedException {
        return new LandingPlanner(pipeline, defaultSchema, metadata, TableCatalog.load(on), known);
    }

    private void rollback() throws InterruptedException {
        try {
            connection.execute("ROLLBACK");
        } catch (DuckDbException _) {
            // It was rolled back already; what had failed is thrown.
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws InterruptedException;
    }

    private <T> T inTurn(Work<T> work) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            return work.run();
        } catch (DuckDbException e) {
            throw failure(e);
        } finally {
            turn.unlock();
        }
    }
}
