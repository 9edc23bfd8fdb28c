package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.destination.Rows.row;
import static io.millrace.connector.postgres.destination.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DeduplicationTest {
    @AutoClose private final TestDatabase database = TestPostgres.shared().createDatabase();

    @AutoClose private final Harness harness = new Harness(database);

    private static final StreamSchema ORDERS =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int32()),
                    Column.of("region", new ColumnType.Text()),
                    Column.of("cursor", new ColumnType.Int32()),
                    Column.of("_ab_cdc_deleted_at", new ColumnType.Text()),
                    Column.of("value", new ColumnType.Int32()));

    /** A version of a row, and when it was extracted. */
    private record Version(Integer cursor, long extractedAt, boolean deleted, int value) {
        boolean newerOrSame(Version other) {
            if (cursor != null && (other.cursor == null || cursor > other.cursor)) {
                return true;
            }
            return (cursor == null ? other.cursor == null : cursor.equals(other.cursor))
                    && extractedAt >= other.extractedAt;
        }
    }

    /**
     * Random batches, transactions, runs and aborts against a model. Within a merge the newest
     * version wins, and then meets what is in the table; so the model merges by transaction too.
     */
    @Test
    void landsWhatAModelSays() throws Exception {
        for (int trial = 0; trial < 12; trial++) {
            long seed = System.nanoTime();
            var random = new Random(seed);
            String name = "orders_" + trial;
            boolean deletions = trial % 2 == 1;
            StreamTarget target =
                    Harness.withCursor(
                            Harness.withKey(
                                    Harness.target(
                                            name, SyncMode.INCREMENTAL_DEDUPED_HISTORY, ORDERS, 1),
                                    "id",
                                    "region"),
                            "cursor");
            Map<List<Object>, Version> model = new HashMap<>();
            int value = 0;
            for (int run = 0; run < 3; run++) {
                try (DestinationSession session = harness.destination.open(Harness.PIPELINE);
                        DestinationLane lane =
                                session.open(List.of(target), new Harness.Listener())) {
                    int transactions = 1 + random.nextInt(3);
                    for (int transaction = 0; transaction < transactions; transaction++) {
                        Map<List<Object>, Version> staged = new HashMap<>();
                        int batches = 1 + random.nextInt(3);
                        for (int batch = 0; batch < batches; batch++) {
                            long extractedAt = random.nextInt(4);
                            List<Object[]> rows = new ArrayList<>();
                            int count = random.nextInt(8);
                            for (int i = 0; i < count; i++) {
                                Integer id = random.nextInt(6) == 0 ? null : random.nextInt(12);
                                String region =
                                        random.nextInt(6) == 0 ? null : "r" + random.nextInt(2);
                                Integer cursor = random.nextInt(5) == 0 ? null : random.nextInt(5);
                                boolean deleted = deletions && random.nextInt(6) == 0;
                                rows.add(row(id, region, cursor, deleted ? "x" : null, ++value));
                                staged.merge(
                                        Arrays.asList(id, region),
                                        new Version(cursor, extractedAt, deleted, value),
                                        (old, now) -> now.newerOrSame(old) ? now : old);
                            }
                            lane.write(Harness.landed(lane, target, extractedAt, rows));
                        }
                        boolean last = transaction == transactions - 1;
                        if (last && random.nextInt(3) == 0) {
                            continue; // given up: what no checkpoint covers is dropped
                        }
                        staged.forEach((key, version) -> {
                            Version old = model.get(key);
                            if (old == null || version.newerOrSame(old)) {
                                if (version.deleted()) {
                                    model.remove(key);
                                } else {
                                    model.put(key, version);
                                }
                            }
                        });
                        if (last) {
                            lane.finish(
                                    target.source(),
                                    Harness.checkpoint(target, value),
                                    Harness.details());
                        } else {
                            lane.commit(Harness.checkpoint(target, value), Harness.details());
                            lane.flush();
                        }
                    }
                }
            }
            List<String> expected = new ArrayList<>();
            model.forEach((key, version) ->
                    expected.add(
                            "%s|%s|%s|%d"
                                    .formatted(
                                            text(key.get(0)),
                                            text(key.get(1)),
                                            text(version.cursor()),
                                            version.value())));
            List<String> landed =
                    database.query(
                                            "SELECT count(*) FROM pg_class WHERE relname = '%s'"
                                                    .formatted(name))
                                    .getFirst()
                                    .equals("0")
                            ? List.of()
                            : database.query("SELECT id, region, cursor, value FROM " + name);
            assertThat(landed)
                    .as("seed %d, deletions %b", seed, deletions)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static String text(Object value) {
        return value == null ? "NULL" : value.toString();
    }

    @Test
    void keysOfEveryKindWork() throws Exception {
        record Key(ColumnType type, String source, Object one, Object same, Object other) {}
        ColumnType text = new ColumnType.Text();
        List<Key> keys =
                List.of(
                        new Key(new ColumnType.BigDecimalText(), "numeric", "1.0", "1.00", "2"),
                        new Key(new ColumnType.Float64(), "", 0.0, -0.0, 1.0),
                        new Key(text, "inet", "10.0.0.1", "10.0.0.1", "10.0.0.2"),
                        new Key(text, "interval", "1 day", "24:00:00", "2 days"),
                        new Key(text, "point", "(1,2)", "(1,2)", "(1,3)"),
                        new Key(text, "character(3)", "a  ", "a", "b  "),
                        new Key(new ColumnType.Json(), "json", "{\"a\":1}", "{\"a\": 1}", "[]"),
                        new Key(new ColumnType.Jsonb(), "jsonb", "{\"a\":1}", "{\"a\": 1.0}", "[]"),
                        new Key(
                                new ColumnType.ListOf(new ColumnType.Int32()),
                                "integer[]",
                                List.of(1),
                                List.of(1),
                                List.of(2)));
        int number = 0;
        for (Key key : keys) {
            String table = "key_" + ++number;
            StreamTarget target =
                    Harness.target(
                            table,
                            SyncMode.INCREMENTAL_DEDUPED_HISTORY,
                            StreamSchema.of(
                                    key.source().isEmpty()
                                            ? Column.of("id", key.type())
                                            : Column.of("id", key.type(), key.source()),
                                    Column.of("value", new ColumnType.Int32())),
                            1);
            harness.run(target, rows(row(key.one(), 1), row(key.other(), 2)));
            harness.run(target, rows(row(key.same(), 3)));
            assertThat(database.query("SELECT value FROM " + table + " ORDER BY value"))
                    .as(key.toString())
                    .containsExactly("2", "3");
        }
    }

    @Test
    void anIndexServesTheMergeAndAColumnOfTheUsersStays() throws Exception {
        StreamSchema schema =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Int32()),
                        Column.of("value", new ColumnType.Int32()));
        StreamTarget target =
                Harness.target("kept", SyncMode.INCREMENTAL_DEDUPED_HISTORY, schema, 1);
        harness.run(target, rows(row(1, 1), row(2, 2)));
        assertThat(
                        database.query(
                                "SELECT count(*) FROM pg_index WHERE indrelid = 'kept'::regclass"))
                .containsExactly("1");
        database.execute(
                "ALTER TABLE kept ADD COLUMN note text DEFAULT 'new'",
                "UPDATE kept SET note = 'mine'");
        harness.run(target, rows(row(2, 20), row(3, 30)));
        assertThat(database.query("SELECT id, value, note FROM kept ORDER BY id"))
                .containsExactly("1|1|mine", "2|20|mine", "3|30|new");
        assertThat(
                        database.query(
                                "SELECT count(*) FROM pg_index WHERE indrelid = 'kept'::regclass"))
                .containsExactly("1");
    }
}
