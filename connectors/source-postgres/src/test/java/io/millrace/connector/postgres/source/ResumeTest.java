package io.millrace.connector.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.SyncMode;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Runs are broken off at random checkpoints, and the table is changed at random in between. */
class ResumeTest {
    @AutoClose private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();

    private static final long SEED = 20261121;
    private static final int ROUNDS = 12;

    private final Random random = new Random(SEED);
    private final Reading reading = Reading.of(DATABASE).withChunkBytes(24 << 10);

    @ParameterizedTest
    @ValueSource(strings = {"plain", "partitioned", "keyless"})
    void aFullRefreshEqualsTheTableWhateverHappenedBetweenItsRuns(String kind) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            createTable(kind);
            List<String> landed = new ArrayList<>();
            Optional<JsonNode> state = Optional.empty();
            boolean complete = false;
            for (int attempt = 0; !complete; attempt++) {
                int crashAt = attempt > 6 ? -1 : 1 + random.nextInt(12);
                var read =
                        reading.read(
                                reading.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", state),
                                checkpoint -> checkpoint == crashAt);
                if (read.restarted != null) {
                    landed.clear();
                    state = Optional.empty();
                }
                landed.addAll(read.committed);
                state = read.state().or(() -> Optional.empty());
                complete = read.completed;
                if (!complete && random.nextInt(3) > 0) {
                    change(false);
                }
            }
            assertThat(landed)
                    .as("round %d of seed %d, %s", round, SEED, kind)
                    .containsExactlyInAnyOrderElementsOf(
                            DATABASE.query("SELECT id, version, note FROM t"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INCREMENTAL_APPEND", "INCREMENTAL_DEDUPED_HISTORY"})
    void anIncrementalSyncGivesEachVersionOnceWhateverHappenedBetweenItsRuns(SyncMode mode)
            throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            boolean xmin = random.nextBoolean();
            Reading way = xmin ? reading.withXmin() : reading;
            createTable(random.nextBoolean() ? "plain" : "partitioned");
            List<String> landed = new ArrayList<>();
            Optional<JsonNode> state = Optional.empty();
            for (int run = 0; run < 10; run++) {
                int crashAt = run == 9 || random.nextInt(3) == 0 ? -1 : 1 + random.nextInt(12);
                var read =
                        way.read(
                                way.request("t", mode, xmin ? "" : "version", state),
                                checkpoint -> checkpoint == crashAt);
                if (read.restarted != null) {
                    landed.clear();
                    state = Optional.empty();
                }
                landed.addAll(read.committed);
                state = read.state().or(state.isPresent() ? carry(state) : Optional::empty);
                if (run < 9) {
                    change(true);
                } else {
                    assertThat(read.failure).isNull();
                }
            }
            assertThat(landed)
                    .as("round %d of seed %d, %s", round, SEED, xmin ? "xmin" : "cursor")
                    .doesNotHaveDuplicates()
                    .containsAll(DATABASE.query("SELECT id, version, note FROM t"));
        }
    }

    /** Where a run gave no state, the one before it stands. */
    private static java.util.function.Supplier<Optional<JsonNode>> carry(Optional<JsonNode> state) {
        return () -> state;
    }

    private void createTable(String kind) throws Exception {
        DATABASE.execute(
                "DROP TABLE IF EXISTS t; DROP SEQUENCE IF EXISTS versions",
                "CREATE SEQUENCE versions");
        switch (kind) {
            case "plain" ->
                    DATABASE.execute(
                            "CREATE TABLE t (id int PRIMARY KEY, version bigint, note text)"
                                    + " WITH (fillfactor = 70)");
            case "keyless" ->
                    DATABASE.execute("CREATE TABLE t (id int, version bigint, note text)");
            default ->
                    DATABASE.execute(
                            "CREATE TABLE t (id int PRIMARY KEY, version bigint, note text)"
                                    + " PARTITION BY RANGE (id)",
                            "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (1000)",
                            "CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (1000) TO (2500)"
                                    + " PARTITION BY RANGE (id)",
                            "CREATE TABLE t_2_1 PARTITION OF t_2 FOR VALUES FROM (1000) TO (2000)",
                            "CREATE TABLE t_2_2 PARTITION OF t_2 DEFAULT",
                            "CREATE TABLE t_3 PARTITION OF t DEFAULT");
        }
        DATABASE.execute(
                "INSERT INTO t SELECT i, nextval('versions'), repeat('x', 100 + i % 100)"
                        + " FROM generate_series(1, 3000) i");
    }

    private void change(boolean incremental) throws Exception {
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            int from = random.nextInt(3000);
            int to = from + random.nextInt(300);
            String sql =
                    switch (random.nextInt(9)) {
                        case 0, 1 ->
                                "UPDATE t SET version = nextval('versions'), note = repeat('y', %d)"
                                                .formatted(random.nextInt(400))
                                        + " WHERE id BETWEEN %d AND %d".formatted(from, to);
                        case 2 -> "DELETE FROM t WHERE id BETWEEN %d AND %d".formatted(from, to);
                        case 3 ->
                                ("INSERT INTO t SELECT (SELECT max(id) FROM t) + i,"
                                                + " nextval('versions'), 'new' FROM"
                                                + " generate_series(1, %d) i")
                                        .formatted(1 + random.nextInt(200));
                        case 4 -> "VACUUM t";
                        case 5 -> random.nextInt(4) == 0 ? "VACUUM FULL t" : "SELECT 1";
                        // Moves a row to another partition, or page.
                        case 6 ->
                                ("UPDATE t SET id = 100000 + nextval('versions'), version ="
                                     + " nextval('versions') WHERE id = (SELECT id FROM t WHERE id"
                                     + " < 100000 ORDER BY random() LIMIT 1)");
                        case 7 ->
                                ("BEGIN; SAVEPOINT a; UPDATE t SET version = nextval('versions')"
                                                + " WHERE id BETWEEN %d AND %d; RELEASE a; COMMIT")
                                        .formatted(from, from + 10);
                        default ->
                                incremental
                                        ? "BEGIN; DELETE FROM t; ROLLBACK"
                                        : "UPDATE t SET note = 'z' WHERE id = " + from;
                    };
            DATABASE.execute(sql);
        }
    }
}
