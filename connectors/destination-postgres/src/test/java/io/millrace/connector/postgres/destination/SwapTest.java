package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.destination.Rows.row;
import static io.millrace.connector.postgres.destination.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SwapTest {
    @AutoClose private final TestDatabase database = TestPostgres.shared().createDatabase();

    @AutoClose private final Harness harness = new Harness(database);

    private static final StreamSchema ITEMS =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("name", new ColumnType.Text()));

    private static StreamTarget items(long generation) {
        return Harness.target("items", SyncMode.FULL_REFRESH_OVERWRITE, ITEMS, generation);
    }

    private long oid() throws SQLException {
        return Long.parseLong(database.query("SELECT 'items'::regclass::oid").getFirst());
    }

    private static String role(TestDatabase database, String name) throws SQLException {
        String role = name + "_" + database.name();
        database.execute("CREATE ROLE " + role);
        return role;
    }

    @Test
    void aTableThatNothingHangsOnIsExchangedAndKeepsItsBelongings() throws Exception {
        harness.run(items(1), rows(row(1L, "a")));
        String reader = role(database, "reader");
        String owner = role(database, "owner");
        database.execute(
                "GRANT SELECT ON items TO " + reader + " WITH GRANT OPTION",
                "GRANT INSERT ON items TO PUBLIC",
                "COMMENT ON TABLE items IS 'what''s sold'",
                "COMMENT ON COLUMN items.name IS 'for people'",
                "CREATE UNIQUE INDEX \"by USING name\" ON items (lower(name) DESC) WHERE id > 0",
                "COMMENT ON INDEX \"by USING name\" IS 'an index'",
                "ALTER TABLE items ADD CONSTRAINT items_key PRIMARY KEY (id)",
                "ALTER TABLE items ADD CONSTRAINT positive CHECK (id > 0)",
                "ALTER TABLE items ADD COLUMN note text DEFAULT 'none'",
                "ALTER TABLE items OWNER TO " + owner);
        long before = oid();
        for (long generation = 2; generation <= 3; generation++) {
            harness.run(items(generation), rows(row(2L, "b" + generation)));
            assertThat(database.query("SELECT id, name, note FROM items"))
                    .containsExactly("2|b" + generation + "|none");
        }
        assertThat(oid()).isNotEqualTo(before);
        assertThat(
                        database.query(
                                "SELECT has_table_privilege('%s', 'items', 'SELECT WITH GRANT OPTION'), has_table_privilege('public', 'items', 'INSERT'), has_table_privilege('%s', 'items', 'UPDATE')"
                                        .formatted(reader, reader)))
                .containsExactly("t|t|f");
        assertThat(
                        database.query(
                                "SELECT obj_description('items'::regclass),"
                                    + " col_description('items'::regclass, attnum),"
                                    + " obj_description('\"by USING name\"'::regclass) FROM"
                                    + " pg_attribute WHERE attrelid = 'items'::regclass AND attname"
                                    + " = 'name'"))
                .containsExactly("what's sold|for people|an index");
        assertThat(
                        database.query(
                                "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid ="
                                        + " 'items'::regclass ORDER BY 1"))
                .containsExactly(
                        "CREATE UNIQUE INDEX \"by USING name\" ON public.items USING btree"
                                + " (lower(name) DESC) WHERE (id > 0)",
                        "CREATE UNIQUE INDEX items_key ON public.items USING btree (id)");
        assertThat(
                        database.query(
                                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE"
                                        + " conrelid = 'items'::regclass ORDER BY 1"))
                .containsExactly("items_key|PRIMARY KEY (id)", "positive|CHECK ((id > 0))");
        assertThat(database.query("SELECT tableowner FROM pg_tables WHERE tablename = 'items'"))
                .containsExactly(owner);
    }

    @Test
    void aTableThatOthersHangOnStaysItself() throws Exception {
        harness.run(items(1), rows(row(1L, "a"), row(2L, "b")));
        String reader = role(database, "reader");
        database.execute(
                "ALTER TABLE items ADD CONSTRAINT items_key PRIMARY KEY (id)",
                "CREATE TABLE line (item int8 CONSTRAINT of_item REFERENCES items ON DELETE"
                        + " CASCADE)",
                "INSERT INTO line VALUES (2)",
                "CREATE VIEW names AS SELECT name FROM items",
                "CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM items",
                "CREATE PUBLICATION shop FOR TABLE items",
                "CREATE POLICY mine ON items USING (id > 1)",
                "ALTER TABLE items ENABLE ROW LEVEL SECURITY",
                "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW;"
                        + " END'",
                "CREATE TRIGGER touch AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION"
                        + " touched()",
                "GRANT SELECT (name) ON items TO " + reader);
        long before = oid();
        harness.run(items(2), rows(row(2L, "c"), row(3L, "d")));
        assertThat(oid()).isEqualTo(before);
        assertThat(database.query("SELECT name FROM names ORDER BY 1")).containsExactly("c", "d");
        assertThat(database.query("SELECT item FROM line")).containsExactly("2");
        assertThat(
                        database.query(
                                "SELECT (SELECT count(*) FROM pg_publication_tables), (SELECT"
                                    + " count(*) FROM pg_policy), (SELECT count(*) FROM pg_trigger"
                                    + " WHERE NOT tgisinternal), (SELECT pg_get_constraintdef(oid)"
                                    + " FROM pg_constraint WHERE conname = 'of_item')"))
                .containsExactly("1|1|1|FOREIGN KEY (item) REFERENCES items(id) ON DELETE CASCADE");
        assertThat(
                        database.query(
                                "SELECT has_column_privilege('%s', 'items', 'name', 'SELECT')"
                                        .formatted(reader)))
                .containsExactly("t");

        // A refresh without the row that a foreign key needs: refused by name, nothing changed.
        assertThatThrownBy(() -> harness.run(items(3), rows(row(9L, "x"))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("of_item");
        assertThat(database.query("SELECT name FROM names ORDER BY 1")).containsExactly("c", "d");
    }

    @Test
    void aTypeThatAViewHoldsFastIsRefusedByTheViewsName() throws Exception {
        harness.run(items(1), rows(row(1L, "a")));
        database.execute("CREATE VIEW ids AS SELECT id + 1 AS next FROM items");
        StreamSchema wider =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Text()),
                        Column.of("name", new ColumnType.Text()),
                        Column.of("added", new ColumnType.Int32()));
        StreamTarget refresh = Harness.target("items", SyncMode.FULL_REFRESH_OVERWRITE, wider, 2);
        StreamTarget append = refresh.withGeneration(1, false);
        for (StreamTarget target : List.of(refresh, append)) {
            assertThatThrownBy(() -> harness.run(target, rows(row("x", "y", 1))))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("ids")
                    .hasMessageContaining("drop_cascade");
        }
        try (var dropping =
                new Harness(
                        Harness.options(
                                database,
                                "public",
                                true,
                                PostgresDestinationOptions.MetadataColumns.AIRBYTE))) {
            dropping.run(refresh, rows(row("x", "y", 1)));
        }
        assertThat(database.query("SELECT id, name, added FROM items")).containsExactly("x|y|1");
    }

    @Test
    void readersSeeTheOldRowsOrTheNewOnes() throws Exception {
        harness.run(items(1), rows(row(1L, "old")));
        database.execute("CREATE VIEW names AS SELECT name FROM items");
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE);
                DestinationLane lane = session.open(List.of(items(2)), new Harness.Listener())) {
            lane.write(Harness.landed(lane, items(2), 0, rows(row(1L, "new"), row(2L, "new"))));
            lane.commit(Harness.checkpoint(items(2), 1), Harness.details());
            lane.flush();
            assertThat(database.query("SELECT name FROM names")).containsExactly("old");
            lane.finish(items(2).source(), Harness.checkpoint(items(2), 2), Harness.details());
            assertThat(database.query("SELECT name FROM names")).containsExactly("new", "new");
        }
    }

    @Test
    void aRefreshWaitsForAReaderAndLetsOthersRead() throws Exception {
        harness.run(items(1), rows(row(1L, "old")));
        try (Connection reader = database.connect();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT * FROM items");
            CompletableFuture<Void> refresh =
                    CompletableFuture.runAsync(() -> {
                        try {
                            harness.run(items(2), rows(row(2L, "new")));
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            Thread.sleep(3000); // longer than one attempt at the lock
            assertThat(refresh).isNotDone();
            assertThat(database.query("SELECT name FROM items")).containsExactly("old");
            reader.commit();
            refresh.get(20, TimeUnit.SECONDS);
        }
        assertThat(database.query("SELECT name FROM items")).containsExactly("new");
    }

    @Test
    void aKilledRefreshGoesOnAndAStaleOneIsDropped() throws Exception {
        harness.run(items(1), rows(row(1L, "old")));
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE);
                DestinationLane lane = session.open(List.of(items(2)), new Harness.Listener())) {
            lane.write(Harness.landed(lane, items(2), 0, rows(row(2L, "kept"))));
            lane.commit(Harness.checkpoint(items(2), 7), Harness.details());
            lane.write(Harness.landed(lane, items(2), 0, rows(row(3L, "lost"))));
            lane.flush();
        }
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            var stored = session.checkpoints().getFirst();
            assertThat(stored.generation()).isEqualTo(2);
            assertThat(stored.generationComplete()).isFalse();
            assertThat(stored.state().orElseThrow()).hasToString("{\"at\":7}");
            assertThat(stored.recordsCommitted()).isEqualTo(1);
        }
        assertThat(database.query("SELECT name FROM items")).containsExactly("old");
        harness.run(items(2), rows(row(4L, "more")));
        assertThat(database.query("SELECT name FROM items ORDER BY id"))
                .containsExactly("kept", "more");

        try (DestinationSession session = harness.destination.open(Harness.PIPELINE);
                DestinationLane lane = session.open(List.of(items(3)), new Harness.Listener())) {
            lane.write(Harness.landed(lane, items(3), 0, rows(row(5L, "given up"))));
            lane.commit(Harness.checkpoint(items(3), 1), Harness.details());
            lane.flush();
        }
        harness.run(items(4), rows(row(6L, "last")));
        assertThat(database.query("SELECT name FROM items")).containsExactly("last");
        assertThat(
                        database.query(
                                "SELECT count(*) FROM pg_class WHERE relname LIKE"
                                        + " '\\_millrace\\_generation%'"))
                .containsExactly("0");
    }

    @Test
    void aDeduplicatedRefreshKeepsOneRowForEachKey() throws Exception {
        StreamTarget first =
                Harness.target("items", SyncMode.FULL_REFRESH_OVERWRITE_DEDUPED, ITEMS, 1);
        harness.run(first, rows(row(1L, "a"), row(1L, "b"), row(null, "c"), row(null, "d")));
        assertThat(database.query("SELECT id, name FROM items ORDER BY id"))
                .containsExactly("1|b", "NULL|d");
        harness.run(first.withGeneration(2, true), rows(row(2L, "x"), row(2L, "y")));
        assertThat(database.query("SELECT id, name FROM items")).containsExactly("2|y");
    }
}
