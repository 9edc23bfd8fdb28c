package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.BatchTable;
import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbTypes;
import io.millrace.connector.duckdb.common.MetadataColumn;
import io.millrace.connector.duckdb.common.RowStamp;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes one stream's batches, within the transaction of its lane. Batches wait in memory, those
 * that a checkpoint covers before those that none covers, until they are brought into the table, or
 * for streams that are merged by key into a temporary one.
 */
final class StreamWriter implements AutoCloseable {
    private static final AtomicLong COUNT = new AtomicLong();

    private final DuckDbConnection connection;
    private final boolean metadata;
    private final RowStamp stamp;
    private final List<ColumnBatch> waiting = new ArrayList<>();
    private Landing landing;
    private StreamSchema arriving;
    private @Nullable BatchTable batches;
    private @Nullable TemporaryTable staged; // what is to be merged
    private @Nullable TemporaryTable overflow; // what no checkpoint covers, of a shared lane
    private boolean overflowCovered;
    private long unreducedRows;
    private int covered; // of the waiting batches
    private long waitingBytes;
    private long coveredRows; // since the last commit, covered by a checkpoint
    private long uncoveredRows;
    private final Optional<Deduplication> deduplication;
    private final boolean merges;
    private final boolean shared;

    /** A temporary table with the columns that rows are written with. */
    private static final class TemporaryTable {
        final String sql = "temp.main._waiting_" + COUNT.incrementAndGet();
        final List<Column> columns;
        long rows;

        TemporaryTable(List<Column> columns) {
            this.columns = columns;
        }
    }

    /**
     * @param shared whether other streams are committed in the same transaction: rows that no
     *     checkpoint covers must then stay out of it, since a checkpoint of another stream would
     *     commit them
     * @param merges whether rows are merged by key into a table that has rows already; a
     *     deduplicated stream whose table was empty is written directly and reduced instead, which
     *     spares the first load writing everything twice
     */
    StreamWriter(
            DuckDbConnection connection,
            Landing landing,
            boolean metadata,
            RowStamp stamp,
            boolean merges,
            boolean shared) {
        this.connection = connection;
        this.landing = landing;
        this.metadata = metadata;
        this.stamp = stamp;
        this.merges = merges;
        this.shared = shared;
        this.arriving = arriving(landing.plan().landed());
        this.deduplication = deduplication(landing, metadata);
    }

    /** How rows of {@code landing} are deduplicated; empty where its mode doesn't. */
    static Optional<Deduplication> deduplication(Landing landing, boolean metadata) {
        if (!landing.target().syncMode().deduplicated()) {
            return Optional.empty();
        }
        return Optional.of(
                new Deduplication(
                        landing.target().primaryKey().stream()
                                .map(name -> landedName(landing, name))
                                .toList(),
                        landing.target().cursor().map(name -> landedName(landing, name)),
                        metadata
                                ? Optional.of(MetadataColumn.EXTRACTED_AT.columnName())
                                : Optional.empty(),
                        landing.target().schema().indexOf(Deduplication.DELETED_AT).isPresent()
                                ? Optional.of(landedName(landing, Deduplication.DELETED_AT))
                                : Optional.empty()));
    }

    private static String landedName(Landing landing, String name) {
        return landing.columnNames().getOrDefault(name, name);
    }

    StreamName stream() {
        return landing.target().source();
    }

    Landing landing() {
        return landing;
    }

    /** Takes a batch over. */
    void add(ColumnBatch batch) {
        uncoveredRows += batch.rows();
        if (batch.rows() == 0) {
            batch.close();
            return;
        }
        ColumnBatch stamped = metadata ? stamp.stamp(batch, arriving) : batch;
        waiting.add(stamped);
        waitingBytes += stamped.heldBytes();
    }

    /** Bytes of the sync's memory that the waiting batches hold. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** A checkpoint covers all that was taken so far. */
    void cover() {
        covered = waiting.size();
        overflowCovered = true;
        coveredRows += uncoveredRows;
        uncoveredRows = 0;
    }

    /** Rows that became covered since this was asked last. */
    long takeCoveredRows() {
        long rows = coveredRows;
        coveredRows = 0;
        return rows;
    }

    /** Whether rows wait in memory that no checkpoint covers. */
    boolean hasUncovered() {
        return waiting.size() > covered;
    }

    /** Whether uncovered rows that are handed on get into the transaction itself. */
    boolean writesUncovered() {
        return !shared;
    }

    /** Brings the waiting rows that are covered into the transaction. */
    void insertCovered() throws InterruptedException {
        TemporaryTable earlier = overflow;
        if (earlier != null && earlier.rows > 0 && overflowCovered) {
            String names = Sql.names(columnNames(earlier.columns));
            added(
                    connection.update(
                            "INSERT INTO %s (%s) SELECT %s FROM %s"
                                    .formatted(destination(), names, names, earlier.sql)));
            connection.execute("TRUNCATE " + earlier.sql);
            earlier.rows = 0;
        }
        List<ColumnBatch> chosen = take(covered);
        if (!chosen.isEmpty()) {
            added(insert(chosen, this::destination));
        }
    }

    /** Hands all waiting rows to DuckDB, the covered ones first. */
    void insertAll() throws InterruptedException {
        insertCovered();
        List<ColumnBatch> chosen = take(waiting.size());
        if (chosen.isEmpty()) {
            return;
        }
        if (shared) {
            overflowCovered = false;
            long rows = insert(chosen, this::overflow);
            if (overflow != null) {
                overflow.rows += rows;
            }
        } else {
            added(insert(chosen, this::destination));
        }
    }

    /** Where rows go that may be committed: the table, or what is merged into it. */
    private String destination() throws InterruptedException {
        if (!merges) {
            return landing.written().sql();
        }
        TemporaryTable table = staged;
        if (table == null) {
            table = createTemporary();
            staged = table;
        }
        return table.sql;
    }

    private String overflow() throws InterruptedException {
        TemporaryTable table = overflow;
        if (table == null) {
            table = createTemporary();
            overflow = table;
        }
        return table.sql;
    }

    private void added(long rows) {
        if (!merges) {
            unreducedRows += rows;
        } else if (staged != null) {
            staged.rows += rows;
        }
    }

    /** Takes the first waiting batches out. */
    private List<ColumnBatch> take(int count) {
        List<ColumnBatch> chosen = new ArrayList<>(waiting.subList(0, count));
        waiting.subList(0, count).clear();
        covered = Math.max(0, covered - count);
        waitingBytes = waiting.stream().mapToLong(ColumnBatch::heldBytes).sum();
        return chosen;
    }

    @FunctionalInterface
    private interface Destination {
        String sql() throws InterruptedException;
    }

    private long insert(List<ColumnBatch> chosen, Destination into) throws InterruptedException {
        String target;
        BatchTable from;
        boolean begun = false;
        try {
            target = into.sql();
            from = batchTable();
            begun = true;
        } finally {
            if (!begun) {
                chosen.forEach(ColumnBatch::close);
            }
        }
        return from.scan(chosen, () -> connection.update(insertStatement(target, from.name())));
    }

    /** Ends a transaction's work: what was inserted is merged by key. Before each commit. */
    void settle() throws InterruptedException {
        if (deduplication.isEmpty()) {
            return;
        }
        Deduplication rule = deduplication.orElseThrow();
        var table = new Deduplication.TableRef(landing.written().sql());
        if (merges) {
            TemporaryTable fresh = staged;
            if (fresh != null && fresh.rows > 0) {
                rule.merge(
                        connection,
                        new Deduplication.TableRef(fresh.sql),
                        table,
                        columnNames(fresh.columns));
                connection.execute("TRUNCATE " + fresh.sql);
                fresh.rows = 0;
            }
        } else if (unreducedRows > 0) {
            rule.reduce(connection, table);
            rule.dropDeletions(connection, table);
            unreducedRows = 0;
        }
    }

    /** Goes on with another landing of the same table; nothing waits. */
    void evolve(Landing newLanding) throws InterruptedException {
        landing = newLanding;
        arriving = arriving(newLanding.plan().landed());
        closeBatchTable();
        staged = staged == null ? null : widened(staged);
        overflow = overflow == null ? null : widened(overflow);
    }

    /** A temporary table of the new landing with the rows of {@code old}, which goes. */
    private TemporaryTable widened(TemporaryTable old) throws InterruptedException {
        TemporaryTable fresh = createTemporary();
        String names = Sql.names(columnNames(old.columns));
        connection.execute(
                "INSERT INTO %s (%s) SELECT %s FROM %s; DROP TABLE %s"
                        .formatted(fresh.sql, names, names, old.sql, old.sql));
        fresh.rows = old.rows;
        return fresh;
    }

    @Override
    public void close() {
        waiting.forEach(ColumnBatch::close);
        waiting.clear();
        closeBatchTable();
    }

    private void closeBatchTable() {
        BatchTable table = batches;
        if (table != null) {
            batches = null;
            table.close();
        }
    }

    private StreamSchema arriving(StreamSchema landed) {
        if (metadata) {
            return RowStamp.stamped(landed);
        }
        return landed;
    }

    private BatchTable batchTable() {
        BatchTable table = batches;
        if (table == null) {
            table = connection.database().batchTable(arriving);
            batches = table;
        }
        return table;
    }

    /** The columns that rows are written with, in the order of the insert statement. */
    private List<Column> writtenColumns() {
        List<Column> columns = new ArrayList<>(landing.plan().landed().columns());
        if (metadata) {
            for (MetadataColumn column : MetadataColumn.values()) {
                columns.add(Column.of(column.columnName(), column.type()));
            }
        }
        return columns;
    }

    private static List<String> columnNames(List<Column> columns) {
        return columns.stream().map(Column::name).toList();
    }

    private String insertStatement(String target, String from) {
        if (landing.plan().landed().size() == 0 && !metadata) {
            return "INSERT INTO %s SELECT NULL FROM %s".formatted(target, from);
        }
        String values =
                writtenColumns().stream()
                        .map(Column::name)
                        .map(name -> {
                            if (metadata && name.equals(MetadataColumn.META.columnName())) {
                                return "coalesce(%s, %s::JSON)"
                                        .formatted(Sql.name(name), Sql.text(stamp.constant()));
                            }
                            if (metadata
                                    && name.equals(MetadataColumn.GENERATION_ID.columnName())) {
                                return landing.target().generation() + "::BIGINT";
                            }
                            return Sql.name(name);
                        })
                        .collect(Collectors.joining(", "));
        return "INSERT INTO %s (%s) SELECT %s FROM %s"
                .formatted(target, Sql.names(columnNames(writtenColumns())), values, from);
    }

    private TemporaryTable createTemporary() throws InterruptedException {
        var table = new TemporaryTable(writtenColumns());
        connection.execute(
                "CREATE TEMP TABLE %s (%s)"
                        .formatted(
                                table.sql,
                                table.columns.stream()
                                        .map(column ->
                                                Sql.name(column.name())
                                                        + " "
                                                        + DuckDbTypes.sqlName(column.type()))
                                        .collect(Collectors.joining(", "))));
        return table;
    }
}
