package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.BatchTable;
import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbTypes;
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
 * that a checkpoint covers before those that none covers, until {@link #insert} brings them into
 * the table, or for streams that are merged by key into a temporary table.
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
    private @Nullable String staged; // the temporary table's name in SQL
    private List<Column> stagedColumns = List.of();
    private long stagedRows;
    private long unreducedRows;
    private int covered; // of the waiting batches
    private long waitingBytes;
    private long coveredRows; // since the last commit, covered by a checkpoint
    private long uncoveredRows;
    private final Optional<Deduplication> deduplication;
    private final boolean merges;

    /**
     * @param merges whether rows are merged by key into a table that has rows already; a
     *     deduplicated stream whose table was empty is written directly and reduced instead, which
     *     spares the first load writing everything twice
     */
    StreamWriter(
            DuckDbConnection connection,
            Landing landing,
            boolean metadata,
            RowStamp stamp,
            boolean merges) {
        this.connection = connection;
        this.landing = landing;
        this.metadata = metadata;
        this.stamp = stamp;
        this.merges = merges;
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
        long bytes = batch.bytes();
        waiting.add(metadata ? stamp.stamp(batch, arriving) : batch);
        waitingBytes += bytes;
    }

    /** Bytes of the batches that wait in memory. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** A checkpoint covers all that was taken so far. */
    void cover() {
        covered = waiting.size();
        coveredRows += uncoveredRows;
        uncoveredRows = 0;
    }

    /** Rows that became covered since this was asked last. */
    long takeCoveredRows() {
        long rows = coveredRows;
        coveredRows = 0;
        return rows;
    }

    boolean hasUncovered() {
        return waiting.size() > covered;
    }

    /** Brings the waiting batches that are covered into the transaction, or all of them. */
    void insert(boolean uncoveredToo) throws InterruptedException {
        int count = uncoveredToo ? waiting.size() : covered;
        if (count == 0) {
            return;
        }
        List<ColumnBatch> chosen = new ArrayList<>(waiting.subList(0, count));
        waiting.subList(0, count).clear();
        covered = 0;
        waitingBytes = 0;
        for (ColumnBatch rest : waiting) {
            waitingBytes += rest.bytes();
        }
        String target;
        BatchTable from;
        boolean begun = false;
        try {
            target = merges ? stage() : landing.written().sql();
            from = batchTable();
            begun = true;
        } finally {
            if (!begun) {
                chosen.forEach(ColumnBatch::close);
            }
        }
        long rows =
                from.scan(chosen, () -> connection.update(insertStatement(target, from.name())));
        if (merges) {
            stagedRows += rows;
        } else {
            unreducedRows += rows;
        }
    }

    /** Ends a transaction's work: what was inserted is merged by key. Before each commit. */
    void settle() throws InterruptedException {
        if (deduplication.isEmpty()) {
            return;
        }
        Deduplication rule = deduplication.orElseThrow();
        var table = new Deduplication.TableRef(landing.written().sql());
        if (merges) {
            if (stagedRows > 0 && staged != null) {
                rule.merge(
                        connection,
                        new Deduplication.TableRef(staged),
                        table,
                        columnNames(stagedColumns));
                connection.execute("TRUNCATE " + staged);
                stagedRows = 0;
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
        String old = staged;
        if (old != null) {
            List<Column> oldColumns = stagedColumns;
            staged = null;
            String fresh = stage();
            String names = Sql.names(columnNames(oldColumns));
            connection.execute(
                    "INSERT INTO %s (%s) SELECT %s FROM %s; DROP TABLE %s"
                            .formatted(fresh, names, names, old, old));
        }
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

    /** The temporary table that rows wait in until they are merged; made when it is needed. */
    private String stage() throws InterruptedException {
        String table = staged;
        if (table == null) {
            table = "temp.main._staged_" + COUNT.incrementAndGet();
            stagedColumns = writtenColumns();
            connection.execute(
                    "CREATE TEMP TABLE %s (%s)"
                            .formatted(
                                    table,
                                    stagedColumns.stream()
                                            .map(column ->
                                                    Sql.name(column.name())
                                                            + " "
                                                            + DuckDbTypes.sqlName(column.type()))
                                            .collect(Collectors.joining(", "))));
            staged = table;
        }
        return table;
    }
}
