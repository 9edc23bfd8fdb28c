package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.destination.Rows.row;
import static io.millrace.connector.postgres.destination.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LaneTest {
    @AutoClose private final TestDatabase database = TestPostgres.shared().createDatabase();

    @AutoClose private final Harness harness = new Harness(database);

    private static final StreamSchema NUMBERS =
            StreamSchema.of(Column.of("id", new ColumnType.Int32()));
    private static final StreamTarget TARGET =
            Harness.target("numbers", SyncMode.INCREMENTAL_APPEND, NUMBERS, 1);

    @Test
    void onlyWhatACheckpointCoversIsEverVisible() throws Exception {
        var listener = new Harness.Listener();
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            try (DestinationLane lane = session.open(List.of(TARGET), listener)) {
                lane.write(Harness.landed(lane, TARGET, 0, rows(row(1))));
                lane.commit(Harness.checkpoint(TARGET, 1), Harness.details());
                lane.write(Harness.landed(lane, TARGET, 0, rows(row(2))));
                lane.commit(Harness.checkpoint(TARGET, 2), Harness.details());
                lane.write(Harness.landed(lane, TARGET, 0, rows(row(3))));
                lane.flush();
                assertThat(listener.durable).endsWith(Harness.state(2));
                assertThat(database.query("SELECT id FROM numbers ORDER BY id"))
                        .containsExactly("1", "2");
                int told = listener.durable.size();
                lane.flush();
                assertThat(listener.durable).hasSize(told);
                // Enough to be sent before the next checkpoint, and still not committed.
                for (int i = 0; i < 3; i++) {
                    lane.write(Harness.landed(lane, TARGET, 0, many(100_000)));
                }
                assertThat(database.query("SELECT count(*) FROM numbers")).containsExactly("2");
                lane.commit(Harness.checkpoint(TARGET, 4), Harness.details());
                lane.write(Harness.landed(lane, TARGET, 0, rows(row(9))));
                lane.flush();
                assertThat(database.query("SELECT count(*) FROM numbers"))
                        .containsExactly("300003");
            }
            assertThat(database.query("SELECT count(*) FROM numbers")).containsExactly("300003");
            StoredCheckpoint stored = session.checkpoints().getFirst();
            assertThat(stored.recordsCommitted()).isEqualTo(300_003);
            assertThat(stored.state().orElseThrow()).hasToString("{\"at\":4}");
            assertThat(stored.mode()).isEqualTo(SyncMode.INCREMENTAL_APPEND);
            assertThat(stored.table()).isEqualTo("public.numbers");
        }
    }

    private static List<Object[]> many(int count) {
        List<Object[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row(i));
        }
        return rows;
    }

    @Test
    void aFailedLaneLeavesTheSessionUsable() throws Exception {
        harness.run(TARGET, rows(row(1)));
        database.execute("ALTER TABLE numbers ADD CHECK (id < 5)");
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            DestinationLane lane = session.open(List.of(TARGET), new Harness.Listener());
            lane.write(Harness.landed(lane, TARGET, 0, rows(row(9))));
            assertThatThrownBy(() ->
                            lane.finish(
                                    TARGET.source(),
                                    Harness.checkpoint(TARGET, 9),
                                    Harness.details()))
                    .isInstanceOf(ConfigurationFailure.class);
            lane.close();
            assertThat(session.checkpoints()).hasSize(1);
            try (DestinationLane next = session.open(List.of(TARGET), new Harness.Listener())) {
                next.write(Harness.landed(next, TARGET, 0, rows(row(2))));
                next.finish(TARGET.source(), Harness.checkpoint(TARGET, 2), Harness.details());
            }
        }
        assertThat(database.query("SELECT id FROM numbers ORDER BY id")).containsExactly("1", "2");
    }

    @Test
    void aLostConnectionIsForTimeToMend() throws Exception {
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE);
                DestinationLane lane = session.open(List.of(TARGET), new Harness.Listener())) {
            lane.write(Harness.landed(lane, TARGET, 0, rows(row(1))));
            database.disconnectClients();
            assertThatThrownBy(() ->
                            lane.finish(
                                    TARGET.source(),
                                    Harness.checkpoint(TARGET, 1),
                                    Harness.details()))
                    .isInstanceOf(TransientFailure.class);
        }
        harness.run(TARGET, rows(row(2)));
        assertThat(database.query("SELECT id FROM numbers")).containsExactly("2");
    }

    @Test
    void lanesWorkSideBySide() throws Exception {
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            List<DestinationLane> lanes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                StreamTarget target =
                        Harness.target("t" + i, SyncMode.FULL_REFRESH_OVERWRITE, NUMBERS, 1);
                DestinationLane lane = session.open(List.of(target), new Harness.Listener());
                lane.write(Harness.landed(lane, target, 0, rows(row(i))));
                lanes.add(lane);
            }
            assertThat(session.checkpoints()).isEmpty();
            for (int i = 0; i < 4; i++) {
                StreamTarget target =
                        Harness.target("t" + i, SyncMode.FULL_REFRESH_OVERWRITE, NUMBERS, 1);
                lanes.get(i)
                        .finish(target.source(), Harness.checkpoint(target, i), Harness.details());
                lanes.get(i).close();
            }
            assertThat(session.checkpoints()).hasSize(4);
        }
    }

    @Test
    void aResetForgetsAndDropsAndGenerationsGoOn() throws Exception {
        harness.run(TARGET, rows(row(1)));
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            session.reset(List.of(TARGET.source()), false);
            StoredCheckpoint stored = session.checkpoints().getFirst();
            assertThat(stored.state()).isEmpty();
            assertThat(stored.generation()).isEqualTo(1);
            assertThat(database.query("SELECT id FROM numbers")).containsExactly("1");
            session.reset(List.of(TARGET.source()), true);
            assertThat(database.query("SELECT to_regclass('numbers')")).containsExactly("NULL");
            assertThat(session.loadReceipt()).isEmpty();
            session.saveReceipt(Harness.state(5));
            session.saveReceipt(Harness.state(6));
            assertThat(session.loadReceipt().orElseThrow()).hasToString("{\"at\":6}");
        }
        harness.run(TARGET.withGeneration(2, true), rows(row(2)));
        assertThat(database.query("SELECT id FROM numbers")).containsExactly("2");
    }

    @Test
    void aNewerLayoutOfTheCheckpointsIsRefused() throws Exception {
        harness.run(TARGET, rows(row(1)));
        database.execute("UPDATE _millrace_checkpoints SET format_version = 2");
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            assertThatThrownBy(session::checkpoints)
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("newer Millrace");
        }
    }

    @Test
    void rightsThatLackAreNamed() throws Exception {
        String role = "writer_" + database.name();
        database.execute(
                "CREATE ROLE " + role + " LOGIN PASSWORD 'writer'",
                "CREATE SCHEMA own AUTHORIZATION " + role);
        try (var denied =
                new Harness(
                        Harness.options(
                                database,
                                role,
                                "writer",
                                "public",
                                false,
                                PostgresDestinationOptions.MetadataColumns.AIRBYTE))) {
            assertThatThrownBy(denied.destination::check)
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("lacks a right");
        }
        try (var wrong =
                new Harness(
                        Harness.options(
                                database,
                                role,
                                "wrong",
                                "own",
                                false,
                                PostgresDestinationOptions.MetadataColumns.AIRBYTE))) {
            assertThatThrownBy(wrong.destination::check)
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("password");
        }
        // A schema that is there needs no right to create one.
        try (var allowed =
                new Harness(
                        Harness.options(
                                database,
                                role,
                                "writer",
                                "own",
                                false,
                                PostgresDestinationOptions.MetadataColumns.NONE))) {
            allowed.destination.check();
            allowed.run(TARGET, rows(row(1)));
            assertThat(database.query("SELECT * FROM own.numbers")).containsExactly("1");
        }
    }

    @Test
    void aStreamWithoutColumnsOrRowsStillMakesItsTable() throws Exception {
        StreamTarget empty = Harness.target("empty", SyncMode.FULL_REFRESH_OVERWRITE, NUMBERS, 1);
        harness.run(empty, rows(row(1)));
        harness.run(empty.withGeneration(2, true), List.of());
        assertThat(database.query("SELECT count(*) FROM empty")).containsExactly("0");
        StreamTarget bare =
                Harness.target(
                        "bare", SyncMode.FULL_REFRESH_OVERWRITE, new StreamSchema(List.of()), 1);
        harness.run(bare, rows(row(), row()));
        assertThat(database.query("SELECT count(DISTINCT _airbyte_raw_id) FROM bare"))
                .containsExactly("2");
    }
}
