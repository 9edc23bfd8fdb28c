package io.millrace.connector.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    @AutoClose private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();

    private final Reading reading = Reading.of(DATABASE);

    @BeforeEach
    void createTable() throws Exception {
        DATABASE.execute(
                "DROP TABLE IF EXISTS t",
                "CREATE TABLE t (id int PRIMARY KEY, note text, at timestamptz)",
                "INSERT INTO t SELECT i, repeat('x', i % 200), now() - i * interval '1 s'"
                        + " FROM generate_series(1, 20000) i");
    }

    @Test
    void everyChunkLayoutGivesTheTable() throws Exception {
        List<String> expected = DATABASE.query("SELECT id, note FROM t ORDER BY id");
        DATABASE.execute("ALTER TABLE t DROP COLUMN at");
        for (int partitions : new int[] {1, 2, 4}) {
            for (long bytes : new long[] {8192, 300_000, 100_000_000}) {
                var read =
                        reading.withPartitions(partitions)
                                .withChunkBytes(bytes)
                                .read(
                                        reading.request(
                                                "t",
                                                SyncMode.FULL_REFRESH_OVERWRITE,
                                                "",
                                                Optional.empty()));
                assertThat(read.failure).isNull();
                assertThat(read.completed).isTrue();
                assertThat(read.pending).isEmpty();
                assertThat(read.committed)
                        .as("%d partitions, chunks of %d bytes", partitions, bytes)
                        .containsExactlyInAnyOrderElementsOf(expected);
                if (bytes > 1_000_000) {
                    assertThat(read.checkpoints).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void checkpointsCoverTheTableHoweverSeldomTheyAre() throws Exception {
        List<String> expected = DATABASE.query("SELECT id, note FROM t ORDER BY id");
        DATABASE.execute("ALTER TABLE t DROP COLUMN at");
        for (int partitions : new int[] {1, 2, 4}) {
            for (int millis : new int[] {1, 5, 20, 3_600_000}) {
                var often =
                        reading.withPartitions(partitions)
                                .withChunkBytes(40_000)
                                .withCheckpointInterval(Duration.ofMillis(millis));
                var request =
                        often.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", Optional.empty());
                var first = often.read(request, checkpoint -> checkpoint == 2);
                List<String> all = first.committed;
                if (!first.completed) {
                    var second =
                            often.read(
                                    often.request(
                                            "t",
                                            SyncMode.FULL_REFRESH_OVERWRITE,
                                            "",
                                            first.state()));
                    assertThat(second.restarted).isNull();
                    assertThat(second.completed).isTrue();
                    assertThat(second.pending).isEmpty();
                    all.addAll(second.committed);
                }
                assertThat(all)
                        .as("%d partitions, a checkpoint every %d ms", partitions, millis)
                        .containsExactlyInAnyOrderElementsOf(expected);
                if (millis > 1_000_000) {
                    assertThat(first.checkpoints).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void anEmptyTableGivesAStateAndNoRow() throws Exception {
        DATABASE.execute("TRUNCATE t");
        var read =
                reading.read(
                        reading.request(
                                "t", SyncMode.FULL_REFRESH_OVERWRITE, "", Optional.empty()));
        assertThat(read.completed).isTrue();
        assertThat(read.committed).isEmpty();
        assertThat(read.state()).isPresent();
    }

    @Test
    void anUnchangedTableIsResumedWithoutReadingARowTwice() throws Exception {
        var request = reading.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", Optional.empty());
        var first = reading.read(request, checkpoint -> checkpoint == 3);
        assertThat(first.failure).isNotNull();
        assertThat(first.committed).isNotEmpty();
        var second =
                reading.read(
                        reading.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", first.state()));
        assertThat(second.restarted).isNull();
        assertThat(second.completed).isTrue();
        first.committed.addAll(second.committed);
        assertThat(first.committed).hasSize(20_000).doesNotHaveDuplicates();
    }

    @Test
    void aTableThatChangedWhereItWasReadStartsOver() throws Exception {
        var request = reading.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", Optional.empty());
        var first = reading.read(request, checkpoint -> checkpoint == 3);
        DATABASE.execute("UPDATE t SET note = 'new' WHERE id = 1");
        var second =
                reading.read(
                        reading.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", first.state()));
        assertThat(second.restarted).isNotNull();
        assertThat(second.committed).hasSize(20_000);
    }

    @Test
    void aTableThatIsGoneIsTheUsersToMend() throws Exception {
        var request = reading.request("t", SyncMode.FULL_REFRESH_OVERWRITE, "", Optional.empty());
        DATABASE.execute("DROP TABLE t");
        var read = reading.read(request);
        assertThat(read.failure).isInstanceOf(ConfigurationFailure.class);
        assertThat(read.failure).hasMessageContaining("public.t");
    }
}
