package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.destination.Rows.row;
import static io.millrace.connector.postgres.destination.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class PostgresDestinationTest {
    @AutoClose private final TestDatabase database = TestPostgres.shared().createDatabase();

    @AutoClose private final Harness harness = new Harness(database);

    private static final StreamSchema ITEMS =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("name", new ColumnType.Text()));

    @Test
    void aCheckWritesAndLeavesNothing() throws Exception {
        harness.destination.check();
        assertThat(database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
                .containsExactly("0");
    }

    @Test
    void eachModeLandsItsRows() throws Exception {
        for (SyncMode mode : SyncMode.values()) {
            String name = mode.text();
            StreamTarget first = Harness.target(name, mode, ITEMS, 1);
            long written = harness.run(first, rows(row(1L, "a"), row(2L, null)));
            assertThat(harness.readBack(first)).as(name).isEqualTo(written);
            assertThat(
                            database.query(
                                    "SELECT id, name, _airbyte_meta, _airbyte_generation_id,"
                                            + " _airbyte_extracted_at FROM "
                                            + name
                                            + " ORDER BY id"))
                    .as(name)
                    .containsExactly(
                            "1|a|{\"changes\": []}|1|2023-11-14 22:13:20+00",
                            "2|NULL|{\"changes\": []}|1|2023-11-14 22:13:20+00");

            StreamTarget second = Harness.target(name, mode, ITEMS, mode.incremental() ? 1 : 2);
            harness.run(second, rows(row(2L, "b"), row(3L, "c")));
            List<String> expected =
                    switch (mode) {
                        case FULL_REFRESH_OVERWRITE, FULL_REFRESH_OVERWRITE_DEDUPED ->
                                List.of("2|b", "3|c");
                        case FULL_REFRESH_APPEND, INCREMENTAL_APPEND ->
                                List.of("1|a", "2|NULL", "2|b", "3|c");
                        case INCREMENTAL_DEDUPED_HISTORY -> List.of("1|a", "2|b", "3|c");
                    };
            assertThat(
                            database.query(
                                    "SELECT id, name FROM "
                                            + name
                                            + " ORDER BY id, name NULLS FIRST"))
                    .as(name)
                    .isEqualTo(expected);
        }
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            assertThat(session.checkpoints())
                    .hasSize(5)
                    .allMatch(checkpoint -> checkpoint.generationComplete())
                    .allMatch(checkpoint -> checkpoint.state().isPresent());
        }
        assertThat(
                        database.query(
                                "SELECT count(*) FROM pg_tables WHERE tablename LIKE"
                                        + " '\\_millrace\\_generation%'"))
                .containsExactly("0");
    }
}
