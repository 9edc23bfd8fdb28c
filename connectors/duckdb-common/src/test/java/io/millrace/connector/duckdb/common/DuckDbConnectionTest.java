package io.millrace.connector.duckdb.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.SampleBatches;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuckDbConnectionTest {
    private static final Path CACHE = Path.of("target", "cache");
    private static final StreamName STREAM = StreamName.of("samples");

    @TempDir Path directory;

    private final BatchMemory memory = new BatchMemory(256L << 20);

    @Test
    void everyTypeComesBackAsItWentIn() throws InterruptedException {
        StreamSchema schema = SampleBatches.schema();
        long seed = new Random().nextLong();
        var batches = new ArrayList<ColumnBatch>();
        var expected = new ArrayList<Long>();
        var random = new Random(seed);
        for (int rows : new int[] {1, 2047, 5000}) {
            ColumnBatch batch = SampleBatches.batch(memory, rows, random);
            for (long hash : RowHasher.hash(batch)) {
                expected.add(hash);
            }
            batches.add(batch);
        }
        var actual = new ArrayList<Long>();
        try (var database = open();
                var connection = database.connect();
                var table = database.batchTable(schema)) {
            connection.execute("CREATE TABLE landing.main.t (" + columns(schema) + ")");
            long inserted =
                    table.scan(
                            batches,
                            () ->
                                    connection.update(
                                            "INSERT INTO landing.main.t SELECT * FROM "
                                                    + table.name()));
            assertThat(inserted).isEqualTo(expected.size());
            assertThat(memory.used()).as("memory of batches").isZero();
            connection.stream(
                    "SELECT * FROM landing.main.t",
                    STREAM,
                    schema,
                    memory,
                    batch -> {
                        for (long hash : RowHasher.hash(batch)) {
                            actual.add(hash);
                        }
                        batch.close();
                    });
        }
        assertThat(actual).as("seed %d", seed).isEqualTo(expected);
        assertThat(memory.used()).isZero();
    }

    @Test
    void eachTypeHasItsOwnInDuckDb() throws InterruptedException {
        StreamSchema schema = SampleBatches.schema();
        try (var database = open();
                var connection = database.connect()) {
            connection.execute("CREATE TABLE landing.main.t (" + columns(schema) + ")");
            List<ColumnType> parsed =
                    connection
                            .rows(
                                    "SELECT data_type FROM duckdb_columns() WHERE table_name = 't'"
                                            + " ORDER BY column_index")
                            .stream()
                            .map(row -> DuckDbTypes.parse(row.text(0)).orElseThrow())
                            .toList();
            assertThat(parsed.stream().map(DuckDbTypes::sqlName))
                    .isEqualTo(
                            schema.columns().stream()
                                    .map(column -> DuckDbTypes.sqlName(column.type()))
                                    .toList());
        }
    }

    @Test
    void aBatchTableMadeInTheMiddleOfATransactionIsSeenByIt() throws InterruptedException {
        var narrow = StreamSchema.of(Column.of("a", new ColumnType.Int64()));
        var wide =
                StreamSchema.of(
                        Column.of("a", new ColumnType.Float64()),
                        Column.of("b", new ColumnType.Text()));
        try (var database = open();
                var connection = database.connect();
                var first = database.batchTable(narrow)) {
            connection.execute("CREATE TABLE landing.main.t (a BIGINT)");
            connection.execute("BEGIN");
            var batch = new ColumnBatch(memory, STREAM, narrow, 0, 1);
            batch.fixed(0).appendLong(1);
            batch.endRow();
            insert(connection, first, batch);
            connection.execute(
                    "ALTER TABLE landing.main.t ALTER COLUMN a TYPE DOUBLE;"
                            + "ALTER TABLE landing.main.t ADD COLUMN b VARCHAR");
            try (var second = database.batchTable(wide)) {
                var other = new ColumnBatch(memory, STREAM, wide, 0, 1);
                other.fixed(0).appendDouble(2.5);
                other.variable(1).append("x");
                other.endRow();
                insert(connection, second, other);
                connection.execute("COMMIT");
            }
            assertThat(connection.rows("SELECT a, b FROM landing.main.t ORDER BY a"))
                    .extracting(row -> row.text(0) + row.find(1))
                    .containsExactly("1.0Optional.empty", "2.5Optional[x]");
        }
    }

    @Test
    void aStatementThatFailsGivesItsBatchesBack() throws InterruptedException {
        var schema = StreamSchema.of(Column.of("a", new ColumnType.Text()));
        try (var database = open();
                var connection = database.connect();
                var table = database.batchTable(schema)) {
            connection.execute("CREATE TABLE landing.main.t (a INTEGER)");
            var batch = new ColumnBatch(memory, STREAM, schema, 0, 1);
            batch.variable(0).append("no number");
            batch.endRow();
            assertThatThrownBy(() -> insert(connection, table, batch))
                    .isInstanceOf(DuckDbException.class)
                    .hasMessageContaining("no number");
        }
        assertThat(memory.used()).isZero();
    }

    @Test
    void anInterruptStopsAStatement() throws InterruptedException {
        try (var database = open();
                var connection = database.connect()) {
            Thread caller = Thread.currentThread();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            Thread.sleep(100);
                        } catch (InterruptedException _) {
                            return;
                        }
                        caller.interrupt();
                    });
            assertThatThrownBy(() ->
                            connection.rows(
                                    "SELECT count(*) FROM range(1000000) a, range(1000000)"
                                            + " b WHERE a.range + b.range = 7"))
                    .isInstanceOf(InterruptedException.class);
            assertThat(connection.rows("SELECT 1").getFirst().number(0)).isEqualTo(1);
        }
    }

    private static void insert(DuckDbConnection connection, BatchTable table, ColumnBatch batch)
            throws InterruptedException {
        table.scan(
                List.of(batch),
                () ->
                        connection.update(
                                "INSERT INTO landing.main.t SELECT * FROM " + table.name()));
    }

    private DuckDbDatabase open() throws InterruptedException {
        return DuckDbDatabase.open(
                DuckDbLibrary.load(CACHE),
                directory.resolve("t.duckdb"),
                DuckDbDatabase.Access.WRITE);
    }

    private static String columns(StreamSchema schema) {
        return schema.columns().stream()
                .map(column -> Sql.name(column.name()) + " " + DuckDbTypes.sqlName(column.type()))
                .collect(Collectors.joining(", "));
    }
}
