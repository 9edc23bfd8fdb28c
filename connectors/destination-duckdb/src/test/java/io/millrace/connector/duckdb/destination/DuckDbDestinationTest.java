package io.millrace.connector.duckdb.destination;

import static io.millrace.connector.duckdb.destination.TestFile.checkpoint;
import static io.millrace.connector.duckdb.destination.TestFile.details;
import static io.millrace.connector.duckdb.destination.TestFile.landed;
import static io.millrace.connector.duckdb.destination.TestFile.row;
import static io.millrace.connector.duckdb.destination.TestFile.target;
import static io.millrace.protocol.connector.SyncMode.FULL_REFRESH_OVERWRITE;
import static io.millrace.protocol.connector.SyncMode.FULL_REFRESH_OVERWRITE_DEDUPED;
import static io.millrace.protocol.connector.SyncMode.INCREMENTAL_APPEND;
import static io.millrace.protocol.connector.SyncMode.INCREMENTAL_DEDUPED_HISTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.ConnectorContext;
import io.millrace.testkit.SampleBatches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuckDbDestinationTest {
    @TempDir Path directory;

    private TestFile file;

    @BeforeEach
    void name() {
        file = new TestFile(directory.resolve("shop.duckdb"));
    }

    @Test
    void everyTypeComesBackAsItLanded() throws InterruptedException {
        StreamTarget target =
                target("samples", SampleBatches.schema(), INCREMENTAL_APPEND, 1, false);
        long seed = new Random().nextLong();
        long expected = 0;
        StreamSchema landed;
        try (var destination = file.destination();
                var session = destination.open("shop");
                var lane = session.open(List.of(target), new TestFile.Heard())) {
            landed = landed(lane);
            ColumnBatch samples = SampleBatches.batch(file.memory, 3000, new Random(seed));
            for (int i = 0; i < landed.size(); i++) {
                if (landed.column(i).type() instanceof ColumnType.Json) {
                    samples.vector(i).retype(landed.column(i).type()); // jsonb lands as it is
                }
            }
            ColumnBatch batch =
                    samples.replaceColumns(
                            target.source(),
                            landed,
                            IntStream.range(0, landed.size()).mapToObj(samples::vector).toList());
            destination.fit(batch);
            for (long hash : RowHasher.hash(batch)) {
                expected += hash;
            }
            lane.write(batch);
            lane.finish(target.source(), checkpoint(target.source(), "1", 3000), details());
        }
        long[] actual = {0, 0};
        try (var destination = file.destination()) {
            destination.readBack(
                    "shop",
                    target,
                    new ReadBackRequest(landed, file.memory),
                    batch -> {
                        for (long hash : RowHasher.hash(batch)) {
                            actual[0] += hash;
                            actual[1]++;
                        }
                        batch.close();
                    });
        }
        assertThat(actual).as("seed %d", seed).containsExactly(expected, 3000);
        assertThat(file.memory.used()).isZero();
    }

    @Test
    void whatDuckDbCantHoldIsNulledAndNoted() {
        var schema =
                StreamSchema.of(
                        Column.of("n", new ColumnType.Decimal(5, 2)),
                        Column.of("t", new ColumnType.TimestampTz()),
                        Column.of("j", new ColumnType.Json()),
                        Column.of("l", new ColumnType.ListOf(new ColumnType.Decimal(5, 2))));
        var batch = new ColumnBatch(file.memory, StreamName.of("x"), schema, 0, 2);
        batch.fixed(0).append128(0, ColumnType.Decimal.NAN_HIGH);
        batch.fixed(1).appendLong(Long.MIN_VALUE + 5);
        batch.variable(2).append("{\"a\":}");
        ((io.millrace.protocol.batch.FixedVector) batch.list(3).elements()).append128(1, 0);
        ((io.millrace.protocol.batch.FixedVector) batch.list(3).elements())
                .append128(0, ColumnType.Decimal.POSITIVE_INFINITY_HIGH);
        batch.list(3).endList();
        batch.endRow();
        file.destination().fit(batch);
        assertThat(batch.changes(0))
                .extracting(FieldChange::field)
                .containsExactly("n", "t", "j", "l.1");
        assertThat(IntStream.range(0, 3).allMatch(column -> batch.vector(column).isNull(0)))
                .isTrue();
        assertThat(batch.list(3).elements().isNull(0)).isFalse();
        assertThat(batch.list(3).elements().isNull(1)).isTrue();
        batch.close();
    }

    @Test
    void planTellsWhatOpenWouldDoAndCreatesNothing() throws InterruptedException {
        try (var destination = file.destination()) {
            LandingPlan plan =
                    destination
                            .plan("shop", List.of(target("orders", INCREMENTAL_APPEND, 1, false)))
                            .getFirst();
            assertThat(plan.table()).isEqualTo("main.orders");
            assertThat(plan.action()).isEqualTo(LandingPlan.Action.CREATE);
            assertThat(plan.columnTypes()).containsExactly("INTEGER", "BIGINT");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aSessionThatOnlyLooksMakesNoFile() throws InterruptedException {
        try (var destination = file.destination();
                var session = destination.open("shop")) {
            assertThat(session.checkpoints()).isEmpty();
            assertThat(session.loadReceipt()).isEmpty();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void columnsAreAddedWidenedAndLeftAsTheSourceChanges() throws InterruptedException {
        file.sync(target("orders", INCREMENTAL_APPEND, 1, false), "1", row(1, 10));
        var changed =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Int64()),
                        Column.of("note", new ColumnType.Text()));
        StreamTarget next = target("orders", changed, INCREMENTAL_APPEND, 1, false);
        try (var destination = file.destination()) {
            assertThat(destination.plan("shop", List.of(next)).getFirst().changes())
                    .containsExactly(
                            "alter column id from INTEGER to BIGINT", "add column note VARCHAR");
        }
        file.sync(next, "2", row(5_000_000_000L, "new"));
        var narrow =
                StreamSchema.of(
                        Column.of("ID", new ColumnType.Int16()),
                        Column.of("x", new ColumnType.Int16()));
        try (var destination = file.destination()) {
            LandingPlan plan =
                    destination
                            .plan(
                                    "shop",
                                    List.of(target("orders", narrow, INCREMENTAL_APPEND, 1, false)))
                            .getFirst();
            assertThat(plan.landed().names()).containsExactly("ID_1", "x");
        }
        var asText =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Int16()),
                        Column.of("note", new ColumnType.Bool()));
        try (var destination = file.destination()) {
            assertThat(
                            destination
                                    .plan(
                                            "shop",
                                            List.of(
                                                    target(
                                                            "orders",
                                                            asText,
                                                            INCREMENTAL_APPEND,
                                                            1,
                                                            false)))
                                    .getFirst()
                                    .landed()
                                    .columns())
                    .extracting(column -> column.type())
                    .containsExactly(new ColumnType.Int64(), new ColumnType.Text());
        }
        assertThat(file.query("SELECT id, total, note FROM orders ORDER BY id"))
                .containsExactly("1 10 null", "5000000000 null new");
    }

    @Test
    void aSchemaChangesInTheMiddleOfUncoveredRows() throws InterruptedException {
        for (SyncMode mode :
                List.of(INCREMENTAL_APPEND, FULL_REFRESH_OVERWRITE, INCREMENTAL_DEDUPED_HISTORY)) {
            StreamTarget target = target("t_" + mode.text(), mode, 1, mode.overwrite());
            if (mode.deduplicated()) {
                file.sync(target, "0", row(9, 9));
            }
            var wider =
                    StreamSchema.of(
                            Column.of("id", new ColumnType.Int32()),
                            Column.of("total", new ColumnType.Decimal(21, 1)),
                            Column.of("note", new ColumnType.Text()));
            try (var destination = file.destination();
                    var session = destination.open("shop");
                    var lane = session.open(List.of(target), new TestFile.Heard())) {
                lane.write(file.batch(target.source(), landed(lane), row(1, 1)));
                lane.commit(checkpoint(target.source(), "1", 1), details());
                lane.write(file.batch(target.source(), landed(lane), row(2, 2)));
                LandingPlan plan = lane.evolve(target.withSchema(wider));
                assertThat(plan.changes()).hasSize(2);
                lane.write(file.batch(target.source(), plan.landed(), row(3, 35, "x")));
                lane.finish(target.source(), checkpoint(target.source(), "3", 2), details());
            }
            assertThat(
                            file.query(
                                    "SELECT id, total::VARCHAR, note FROM t_"
                                            + mode.text()
                                            + " WHERE id < 9 ORDER BY id"))
                    .as(mode.text())
                    .containsExactly("1 1.0 null", "2 2.0 null", "3 3.5 x");
        }
    }

    @Test
    void namesThatDifferInCaseOnlyAreParted() throws InterruptedException {
        var schema =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Int32()),
                        Column.of("ID", new ColumnType.Int32()),
                        Column.of("ID_1", new ColumnType.Int32()),
                        Column.of("_airbyte_meta", new ColumnType.Int32()),
                        Column.of("a \"quoted\" name", new ColumnType.Int32()));
        file.sync(target("orders", schema, INCREMENTAL_APPEND, 1, false), "1", row(1, 2, 3, 4, 5));
        assertThat(
                        file.query(
                                "SELECT id, \"ID_2\", \"ID_1\", \"_airbyte_meta_1\", \"a"
                                        + " \"\"quoted\"\" name\" FROM orders"))
                .containsExactly("1 2 3 4 5");
        try (var destination = file.destination()) {
            List<StreamTarget> targets =
                    List.of(
                            target("Orders", INCREMENTAL_APPEND, 1, false),
                            target("orders", schema, INCREMENTAL_APPEND, 1, false),
                            target("orders_1", INCREMENTAL_APPEND, 1, false));
            assertThat(destination.plan("shop", targets))
                    .extracting(LandingPlan::table)
                    .containsExactly("main.Orders_2", "main.orders", "main.orders_1");
        }
    }

    @Test
    void aTableThatIsSomebodyElsesIsRefusedByName() throws InterruptedException {
        file.execute("CREATE TABLE orders (mine INTEGER); CREATE VIEW items AS SELECT 1 AS x");
        StreamTarget orders = target("orders", INCREMENTAL_APPEND, 1, false);
        StreamTarget items = target("items", INCREMENTAL_APPEND, 1, false);
        assertThatThrownBy(() -> file.sync(orders, "1", row(1, 1)))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("main.orders")
                .hasMessageContaining("prefix");
        assertThatThrownBy(() -> file.sync(items, "1", row(1, 1)))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("view");
        file.execute("DROP TABLE orders");
        file.sync(orders, "1", row(1, 1));
        try (var destination = file.destination()) {
            assertThatThrownBy(() -> destination.plan("other", List.of(orders)))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("\"shop\"");
            var twin =
                    new StreamTarget(
                            StreamName.of("elsewhere", "orders"),
                            orders.target(),
                            orders.schema(),
                            INCREMENTAL_APPEND,
                            List.of(),
                            Optional.empty(),
                            1,
                            false);
            assertThatThrownBy(() -> destination.plan("shop", List.of(orders, twin)))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("public.orders")
                    .hasMessageContaining("elsewhere.orders");
        }
    }

    @Test
    void aResetForgetsTheStateAndKeepsTheOwnership() throws InterruptedException {
        StreamTarget orders = target("orders", INCREMENTAL_APPEND, 4, false);
        file.sync(orders, "1", row(1, 1));
        try (var destination = file.destination();
                var session = destination.open("shop")) {
            session.reset(List.of(orders.source()), false);
            StoredCheckpoint stored = session.checkpoints().getFirst();
            assertThat(stored.state()).isEmpty();
            assertThat(stored.generation()).isEqualTo(4);
        }
        file.sync(target("orders", INCREMENTAL_APPEND, 5, false), "2", row(2, 2));
        assertThat(file.query("SELECT id FROM orders ORDER BY id")).containsExactly("1", "2");
        try (var destination = file.destination();
                var session = destination.open("shop")) {
            session.reset(List.of(orders.source()), true);
            assertThat(session.checkpoints().getFirst().generation()).isEqualTo(5);
        }
        assertThat(file.query("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'orders'"))
                .containsExactly("0");
    }

    @Test
    void aRefreshThatWasGivenUpIsMergedWhenItsStateIsKept() throws InterruptedException {
        file.sync(
                target("orders", INCREMENTAL_DEDUPED_HISTORY, 1, false), "1", row(1, 1), row(2, 2));
        StreamTarget refresh = target("orders", INCREMENTAL_DEDUPED_HISTORY, 2, true);
        try (var destination = file.destination();
                var session = destination.open("shop");
                var lane = session.open(List.of(refresh), new TestFile.Heard())) {
            lane.write(file.batch(refresh.source(), landed(lane), row(1, 5)));
            lane.commit(checkpoint(refresh.source(), "5", 1), details());
            lane.flush();
        }
        file.sync(target("orders", INCREMENTAL_DEDUPED_HISTORY, 2, false), "6", row(3, 6));
        assertThat(file.query("SELECT id, total FROM orders ORDER BY id"))
                .containsExactly("1 5", "2 2", "3 6");
    }

    @Test
    void aRefreshKeepsOneRowPerKey() throws InterruptedException {
        file.sync(
                target("orders", FULL_REFRESH_OVERWRITE_DEDUPED, 1, true),
                "null",
                row(1, 1),
                row(1, 2));
        file.sync(
                target("orders", FULL_REFRESH_OVERWRITE_DEDUPED, 2, true),
                "null",
                row(7, 1),
                row(7, 2),
                row(8, 1));
        assertThat(file.query("SELECT id, total FROM orders ORDER BY id"))
                .containsExactly("7 2", "8 1");
        file.sync(target("orders", FULL_REFRESH_OVERWRITE_DEDUPED, 3, true), "null");
        assertThat(file.query("SELECT count(*) FROM orders")).containsExactly("0");
    }

    @Test
    void aCheckpointOfOneStreamCommitsNothingOfAnother() throws InterruptedException {
        StreamTarget first = target("first", INCREMENTAL_APPEND, 1, false);
        StreamTarget second = target("second", INCREMENTAL_DEDUPED_HISTORY, 1, false);
        try (var destination = file.destination();
                var session = destination.open("shop");
                var lane = session.open(List.of(first, second), new TestFile.Heard())) {
            StreamSchema landed = landed(lane);
            for (int i = 0; i < 3; i++) {
                lane.write(file.batch(first.source(), landed, row(i, i)));
                lane.write(file.batch(second.source(), landed, row(i, i)));
            }
            lane.finish(first.source(), checkpoint(first.source(), "1", 3), details());
        }
        assertThat(file.query("SELECT count(*) FROM first")).containsExactly("3");
        assertThat(file.query("SELECT count(*) FROM second")).containsExactly("0");
    }

    @Test
    void deduplicationAgreesWithAModel() throws InterruptedException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var schema =
                StreamSchema.of(
                        Column.of("k1", new ColumnType.Int32()),
                        Column.of("version", new ColumnType.Int64()),
                        Column.of("k2", new ColumnType.Text()),
                        Column.of("payload", new ColumnType.Int64()));
        var target =
                new StreamTarget(
                        StreamName.of("m"),
                        StreamName.of("m"),
                        schema,
                        INCREMENTAL_DEDUPED_HISTORY,
                        List.of("k1", "k2"),
                        Optional.of("version"),
                        1,
                        false);
        Map<String, Object[]> model = new HashMap<>();
        int payload = 0;
        for (int run = 0; run < 4; run++) {
            try (var destination = file.destination();
                    var session = destination.open("shop");
                    var lane = session.open(List.of(target), new TestFile.Heard())) {
                for (int batch = 0; batch < 4; batch++) {
                    var rows = new ArrayList<Object[]>();
                    for (int i = random.nextInt(30); i >= 0; i--) {
                        Object[] row = {
                            random.nextInt(5) == 0 ? null : random.nextInt(6),
                            random.nextInt(6) == 0 ? null : random.nextInt(10),
                            random.nextInt(4) == 0 ? null : "k" + random.nextInt(3),
                            payload++
                        };
                        rows.add(row);
                        model.merge(
                                row[0] + " " + row[2],
                                row,
                                (old, fresh) -> version(fresh) >= version(old) ? fresh : old);
                    }
                    lane.write(
                            file.batch(
                                    target.source(), landed(lane), rows.toArray(Object[][]::new)));
                    lane.commit(checkpoint(target.source(), "1", rows.size()), details());
                    if (random.nextBoolean()) {
                        lane.flush();
                    }
                }
                lane.finish(target.source(), checkpoint(target.source(), "2", 0), details());
            }
        }
        List<String> expected =
                model.values().stream()
                        .map(row -> "%s %s %s %s".formatted(row[0], row[1], row[2], row[3]))
                        .sorted()
                        .toList();
        assertThat(file.query("SELECT k1, version, k2, payload FROM m").stream().sorted())
                .as("seed %d", seed)
                .containsExactlyElementsOf(expected);
    }

    private static long version(Object[] row) {
        return row[1] == null ? Long.MIN_VALUE : ((Number) row[1]).longValue();
    }

    @Test
    void deletionsThatWereCapturedRemoveTheirRows() throws InterruptedException {
        var schema =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Int32()),
                        Column.of("version", new ColumnType.Int64()),
                        Column.of("_ab_cdc_deleted_at", new ColumnType.Text()));
        StreamTarget target = target("t", schema, INCREMENTAL_DEDUPED_HISTORY, 1, false);
        file.sync(target, "1", row(1, 1, null), row(2, 1, null), row(2, 2, "now"), row(3, 1, null));
        assertThat(file.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "3");
        file.sync(
                target, "2", row(1, 2, "now"), row(3, 2, "now"), row(3, 3, null), row(9, 1, "now"));
        assertThat(file.query("SELECT id, version FROM t ORDER BY id")).containsExactly("3 3");
    }

    @Test
    void aFileThatIsNoDatabaseIsTheUsersToMend() throws IOException {
        Files.writeString(file.path, "this is a letter, and no database, however long it may be");
        assertThatThrownBy(() -> file.destination().open("shop"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining(file.path.toString());
    }

    @Test
    void aFileThatAnotherProcessHoldsIsWaitedForAndThenNamed()
            throws IOException, InterruptedException {
        file.sync(target("orders", INCREMENTAL_APPEND, 1, false), "1", row(1, 1));
        Process holder =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CrashWriter.class.getName(),
                                file.path.toString(),
                                "INCREMENTAL_APPEND",
                                Long.toString(Long.MAX_VALUE))
                        .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("writing");
            assertThatThrownBy(() -> file.destination().open("shop"))
                    .isInstanceOf(TransientFailure.class)
                    .hasMessageContaining(Long.toString(holder.pid()));
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void checksLeaveNothingBehind() throws InterruptedException {
        try (var destination = file.destination()) {
            destination.check();
        }
        assertThat(directory).isEmptyDirectory();
        try (var destination = new TestFile(directory.resolve("a/b/shop.duckdb")).destination()) {
            destination.check();
        }
        assertThat(directory).isEmptyDirectory();
        var unwritable = new TestFile(Path.of("/proc/shop.duckdb"));
        assertThatThrownBy(() -> unwritable.destination().check())
                .isInstanceOfAny(ConfigurationFailure.class, TransientFailure.class);
    }

    @Test
    void checkpointsOfANewerFormatAreRefused() throws InterruptedException {
        file.sync(target("orders", INCREMENTAL_APPEND, 1, false), "1", row(1, 1));
        file.execute("UPDATE _millrace_checkpoints SET format_version = 99");
        assertThatThrownBy(() -> file.destination().open("shop"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("newer version");
    }

    @Test
    void metadataColumnsCanBeLeftOutAndSchemasAreMade() throws InterruptedException {
        var plain = new TestFile(file.path, "Landing Zone", false);
        plain.sync(
                target("orders", INCREMENTAL_DEDUPED_HISTORY, 1, false), "1", row(1, 1), row(1, 2));
        assertThat(plain.query("SELECT * FROM \"Landing Zone\".orders")).containsExactly("1 2");
        plain.sync(
                target("orders", INCREMENTAL_DEDUPED_HISTORY, 1, false), "1", row(1, 1), row(2, 2));
        assertThat(plain.query("SELECT * FROM \"Landing Zone\".orders ORDER BY id"))
                .containsExactly("1 2", "2 2");
    }

    @Test
    void motherDuckIsRefusedAndReceiptsAreKept() throws InterruptedException {
        var context = new ConnectorContext(Clock.systemUTC(), directory, TestFile.CACHE);
        var options =
                new DuckDbOptions(
                        "md:shop", "main", Optional.empty(), DuckDbOptions.MetadataColumns.AIRBYTE);
        assertThatThrownBy(() -> new DuckDbDestinationDefinition().create(options, context))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("MotherDuck");
        try (var destination = file.destination();
                var session = destination.open("shop")) {
            assertThat(session.loadReceipt()).isEmpty();
            session.saveReceipt(details());
            assertThat(session.loadReceipt()).contains(details());
        }
    }
}
