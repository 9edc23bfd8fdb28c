package io.millrace.connector.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {
    @AutoClose private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();

    private final Reading reading = Reading.of(DATABASE);

    @BeforeEach
    void clear() throws Exception {
        DATABASE.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
    }

    private List<String> read(String stream) throws Exception {
        var read =
                reading.read(
                        reading.request(
                                stream, SyncMode.FULL_REFRESH_OVERWRITE, "", Optional.empty()));
        assertThat(read.failure).isNull();
        return read.committed;
    }

    private List<String> names() throws Exception {
        return reading.discover().stream().map(stream -> stream.name().name()).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Orders",
                "orders",
                "a\"b",
                "naïve €😀",
                "select",
                "a.b",
                " ",
                "x'y",
                "%s",
                "a\\b"
            })
    void anyNameIsReadAsItIsWritten(String name) throws Exception {
        String quoted = '"' + name.replace("\"", "\"\"") + '"';
        DATABASE.execute(
                "CREATE TABLE other (x int)",
                "CREATE TABLE %1$s (%1$s int PRIMARY KEY, \"Id\" int, \"id\" int)"
                        .replace("%1$s", quoted),
                "INSERT INTO " + quoted + " VALUES (1, 2, 3)");
        StreamDescription stream = reading.stream(name);
        assertThat(stream.primaryKey()).containsExactly(List.of(name));
        assertThat(stream.schema().names()).containsExactly(name, "Id", "id");
        assertThat(read(name)).containsExactly("1|2|3");
        var incremental =
                reading.read(
                        reading.request(name, SyncMode.INCREMENTAL_APPEND, name, Optional.empty()));
        assertThat(incremental.committed).containsExactly("1|2|3");
        DATABASE.execute("INSERT INTO " + quoted + " VALUES (2, 2, 3)");
        assertThat(
                        reading.read(
                                        reading.request(
                                                name,
                                                SyncMode.INCREMENTAL_APPEND,
                                                name,
                                                incremental.state()))
                                .committed)
                .containsExactly("2|2|3");
    }

    @Test
    void everyKindOfRelationIsOneStream() throws Exception {
        DATABASE.execute(
                "CREATE TABLE plain (id int)",
                "CREATE TABLE parted (id int, PRIMARY KEY (id)) PARTITION BY LIST (id)",
                "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1)",
                "CREATE TABLE parted_2 PARTITION OF parted DEFAULT",
                "INSERT INTO parted VALUES (1), (2), (3)",
                "CREATE TABLE parent (id int)",
                "CREATE TABLE child (more int) INHERITS (parent)",
                "INSERT INTO parent VALUES (1)",
                "INSERT INTO child VALUES (2, 3)",
                "CREATE VIEW seen AS SELECT id FROM parted",
                "CREATE MATERIALIZED VIEW kept AS SELECT id FROM parted",
                "CREATE SEQUENCE s",
                "CREATE INDEX i ON plain (id)",
                "CREATE TYPE composite AS (a int)");
        assertThat(names()).containsExactly("child", "kept", "parent", "parted", "plain", "seen");
        assertThat(reading.stream("parted").primaryKey()).containsExactly(List.of("id"));
        assertThat(reading.stream("seen").resumable()).isFalse();
        assertThat(reading.stream("kept").resumable()).isTrue();
        for (String stream : List.of("parted", "seen", "kept")) {
            assertThat(read(stream)).containsExactlyInAnyOrder("1", "2", "3");
        }
        assertThat(read("parent")).containsExactlyInAnyOrder("1", "2");
        assertThat(read("child")).containsExactly("2|3");
    }

    @Test
    void keysKeepTheirOrderAndDroppedColumnsAreGone() throws Exception {
        DATABASE.execute(
                "CREATE TABLE t (a int, gone int, b int GENERATED ALWAYS AS IDENTITY,"
                        + " c int GENERATED ALWAYS AS (a * 2) STORED, d text,"
                        + " PRIMARY KEY (d, a) INCLUDE (c))",
                "ALTER TABLE t DROP COLUMN gone",
                "INSERT INTO t (a, d) VALUES (1, 'x')");
        assertThat(reading.stream("t").primaryKey()).containsExactly(List.of("d"), List.of("a"));
        assertThat(read("t")).containsExactly("1|1|2|x");
    }

    @Test
    void aTableWithoutColumnsHasRows() throws Exception {
        DATABASE.execute("CREATE TABLE t ()", "INSERT INTO t DEFAULT VALUES");
        assertThat(reading.stream("t").incremental()).isFalse();
        assertThat(read("t")).containsExactly("");
    }

    @Test
    void onlyWhatTheUserMayReadIsThere() throws Exception {
        DATABASE.execute(
                "DROP ROLE IF EXISTS reader",
                "CREATE ROLE reader LOGIN PASSWORD 'reader'",
                "GRANT USAGE ON SCHEMA public TO reader",
                "CREATE TABLE forbidden (id int)",
                "CREATE TABLE allowed (id int)",
                "CREATE TABLE partly (id int PRIMARY KEY, secret text, open text)",
                "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE part PARTITION OF parted DEFAULT",
                "INSERT INTO parted SELECT generate_series(1, 5)",
                "INSERT INTO partly VALUES (1, 's', 'o')",
                "GRANT SELECT ON allowed, parted TO reader",
                "GRANT SELECT (id, open) ON partly TO reader",
                "CREATE SCHEMA hidden",
                "CREATE TABLE hidden.t (id int)",
                "GRANT SELECT ON hidden.t TO reader");
        try (Source source = reading.withSchemas("public", "hidden").source("reader", "reader")) {
            List<StreamDescription> streams = source.discover();
            assertThat(streams.stream().map(stream -> stream.name().toString()))
                    .containsExactly("public.allowed", "public.parted", "public.partly");
            assertThat(streams.getLast().schema().names()).containsExactly("id", "open");
            source.check();
            var memory = new io.millrace.protocol.batch.BatchMemory(64 << 20);
            var output = new CollectingOutput(memory);
            source.read(
                    new io.millrace.protocol.connector.ReadPlan(
                            streams.stream()
                                    .map(stream ->
                                            new io.millrace.protocol.connector.StreamRequest(
                                                    stream,
                                                    stream.schema(),
                                                    SyncMode.INCREMENTAL_APPEND,
                                                    List.of("id"),
                                                    List.of(),
                                                    Optional.empty(),
                                                    io.millrace.protocol.connector.StreamRequest
                                                            .Purpose.SYNC))
                                    .toList(),
                            Optional.empty(),
                            memory),
                    output);
            assertThat(output.stream(Reading.name("parted")).committed).hasSize(5);
            assertThat(output.stream(Reading.name("partly")).committed).containsExactly("1|o");
        }
    }

    @Test
    void checkSaysWhatIsMissing() throws Exception {
        DATABASE.execute("CREATE TABLE t (id int)");
        try (Source source = reading.source()) {
            source.check();
        }
        try (Source source = reading.withSchemas("public", "Public").source()) {
            assertThatThrownBy(source::check)
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("Public");
        }
    }

    @Test
    void hundredsOfTablesAreListedQuickly() throws Exception {
        DATABASE.execute(
                "DO $$ BEGIN FOR i IN 1..500 LOOP EXECUTE format('CREATE TABLE t%s"
                        + " (id int PRIMARY KEY, a text, b numeric(9,2), c timestamptz)', i);"
                        + " END LOOP; END $$");
        reading.discover();
        long start = System.nanoTime();
        assertThat(reading.discover()).hasSize(500);
        assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(2_000);
    }

    @Test
    void changeCaptureIsRefusedWithWhatToUse() {
        var options = reading.options("u", "p", Optional.empty());
        var cdc =
                new PostgresSourceOptions(
                        options.host(),
                        options.port(),
                        options.database(),
                        options.schemas(),
                        options.username(),
                        options.password(),
                        options.jdbcUrlParams(),
                        options.sslMode(),
                        Optional.of(
                                new ReplicationMethod.Cdc(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty())),
                        options.tunnelMethod(),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        options.partitions(),
                        options.fetchBytes(),
                        options.checkpointInterval(),
                        options.lookback());
        assertThatThrownBy(() -> Reading.source(cdc))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("Xmin");
    }
}
