package io.millrace.connector.postgres.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invariants 2 and 5: whatever is killed, the table holds what the newest checkpoint covers. */
class KillTest {
    private static final long LAST = 300_000;

    @ParameterizedTest
    @EnumSource(
            value = SyncMode.class,
            names = {"INCREMENTAL_APPEND", "INCREMENTAL_DEDUPED_HISTORY", "FULL_REFRESH_OVERWRITE"})
    void aKilledWriterLeavesWhatItsLastCheckpointCovers(SyncMode mode) throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (TestDatabase database = TestPostgres.shared().createDatabase()) {
            int kills = 0;
            while (true) {
                Process writer = start(database, mode, random.nextLong());
                boolean ended =
                        writer.waitFor(700 + random.nextInt(1500), TimeUnit.MILLISECONDS)
                                || kills == 6 && writer.waitFor(60, TimeUnit.SECONDS);
                if (ended) {
                    assertThat(writer.exitValue()).as("seed %d", seed).isZero();
                    break;
                }
                writer.destroyForcibly().waitFor();
                kills++;
                check(database, mode, "seed " + seed + ", kill " + kills);
            }
            check(database, mode, "seed " + seed + ", at the end");
            assertThat(database.query("SELECT max(number) FROM " + mode.text()))
                    .containsExactly(Long.toString(LAST));
        }
    }

    private static Process start(TestDatabase database, SyncMode mode, long seed) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        database.host(),
                        Integer.toString(database.port()),
                        database.name(),
                        database.username(),
                        database.password(),
                        mode.name(),
                        Long.toString(LAST),
                        Long.toString(seed))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(
                                File.createTempFile("killed-writer", ".log")))
                .start();
    }

    @ParameterizedTest
    @EnumSource(
            value = SyncMode.class,
            names = {"INCREMENTAL_APPEND", "INCREMENTAL_DEDUPED_HISTORY"})
    void aKilledServerHoldsWhatItsLastCheckpointCovers(SyncMode mode) throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (TestPostgres server = TestPostgres.builder().start();
                TestDatabase database = server.createDatabase()) {
            for (int kill = 1; kill <= 4; kill++) {
                var failure = new AtomicReference<Throwable>();
                var writerRandom = new Random(random.nextLong());
                Thread writer =
                        Thread.ofPlatform()
                                .start(() -> {
                                    try (var harness = new Harness(database)) {
                                        KilledWriter.write(
                                                harness, mode, Long.MAX_VALUE, writerRandom);
                                    } catch (InterruptedException | RuntimeException e) {
                                        failure.set(e);
                                    }
                                });
                Thread.sleep(500 + random.nextInt(1500));
                server.kill();
                writer.join();
                assertThat(failure.get()).as("seed %d", seed).isInstanceOf(TransientFailure.class);
                server.start();
                check(database, mode, "seed " + seed + ", kill " + kill);
            }
        }
    }

    /** Both are looked at when the next session is open: then no earlier writer is left. */
    private static void check(TestDatabase database, SyncMode mode, String what) throws Exception {
        try (var harness = new Harness(database);
                DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            long state = KilledWriter.state(session);
            List<String> tables =
                    database.query(
                            "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND (relname = '%s' OR relname LIKE '\\_millrace\\_generation%%')"
                                    .formatted(mode.text()));
            if (tables.isEmpty()) {
                assertThat(state).as(what).isZero();
                return;
            }
            String table = tables.getFirst();
            if (mode.deduplicated()) {
                long keys = Math.min(state, KilledWriter.KEYS);
                assertThat(
                                database.query(
                                        "SELECT count(*), count(DISTINCT id), coalesce(min(number),"
                                                + " 1), coalesce(max(number), 0) FROM "
                                                + table))
                        .as(what)
                        .containsExactly(
                                "%d|%d|%d|%d"
                                        .formatted(
                                                keys,
                                                keys,
                                                Math.max(1, state - KilledWriter.KEYS + 1),
                                                state));
            } else {
                assertThat(
                                database.query(
                                        "SELECT count(*), count(DISTINCT number),"
                                                + " coalesce(max(number), 0) FROM "
                                                + table))
                        .as(what)
                        .containsExactly("%d|%d|%d".formatted(state, state, state));
            }
        }
    }

    @Test
    void aSecondWriterWaitsForTheFirst() throws Exception {
        try (TestDatabase database = TestPostgres.shared().createDatabase();
                var first = new Harness(database);
                var second = new Harness(database)) {
            DestinationSession open = first.destination.open(Harness.PIPELINE);
            var opened = new AtomicReference<DestinationSession>();
            Thread waiting =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    opened.set(second.destination.open(Harness.PIPELINE));
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            try (DestinationSession other = second.destination.open("other")) {
                assertThat(other.checkpoints()).isEmpty();
            }
            waiting.join(1000);
            assertThat(opened.get()).isNull();
            // A lane's connection alone keeps others away, too.
            open.close();
            waiting.join(10_000);
            assertThat(opened.get()).isNotNull();
            opened.get().close();
            assertThatThrownBy(open::checkpoints).isInstanceOf(IllegalStateException.class);
        }
    }

    /** As where a machine was lost with its client: the server's process waits for more. */
    @Test
    void aWriterThatLingersIsEnded() throws Exception {
        try (TestDatabase database = TestPostgres.shared().createDatabase();
                var lost = new Harness(database);
                var next = new Harness(database)) {
            var target = KilledWriter.target(SyncMode.INCREMENTAL_APPEND);
            DestinationSession session = lost.destination.open(Harness.PIPELINE);
            DestinationLane lane = session.open(List.of(target), new Harness.Listener());
            DestinationLane second =
                    session.open(
                            List.of(KilledWriter.target(SyncMode.FULL_REFRESH_APPEND)),
                            new Harness.Listener());
            lane.write(Harness.landed(lane, target, 0, Rows.rows(Rows.row(1, 1L, "a"))));
            Backend backend = next.destination.connect();
            new PipelineLock("public", Harness.PIPELINE, Duration.ofMillis(200)).acquire(backend);
            backend.close();
            assertThatThrownBy(() ->
                            lane.finish(
                                    target.source(),
                                    Harness.checkpoint(target, 1),
                                    Harness.details()))
                    .isInstanceOf(TransientFailure.class);
            lane.close();
            second.close();
            session.close();
            assertThat(database.query("SELECT to_regclass('incremental_append')"))
                    .containsExactly("NULL");
        }
    }
}
