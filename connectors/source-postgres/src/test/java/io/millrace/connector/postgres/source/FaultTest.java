package io.millrace.connector.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {
    @AutoClose private static final TestPostgres SERVER = TestPostgres.builder().start();
    @AutoClose private static final TestDatabase DATABASE = SERVER.createDatabase();

    private final Reading reading = Reading.of(DATABASE);

    @BeforeEach
    void createTable() throws Exception {
        DATABASE.execute(
                "DROP SCHEMA public CASCADE",
                "CREATE SCHEMA public",
                "CREATE TABLE t (id int PRIMARY KEY, note text)",
                "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i");
    }

    private io.millrace.protocol.connector.StreamRequest full(String stream) throws Exception {
        return reading.request(stream, SyncMode.FULL_REFRESH_OVERWRITE, "", Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"slow", "locked"})
    void anInterruptIsAnsweredWithinTwoSeconds(String what) throws Exception {
        DATABASE.execute("CREATE VIEW slow AS SELECT id, pg_sleep(30)::text FROM t");
        var request = full(what.equals("slow") ? "slow" : "t");
        try (Connection other = DATABASE.connect();
                Statement statement = other.createStatement();
                Source source = reading.source()) {
            other.setAutoCommit(false);
            if (what.equals("locked")) {
                statement.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
            }
            var memory = new BatchMemory(64 << 20);
            var output = new CollectingOutput(memory);
            var thrown = new AtomicReference<Throwable>();
            Thread thread =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    source.read(
                                            new ReadPlan(
                                                    List.of(request), Optional.empty(), memory),
                                            output);
                                } catch (InterruptedException | RuntimeException e) {
                                    thrown.set(e);
                                }
                            });
            Thread.sleep(1000);
            long start = System.nanoTime();
            thread.interrupt();
            thread.join(5000);
            assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(2000);
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            assertThat(memory.used()).isZero();
            other.rollback();
        }
        assertThat(reading.read(full("t")).committed).hasSize(20_000);
    }

    @Test
    void aServerThatDiesMeanwhileIsTransientAndTheNextRunGoesOn() throws Exception {
        var read =
                reading.read(
                        full("t"),
                        checkpoint -> {
                            if (checkpoint == 3) {
                                SERVER.kill();
                            }
                            return false;
                        });
        assertThat(read.failure).isInstanceOf(TransientFailure.class);
        assertThat(read.completed).isFalse();
        SERVER.start();
        var next =
                reading.read(
                        reading.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", read.state()));
        assertThat(next.restarted).isNull();
        List<String> all = new ArrayList<>(read.committed);
        all.addAll(next.committed);
        assertThat(all).hasSize(20_000).doesNotHaveDuplicates();
    }

    @Test
    void endedSessionsAreTransient() throws Exception {
        var read =
                reading.read(
                        full("t"),
                        checkpoint -> {
                            if (checkpoint == 2) {
                                try {
                                    DATABASE.disconnectClients();
                                } catch (java.sql.SQLException failure) {
                                    throw new IllegalStateException(failure);
                                }
                            }
                            return false;
                        });
        assertThat(read.failure).isInstanceOf(TransientFailure.class);
    }

    @Test
    void aStreamThatFailsDoesNotStopTheOthers() throws Exception {
        DATABASE.execute(
                "CREATE VIEW broken AS SELECT id, 1 / (id - 500) AS x FROM t",
                "CREATE TABLE gone (id int)",
                "CREATE TABLE fine AS SELECT * FROM t LIMIT 10");
        var requests = List.of(full("broken"), full("gone"), full("fine"), full("t"));
        DATABASE.execute("DROP TABLE gone");
        var memory = new BatchMemory(64 << 20);
        var output = new CollectingOutput(memory);
        try (Source source = reading.source()) {
            source.read(new ReadPlan(requests, Optional.empty(), memory), output);
        }
        assertThat(output.stream(Reading.name("broken")).failure)
                .hasMessageContaining("division by zero")
                .hasMessageContaining("public.broken");
        assertThat(output.stream(Reading.name("gone")).failure)
                .isInstanceOf(ConfigurationFailure.class);
        assertThat(output.stream(Reading.name("fine")).committed).hasSize(10);
        assertThat(output.stream(Reading.name("t")).committed).hasSize(20_000);
        assertThat(memory.used()).isZero();
    }

    @Test
    void aTableThatIsAlteredAfterDiscoveryNeverGivesWrongColumns() throws Exception {
        var request = full("t");
        DATABASE.execute("ALTER TABLE t ALTER COLUMN id TYPE bigint");
        assertThat(reading.read(request).failure)
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("column id");
        DATABASE.execute("ALTER TABLE t DROP COLUMN note", "ALTER TABLE t ADD COLUMN note int");
        assertThat(reading.read(full("t")).committed).hasSize(20_000);
        assertThat(reading.read(request).failure).isNotNull();
        DATABASE.execute("ALTER TABLE t RENAME COLUMN id TO key");
        assertThat(reading.read(request).failure)
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("column id");
    }

    @Test
    void tablesThatAreWrittenAnewWhileTheyAreReadAreReadWhole() throws Exception {
        var stop = new java.util.concurrent.atomic.AtomicBoolean();
        Thread rewriter =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!stop.get()) {
                                try {
                                    DATABASE.execute("VACUUM FULL t");
                                    Thread.sleep(5);
                                } catch (java.sql.SQLException | InterruptedException _) {
                                    return;
                                }
                            }
                        });
        try {
            for (int i = 0; i < 8; i++) {
                var read = reading.read(full("t"));
                assertThat(read.failure).isNull();
                assertThat(read.committed).hasSize(20_000).doesNotHaveDuplicates();
            }
        } finally {
            stop.set(true);
            rewriter.join();
        }
    }

    @Test
    void aRowOfSixtyMebibytesLandsAndALargerOneIsRejectedWithItsPlace() throws Exception {
        DATABASE.execute(
                "CREATE TABLE big (id int, note text)",
                "INSERT INTO big VALUES (1, repeat('x', 60 << 20)), (2, repeat('y', 65 << 20)),"
                        + " (3, 'small')");
        var read = reading.read(full("big"));
        assertThat(read.failure).isNull();
        assertThat(read.committed).hasSize(2);
        assertThat(read.rejected).hasSize(1);
        assertThat(read.rejected.getFirst()).contains("public.big").doesNotContain("yyy");
    }

    @Test
    void aWaitForALockIsTold() throws Exception {
        var request = full("t");
        var memory = new BatchMemory(64 << 20);
        var output = new CollectingOutput(memory);
        try (Connection other = DATABASE.connect();
                Statement statement = other.createStatement();
                Source source = reading.source()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
            Thread reader =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    source.read(
                                            new ReadPlan(
                                                    List.of(request), Optional.empty(), memory),
                                            output);
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            Thread.sleep(11_000);
            assertThat(output.logs).anyMatch(line -> line.contains("waiting for a lock"));
            other.rollback();
            reader.join(20_000);
        }
        assertThat(output.stream(Reading.name("t")).committed).hasSize(20_000);
    }
}
