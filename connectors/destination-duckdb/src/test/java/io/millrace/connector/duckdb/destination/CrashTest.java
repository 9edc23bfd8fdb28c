package io.millrace.connector.duckdb.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invariant 5, with real processes that are killed at random instants. */
class CrashTest {
    private static final int KILLS = 4;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(
            value = SyncMode.class,
            names = {"INCREMENTAL_APPEND", "FULL_REFRESH_OVERWRITE", "INCREMENTAL_DEDUPED_HISTORY"})
    void afterAKillTheTableHoldsExactlyWhatItsCheckpointCovers(SyncMode mode)
            throws IOException, InterruptedException {
        Path path = directory.resolve("shop.duckdb");
        var file = new TestFile(path);
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            Process writer = start(path, mode, Long.MAX_VALUE);
            // It tells when it begins to write; the start of a VM is not what is to be hit.
            assertThat(writer.inputReader().readLine()).isEqualTo("writing");
            Thread.sleep(random.nextInt(700));
            writer.destroyForcibly().waitFor();
            verify(file, mode, "seed " + seed + ", kill " + kill);
        }
        long covered = covered(file);
        Process writer = start(path, mode, covered + 50_000);
        assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(writer.exitValue()).isZero();
        assertThat(file.query("SELECT count(*), count(DISTINCT id), min(id) FROM orders"))
                .containsExactly("%d %d 0".formatted(covered + 50_000, covered + 50_000));
    }

    private static long covered(TestFile file) throws InterruptedException {
        return file.checkpoints().stream()
                .findFirst()
                .flatMap(StoredCheckpoint::state)
                .map(state -> state.asLong())
                .orElse(0L);
    }

    private static void verify(TestFile file, SyncMode mode, String description)
            throws InterruptedException {
        long covered = covered(file);
        StreamTarget target = CrashWriter.target(mode);
        String table =
                mode.overwrite()
                        ? "\"%s\""
                                .formatted(new TableName("main", "orders").ofGeneration(1).table())
                        : "orders";
        List<StoredCheckpoint> stored = file.checkpoints();
        assertThat(stored).as(description).hasSizeLessThanOrEqualTo(1);
        if (stored.isEmpty()) {
            return;
        }
        assertThat(stored.getFirst().recordsCommitted()).as(description).isEqualTo(covered);
        assertThat(
                        file.query(
                                "SELECT count(*), count(DISTINCT id), coalesce(max(id) + 1, 0) FROM"
                                        + " "
                                        + table))
                .as(description)
                .containsExactly("%d %d %d".formatted(covered, covered, covered));
        assertThat(target.generation()).isEqualTo(1);
    }

    private static Process start(Path path, SyncMode mode, long until) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(
                List.of(
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        path.toString(),
                        mode.name(),
                        Long.toString(until)));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    @Test
    void aRunThatIsNotKilledEnds() throws IOException, InterruptedException {
        Path path = directory.resolve("shop.duckdb");
        Process writer = start(path, SyncMode.INCREMENTAL_APPEND, 10_000);
        assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(new TestFile(path).query("SELECT sum(id)::BIGINT FROM orders"))
                .containsExactly(Long.toString(LongStream.range(0, 10_000).sum()));
    }
}
