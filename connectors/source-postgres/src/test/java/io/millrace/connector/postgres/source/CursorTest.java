package io.millrace.connector.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CursorTest {
    @AutoClose private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();

    private Reading reading = Reading.of(DATABASE);
    private Optional<JsonNode> state = Optional.empty();
    private SyncMode mode = SyncMode.INCREMENTAL_APPEND;
    private String cursor = "at";

    @BeforeEach
    void createTable() throws Exception {
        DATABASE.execute(
                "DROP VIEW IF EXISTS v; DROP TABLE IF EXISTS t",
                "CREATE TABLE t (id int PRIMARY KEY, at bigint)",
                "INSERT INTO t VALUES (1, 9), (2, 20), (3, NULL)");
    }

    private List<String> sync() throws Exception {
        return sync("t");
    }

    private List<String> sync(String table) throws Exception {
        var read = reading.read(reading.request(table, mode, cursor, state));
        assertThat(read.failure).isNull();
        assertThat(read.completed).isTrue();
        assertThat(read.pending).isEmpty();
        state = read.state().or(() -> state);
        return read.committed;
    }

    @Test
    void rowsAtTheLastValueThatCameLaterComeOnce() throws Exception {
        assertThat(sync()).containsExactlyInAnyOrder("1|9", "2|20", "3|NULL");
        assertThat(sync()).isEmpty();
        DATABASE.execute("INSERT INTO t VALUES (4, 20), (5, 21)");
        assertThat(sync()).containsExactlyInAnyOrder("4|20", "5|21");
        DATABASE.execute("INSERT INTO t VALUES (6, 21)");
        assertThat(sync()).containsExactly("6|21");
        assertThat(sync()).isEmpty();
    }

    @Test
    void anEmptySyncGivesTheSameStateAgain() throws Exception {
        sync();
        var read = reading.read(reading.request("t", mode, cursor, state));
        assertThat(read.state()).isEqualTo(state);
        assertThat(read.batches).isZero();
    }

    @Test
    void rowsOfALongTransactionComeThoughTheirCursorIsOld() throws Exception {
        try (Connection other = DATABASE.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (4, 15)");
            statement.execute("SAVEPOINT a");
            statement.execute("INSERT INTO t VALUES (5, 16)");
            statement.execute("RELEASE SAVEPOINT a");
            statement.execute("SAVEPOINT b");
            statement.execute("INSERT INTO t VALUES (6, 20)");
            assertThat(sync()).hasSize(3);
            DATABASE.execute("INSERT INTO t VALUES (7, 30)");
            assertThat(sync()).containsExactly("7|30");
            statement.execute("INSERT INTO t VALUES (8, 17)");
            other.commit();
        }
        assertThat(sync()).containsExactlyInAnyOrder("4|15", "5|16", "6|20", "8|17");
        assertThat(sync()).isEmpty();
        assertThat(sync()).isEmpty();
    }

    @Test
    void rowsOfATransactionThatHadNotWrittenYetCome() throws Exception {
        try (Connection other = DATABASE.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.executeQuery("SELECT now()").close();
            assertThat(sync()).hasSize(3);
            statement.execute("INSERT INTO t VALUES (4, 5)");
            other.commit();
        }
        assertThat(sync()).containsExactly("4|5");
        assertThat(sync()).isEmpty();
    }

    @Test
    void aPreparedTransactionIsNotForgotten() throws Exception {
        try (TestPostgres server =
                        TestPostgres.builder().setting("max_prepared_transactions", "5").start();
                TestDatabase database = server.createDatabase()) {
            reading = Reading.of(database);
            database.execute(
                    "CREATE TABLE t (id int, at bigint)",
                    "INSERT INTO t VALUES (1, 10)",
                    "BEGIN; INSERT INTO t VALUES (2, 5); PREPARE TRANSACTION 'p'");
            assertThat(sync()).containsExactly("1|10");
            database.execute("INSERT INTO t VALUES (3, 11)");
            assertThat(sync()).containsExactly("3|11");
            database.execute("COMMIT PREPARED 'p'");
            assertThat(sync()).containsExactly("2|5");
            assertThat(sync()).isEmpty();
        }
    }

    @Test
    void rowsWithoutACursorComeWithTheFirstSyncAndEachDeduplicatedOne() throws Exception {
        sync();
        DATABASE.execute("INSERT INTO t VALUES (4, NULL)");
        assertThat(sync()).isEmpty();
        mode = SyncMode.INCREMENTAL_DEDUPED_HISTORY;
        assertThat(sync()).containsExactlyInAnyOrder("3|NULL", "4|NULL");
    }

    @Test
    void aTableThatWasEmptyGivesLaterRows() throws Exception {
        DATABASE.execute("TRUNCATE t");
        assertThat(sync()).isEmpty();
        assertThat(state).isPresent();
        assertThat(sync()).isEmpty();
        DATABASE.execute("INSERT INTO t VALUES (1, NULL)");
        assertThat(sync()).isEmpty();
        DATABASE.execute("INSERT INTO t VALUES (2, -5)");
        assertThat(sync()).containsExactly("2|-5");
        assertThat(sync()).isEmpty();
    }

    @Test
    void anotherCursorStartsOver() throws Exception {
        sync();
        cursor = "id";
        var read = reading.read(reading.request("t", mode, cursor, state));
        assertThat(read.restarted).contains("at").contains("id");
        assertThat(read.committed).hasSize(3);
    }

    @Test
    void aLookbackFindsRowsThatWereGivenTheirCursorLongBefore() throws Exception {
        DATABASE.execute(
                "ALTER TABLE t ALTER COLUMN at TYPE timestamptz USING to_timestamp(at * 60)");
        sync();
        DATABASE.execute("INSERT INTO t VALUES (4, to_timestamp(600)), (5, to_timestamp(0))");
        assertThat(sync()).isEmpty();
        reading = reading.withLookback(Duration.ofMinutes(10));
        assertThat(sync()).containsExactly("4|600000000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "numeric; 1.10; 1.1; 99999999999999999999999999999999.5; NaN",
                "numeric(10,2); -1; 0.00; 1.5; 2",
                "text; a; z\\z; zz; ä",
                "varchar(5); ''; A; B; a",
                "char(3); a; b; c; d",
                "date; -infinity; 0044-03-15 BC; 2000-01-01; infinity",
                "timestamp; 0044-03-15 BC; 1999-12-31 23:59:59.999999; 2000-01-01; 294276-12-31",
                "timestamptz; -infinity; 1970-01-01+00; 2000-01-01+00; infinity",
                "time; 00:00; 01:00; 23:59:59.999999; 24:00",
                "uuid; 00000000-0000-0000-0000-000000000001; 10000000-0000-0000-0000-000000000001;"
                        + " f0000000-0000-0000-0000-000000000000;"
                        + " ff000000-0000-0000-0000-000000000000",
                "double precision; -Infinity; -0.1; 5e-324; NaN",
                "real; -1; 0; 1.1; Infinity",
                "interval; 1 day; 25:00; 1 mon; 1 year",
                "bytea; \\x; \\x00; \\x5c; \\xff",
                "inet; 10.0.0.1; 10.0.0.2; 10.0.1.0; ::1",
                "pg_lsn; 0/1; 0/2; 1/0; 2/0",
                "boolean; f; f; t; t",
            })
    void anyComparableTypeIsACursor(String type, String a, String b, String c, String d)
            throws Exception {
        DATABASE.execute("DROP TABLE t", "CREATE TABLE t (id int, at " + type + ")");
        List<String> values = List.of(a, b, c, d);
        List<String> landed = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            for (String sign : List.of("", "-")) {
                try (Connection connection = DATABASE.connect();
                        var insert =
                                connection.prepareStatement(
                                        "INSERT INTO t VALUES (?, ?::text::" + type + ")")) {
                    insert.setInt(1, Integer.parseInt(sign + (i + 1)));
                    insert.setString(2, values.get(i));
                    insert.execute();
                }
                landed.addAll(sync());
            }
        }
        assertThat(landed.stream().map(row -> row.substring(0, row.indexOf('|'))))
                .containsExactly("1", "-1", "2", "-2", "3", "-3", "4", "-4");
        assertThat(sync()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "point", "xml", "int[]"})
    void aTypeWithoutAnOrderIsRefusedAsACursor(String type) throws Exception {
        DATABASE.execute("ALTER TABLE t ADD COLUMN c " + type);
        var read = reading.read(reading.request("t", mode, "c", state));
        assertThat(read.failure).isInstanceOf(ConfigurationFailure.class);
        assertThat(read.failure).hasMessageContaining("c of public.t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"VIEW", "MATERIALIZED VIEW"})
    void rowsOfViewsAreToldApartByTheirContent(String kind) throws Exception {
        DATABASE.execute("DROP VIEW IF EXISTS v", "CREATE " + kind + " v AS SELECT * FROM t");
        try {
            String refresh = kind.startsWith("M") ? "REFRESH MATERIALIZED VIEW v" : "SELECT 1";
            DATABASE.execute(refresh);
            assertThat(sync("v")).hasSize(3);
            DATABASE.execute("INSERT INTO t VALUES (4, 20), (5, 20), (6, 15)", refresh);
            assertThat(sync("v")).containsExactlyInAnyOrder("4|20", "5|20");
            DATABASE.execute("INSERT INTO t VALUES (7, 20), (8, 30)", refresh);
            assertThat(sync("v")).containsExactlyInAnyOrder("7|20", "8|30");
            DATABASE.execute(refresh);
            assertThat(sync("v")).isEmpty();
        } finally {
            DATABASE.execute("DROP " + kind + " v");
        }
    }

    @Test
    void aNewerStateIsRefused() throws Exception {
        sync();
        ((ObjectNode) state.orElseThrow()).put("format", 2);
        var read = reading.read(reading.request("t", mode, cursor, state));
        assertThat(read.failure)
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("newer version");
    }

    @Test
    void aStateOfAnotherServerStartsOver() throws Exception {
        sync();
        ((ObjectNode) state.orElseThrow()).put("snapshot", "99999999999:99999999999:");
        var read = reading.read(reading.request("t", mode, cursor, state));
        assertThat(read.restarted).isNotNull();
        assertThat(read.committed).hasSize(3);
    }

    @Test
    void xminFollowsEveryChangeWithoutACursor() throws Exception {
        reading = reading.withXmin();
        cursor = "";
        assertThat(reading.stream("t").sourceDefinedCursor()).isTrue();
        assertThat(sync()).hasSize(3);
        assertThat(sync()).isEmpty();
        DATABASE.execute("UPDATE t SET at = at WHERE id = 2", "INSERT INTO t VALUES (4, 0)");
        assertThat(sync()).containsExactlyInAnyOrder("2|20", "4|0");
        assertThat(sync()).isEmpty();
    }

    @Test
    void aComparisonReadsWhatTheStateCovers() throws Exception {
        sync();
        DATABASE.execute("INSERT INTO t VALUES (4, 21), (5, 20), (6, NULL)");
        StreamRequest sync = reading.request("t", mode, cursor, state);
        var compare =
                new StreamRequest(
                        sync.stream(),
                        sync.schema(),
                        sync.syncMode(),
                        sync.cursor(),
                        sync.primaryKey(),
                        sync.state(),
                        StreamRequest.Purpose.COMPARE);
        var read = reading.read(compare);
        assertThat(read.checkpoints).isZero();
        assertThat(read.pending)
                .containsExactlyInAnyOrder("1|9", "2|20", "3|NULL", "5|20", "6|NULL");
    }

    @Test
    void aStateThatIsNotOursIsRefused() throws Exception {
        var read =
                reading.read(
                        reading.request(
                                "t",
                                mode,
                                cursor,
                                Optional.of(JsonMapper.shared().createObjectNode())));
        assertThat(read.failure).isInstanceOf(ConfigurationFailure.class);
    }
}
