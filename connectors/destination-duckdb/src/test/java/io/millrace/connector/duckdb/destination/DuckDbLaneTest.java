package io.millrace.connector.duckdb.destination;

import static io.millrace.connector.duckdb.destination.TestFile.checkpoint;
import static io.millrace.connector.duckdb.destination.TestFile.details;
import static io.millrace.connector.duckdb.destination.TestFile.landed;
import static io.millrace.connector.duckdb.destination.TestFile.row;
import static io.millrace.connector.duckdb.destination.TestFile.target;
import static io.millrace.protocol.connector.SyncMode.FULL_REFRESH_OVERWRITE;
import static io.millrace.protocol.connector.SyncMode.INCREMENTAL_APPEND;
import static io.millrace.protocol.connector.SyncMode.INCREMENTAL_DEDUPED_HISTORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuckDbLaneTest {
    @TempDir Path directory;

    private TestFile file;

    @BeforeEach
    void name() {
        file = new TestFile(directory.resolve("new").resolve("shop.duckdb"));
    }

    @Test
    void rowsLandWithTheirCheckpointAndTheMetadataColumns() throws InterruptedException {
        file.sync(
                target("orders", INCREMENTAL_APPEND, 1, false),
                "{\"cursor\":9}",
                row(1, 10),
                row(2, null));

        assertThat(
                        file.query(
                                "SELECT id, total, epoch_us(_airbyte_extracted_at),"
                                        + " _airbyte_meta->>'changes', _airbyte_generation_id FROM"
                                        + " orders"))
                .containsExactly("1 10 1000000 [] 1", "2 null 1000000 [] 1");
        assertThat(file.query("SELECT count(DISTINCT _airbyte_raw_id) FROM orders"))
                .containsExactly("2");
        StoredCheckpoint stored = file.checkpoints().getFirst();
        assertThat(stored.state().orElseThrow()).hasToString("{\"cursor\":9}");
        assertThat(stored.generationComplete()).isTrue();
        assertThat(stored.recordsCommitted()).isEqualTo(2);
        assertThat(stored.details()).isEqualTo(details());
        assertThat(file.memory.used()).isZero();
    }

    @Test
    void flushCommitsCheckpointsAndNoRowAfterThem() throws InterruptedException {
        StreamTarget target = target("orders", INCREMENTAL_APPEND, 1, false);
        var heard = new TestFile.Heard();
        try (var destination = file.destination();
                var session = destination.open("shop");
                var lane = session.open(List.of(target), heard)) {
            lane.write(file.batch(target.source(), landed(lane), row(1, 1)));
            lane.commit(checkpoint(target.source(), "1", 1), details());
            lane.write(file.batch(target.source(), landed(lane), row(2, 2)));
            lane.commit(checkpoint(target.source(), "2", 1), details());
            lane.write(file.batch(target.source(), landed(lane), row(3, 3)));
            assertThat(heard.durable).isEmpty();
            lane.flush();
            assertThat(heard.durable).containsExactly("1", "2");
            lane.flush();
            assertThat(heard.durable).containsExactly("1", "2");
        }
        assertThat(file.query("SELECT id FROM orders ORDER BY id")).containsExactly("1", "2");
        assertThat(file.checkpoints().getFirst().generationComplete()).isFalse();
        assertThat(file.memory.used()).isZero();
    }

    @Test
    void aRefreshIsSeenWhenItIsCompleteAndNotBefore() throws InterruptedException {
        file.sync(target("orders", FULL_REFRESH_OVERWRITE, 1, true), "null", row(1, 1), row(2, 2));
        file.execute(
                "CREATE VIEW big AS SELECT id FROM orders WHERE total > 1;COMMENT ON TABLE orders"
                        + " IS 'all orders'; COMMENT ON COLUMN orders.total IS 'cents'");
        StreamTarget second = target("orders", FULL_REFRESH_OVERWRITE, 2, true);
        try (var destination = file.destination();
                var session = destination.open("shop");
                var lane = session.open(List.of(second), new TestFile.Heard())) {
            lane.write(file.batch(second.source(), landed(lane), row(7, 7)));
            lane.commit(checkpoint(second.source(), "\"half\"", 1), details());
            lane.flush();
            lane.write(file.batch(second.source(), landed(lane), row(8, 8)));
        }
        assertThat(file.query("SELECT id FROM orders ORDER BY id")).containsExactly("1", "2");

        file.sync(second, "\"all\"", row(9, 9));

        assertThat(file.query("SELECT id FROM orders ORDER BY id")).containsExactly("7", "9");
        assertThat(file.query("SELECT id FROM big ORDER BY id")).containsExactly("7", "9");
        assertThat(file.query("SELECT comment FROM duckdb_tables() WHERE table_name = 'orders'"))
                .containsExactly("all orders");
        assertThat(
                        file.query(
                                "SELECT comment FROM duckdb_columns() WHERE column_name = 'total'"
                                        + " AND comment IS NOT NULL"))
                .containsExactly("cents");
        assertThat(
                        file.query(
                                "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE"
                                        + " '\\_millrace\\_gen%' ESCAPE '\\'"))
                .isEmpty();
    }

    @Test
    void theNewestVersionOfEachKeyLands() throws InterruptedException {
        StreamTarget target = target("orders", INCREMENTAL_DEDUPED_HISTORY, 1, false);
        file.sync(target, "1", row(1, 10), row(2, 20), row(1, 11), row(3, null));
        assertThat(file.query("SELECT id, total FROM orders ORDER BY id"))
                .containsExactly("1 11", "2 20", "3 null");

        file.sync(target, "2", row(2, 19), row(3, 1), row(null, 1), row(1, 11), row(null, 2));
        assertThat(file.query("SELECT id, total FROM orders ORDER BY id"))
                .containsExactly("1 11", "2 20", "3 1", "null 2");
    }
}
