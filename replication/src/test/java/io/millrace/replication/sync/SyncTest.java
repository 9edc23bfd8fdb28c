package io.millrace.replication.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.SyncMode;
import io.millrace.replication.checkpoint.LocalCheckpoints;
import io.millrace.replication.sync.MemoryDestination.Row;
import io.millrace.replication.sync.Receipt.Status;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyncTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-21T09:00:00Z"), ZoneOffset.UTC);

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource
    void everyModeLandsWhatTheSourceHoldsOverTwoRuns(SyncMode mode) {
        var world = new World(Faults.none());
        world.insert(5);
        Receipt first = world.sync(mode);
        assertThat(first.status()).isEqualTo(Status.SUCCEEDED);
        assertThat(world.landed()).containsExactlyInAnyOrderElementsOf(world.source.rows);
        world.insert(3);
        Receipt second = world.sync(mode);
        assertThat(second.status()).isEqualTo(Status.SUCCEEDED);
        assertThat(world.landed()).containsExactlyInAnyOrderElementsOf(world.expected(mode, 5));
        long expectedRead = mode.incremental() ? 3 : 8;
        assertThat(second.streams().getFirst().recordsRead()).isEqualTo(expectedRead);
        assertThat(second.streams().getFirst().recordsCommitted()).isEqualTo(expectedRead);
    }

    @Test
    void aSyncThatFindsNothingNewKeepsTheStateItWentOnFrom() {
        var world = new World(Faults.none());
        world.insert(5);
        world.sync(SyncMode.INCREMENTAL_APPEND);
        world.sync(SyncMode.INCREMENTAL_APPEND);
        world.insert(1);
        Receipt third = world.sync(SyncMode.INCREMENTAL_APPEND);
        assertThat(third.streams().getFirst().recordsRead()).isEqualTo(1);
        assertThat(third.streams().getFirst().generation()).isEqualTo(1);
    }

    /**
     * Invariants 1, 2, 3 and 5: a run that fails at any step, and the next that doesn't, land
     * everything exactly once.
     */
    @ParameterizedTest
    @EnumSource
    void aFailureAtAnyStepLosesNothingAndDoublesNothing(SyncMode mode) {
        for (Faults.Kind kind : Faults.Kind.values()) {
            int step = 1;
            boolean reached = true;
            while (reached) {
                var faults = Faults.at(step, kind);
                var world = new World(faults);
                world.insert(7);
                Receipt broken = world.sync(mode);
                reached = faults.steps.size() >= step;
                String where = "%s, %s at step %d of %s".formatted(mode, kind, step, faults.steps);
                if (mode.overwrite() && broken.status() != Status.SUCCEEDED) {
                    assertThat(world.landed()).as(where).isIn(List.of(), world.source.rows);
                }
                faults.heal();
                Receipt mended = world.sync(mode);
                assertThat(mended.status()).as(where).isEqualTo(Status.SUCCEEDED);
                int timesComplete =
                        broken.status() == Status.SUCCEEDED || world.completeBefore ? 2 : 1;
                List<Row> expected =
                        mode == SyncMode.FULL_REFRESH_APPEND && timesComplete == 2
                                ? twice(world.source.rows)
                                : world.source.rows;
                assertThat(world.landed()).as(where).containsExactlyInAnyOrderElementsOf(expected);
                step++;
            }
            assertThat(step).as("steps that were made to fail").isGreaterThan(8);
        }
    }

    @Test
    void anInterruptedRunReadsAgainOnlyWhatNoCheckpointCovers() {
        var faults = Faults.at(9, Faults.Kind.SYSTEM_ONCE);
        var world = new World(faults);
        world.insert(20);
        Receipt broken = world.sync(SyncMode.INCREMENTAL_APPEND);
        long committed = broken.streams().getFirst().recordsCommitted();
        assertThat(committed).isLessThan(20); // how many depends on how far the writer has come
        faults.heal();
        Receipt mended = world.sync(SyncMode.INCREMENTAL_APPEND);
        assertThat(mended.streams().getFirst().recordsRead()).isEqualTo(20 - committed);
    }

    @Test
    void theChecksumOfAReceiptDoesNotDependOnHowTheRowsWereCommitted() {
        var whole = new World(Faults.none());
        whole.insert(9);
        var broken = new World(Faults.at(12, Faults.Kind.TRANSIENT_ONCE));
        broken.insert(9);
        assertThat(broken.sync(SyncMode.INCREMENTAL_APPEND).streams().getFirst().checksum())
                .isEqualTo(whole.sync(SyncMode.INCREMENTAL_APPEND).streams().getFirst().checksum());
    }

    @Test
    void aTransientFailureIsTriedAgainAndALastingOneGivenUp() {
        var world = new World(Faults.at(4, Faults.Kind.TRANSIENT_FOR_EVER));
        world.insert(4);
        Receipt receipt = world.sync(SyncMode.FULL_REFRESH_OVERWRITE);
        assertThat(receipt.status()).isEqualTo(Status.FAILED);
        assertThat(world.pauses).hasSize(4);
        assertThat(receipt.failures()).hasSize(1);
        assertThat(world.landed()).isEmpty();
    }

    /** Invariant 7. */
    @Test
    void theReceiptThatIsKeptHoldsNoSecret() {
        var world = new World(Faults.at(4, Faults.Kind.SYSTEM_ONCE));
        world.insert(4);
        world.sync(SyncMode.FULL_REFRESH_OVERWRITE);
        assertThat(world.destination.receipt.orElseThrow().toString())
                .contains("**** 4")
                .doesNotContain("Step 4");
    }

    @Test
    void aDestinationThatCantBeReachedAtOnceIsAskedAgain() {
        var world = new World(Faults.at(1, Faults.Kind.TRANSIENT_ONCE));
        world.insert(4);
        Receipt receipt = world.sync(SyncMode.FULL_REFRESH_OVERWRITE);
        assertThat(receipt.status()).isEqualTo(Status.SUCCEEDED);
        assertThat(world.pauses).hasSize(1);
        assertThat(world.landed()).hasSize(4);
    }

    @Test
    void aDestinationThatCanNeverBeReachedIsToldInTheReceipt() {
        var world = new World(Faults.at(1, Faults.Kind.TRANSIENT_FOR_EVER));
        Receipt receipt = world.sync(SyncMode.INCREMENTAL_APPEND);
        assertThat(receipt.status()).isEqualTo(Status.FAILED);
        assertThat(world.pauses).hasSize(4);
        assertThat(receipt.failures()).hasSize(1);
    }

    private static List<Row> twice(List<Row> rows) {
        List<Row> both = new ArrayList<>(rows);
        both.addAll(rows);
        return both;
    }

    /** A source, a destination, and the runs between them. */
    private final class World {
        private final ScriptedSource source;
        private final MemoryDestination destination;
        private final List<java.time.Duration> pauses = new ArrayList<>();
        private boolean completeBefore;

        World(Faults faults) {
            this.source = new ScriptedSource(faults);
            this.destination = new MemoryDestination(faults);
        }

        void insert(int count) {
            for (int i = 0; i < count; i++) {
                long id = source.rows.size();
                source.rows.add(new Row(id, id * 10));
            }
        }

        List<Row> landed() {
            return destination.tables.getOrDefault(ScriptedSource.STREAM, List.of()).stream()
                    .map(Row::of)
                    .toList();
        }

        List<Row> expected(SyncMode mode, int firstTime) {
            List<Row> expected = new ArrayList<>(source.rows);
            if (mode == SyncMode.FULL_REFRESH_APPEND) {
                expected.addAll(source.rows.subList(0, firstTime));
            }
            return expected;
        }

        Receipt sync(SyncMode mode) {
            completeBefore =
                    destination
                            .checkpoint(ScriptedSource.STREAM)
                            .filter(stored -> stored.generationComplete())
                            .isPresent();
            var stream =
                    new StreamConfiguration(
                            ScriptedSource.description(),
                            mode,
                            List.of(),
                            List.of(List.of("id")),
                            Optional.empty(),
                            List.of(),
                            true);
            var request =
                    new SyncRequest(
                            "test",
                            source,
                            destination,
                            List.of(stream),
                            Map.of(),
                            Naming.DEFAULT,
                            SchemaChangePolicy.PROPAGATE,
                            false,
                            false,
                            new LocalCheckpoints(folder.resolve("checkpoints.json")),
                            _ -> {},
                            SyncSettings.standard(CLOCK, pauses::add)
                                    .withMask(text -> text.replace("Step", "****")));
            return new Sync(request, SyncProgress.SILENT).run();
        }
    }
}
