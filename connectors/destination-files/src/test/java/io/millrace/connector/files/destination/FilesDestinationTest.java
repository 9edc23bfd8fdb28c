package io.millrace.connector.files.destination;

import static io.millrace.protocol.connector.SyncMode.FULL_REFRESH_OVERWRITE;
import static io.millrace.protocol.connector.SyncMode.INCREMENTAL_APPEND;
import static io.millrace.protocol.connector.SyncMode.INCREMENTAL_DEDUPED_HISTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.JsonRowCopier;
import io.millrace.protocol.json.JsonRows;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.SampleBatches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

class FilesDestinationTest {
    static final Path CACHE = Path.of("target", "cache");
    private static final StreamSchema NUMBERS =
            StreamSchema.of(Column.of("id", new ColumnType.Int64()));

    @TempDir Path root;

    private final BatchMemory memory = new BatchMemory(256L << 20);

    @ParameterizedTest
    @EnumSource(FileFormat.class)
    void everyTypeComesBackAsItLanded(FileFormat format) throws InterruptedException {
        StreamTarget target =
                target("samples", SampleBatches.schema(), INCREMENTAL_APPEND, 1, false);
        long seed = new Random().nextLong();
        var expected = new ArrayList<String>();
        StreamSchema landed;
        var destination = destination(format, 2500);
        try (var session = destination.open("shop");
                var lane = session.open(List.of(target), new Heard())) {
            landed = lane.landings().getFirst().landed();
            ColumnBatch samples = SampleBatches.batch(memory, 2500, new Random(seed));
            ColumnBatch batch =
                    samples.replaceColumns(
                            target.source(),
                            landed,
                            java.util.stream.IntStream.range(0, landed.size())
                                    .mapToObj(samples::vector)
                                    .toList());
            destination.fit(batch);
            expected.addAll(hashes(batch));
            lane.write(batch);
            lane.finish(target.source(), checkpoint("1"), details());
        }
        assertThat(parts(root.resolve("samples"))).hasSize(1);
        var actual = new ArrayList<String>();
        destination.readBack(
                "shop",
                target,
                new ReadBackRequest(landed, memory),
                batch -> {
                    actual.addAll(hashes(batch));
                    batch.close();
                });
        assertThat(actual.size()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i))
                    .as("row and column, seed %d", seed)
                    .isEqualTo(expected.get(i));
        }
        assertThat(memory.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource(FileFormat.class)
    void flushCommitsCheckpointsAndNoRowAfterThem(FileFormat format) throws Exception {
        StreamTarget target = target("numbers", NUMBERS, INCREMENTAL_APPEND, 1, false);
        var heard = new Heard();
        var destination = destination(format, 1000);
        try (var session = destination.open("shop");
                var lane = session.open(List.of(target), heard)) {
            lane.write(numbers(lane, target, 0, 10));
            lane.commit(checkpoint("10"), details());
            lane.write(numbers(lane, target, 10, 20));
            assertThat(heard.durable).isEmpty();
            lane.flush();
            assertThat(heard.durable).containsExactly("10");
        }
        assertThat(read(destination, target)).containsExactlyElementsOf(range(0, 10));
        try (var session = destination.open("shop")) {
            assertThat(session.checkpoints().getFirst().state().orElseThrow()).hasToString("10");
            assertThat(session.checkpoints().getFirst().recordsCommitted()).isEqualTo(10);
            try (var lane = session.open(List.of(target), heard)) {
                lane.write(numbers(lane, target, 10, 30));
                lane.finish(target.source(), checkpoint("30"), details());
            }
        }
        assertThat(read(destination, target)).containsExactlyElementsOf(range(0, 30));
        assertThat(memory.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource(FileFormat.class)
    void aRefreshIsSeenWhenItIsCompleteAndNotBefore(FileFormat format) throws Exception {
        var destination = destination(format, 1000);
        sync(destination, target("numbers", NUMBERS, FULL_REFRESH_OVERWRITE, 1, true), 0, 5);
        StreamTarget second = target("numbers", NUMBERS, FULL_REFRESH_OVERWRITE, 2, true);
        try (var session = destination.open("shop");
                var lane = session.open(List.of(second), new Heard())) {
            lane.write(numbers(lane, second, 100, 110));
            lane.commit(checkpoint("110"), details());
            lane.flush();
            lane.write(numbers(lane, second, 110, 150));
        }
        assertThat(read(destination, second)).containsExactlyElementsOf(range(0, 5));
        try (var session = destination.open("shop");
                var lane = session.open(List.of(second), new Heard())) {
            assertThat(session.checkpoints().getFirst().state().orElseThrow()).hasToString("110");
            lane.write(numbers(lane, second, 110, 120));
            lane.finish(second.source(), checkpoint("120"), details());
        }
        assertThat(read(destination, second)).containsExactlyElementsOf(range(100, 120));
        try (Stream<Path> entries = Files.list(root)) {
            assertThat(entries.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(".millrace", "numbers");
        }
    }

    @ParameterizedTest
    @EnumSource(FileFormat.class)
    void noFileHasMoreRowsThanItMay(FileFormat format) throws InterruptedException {
        StreamTarget target = target("numbers", NUMBERS, INCREMENTAL_APPEND, 1, false);
        var destination = destination(format, 1000);
        sync(destination, target, 0, 2500);
        assertThat(parts(root.resolve("numbers"))).hasSize(3);
        assertThat(read(destination, target)).containsExactlyElementsOf(range(0, 2500));
    }

    @Test
    void rowsAsJsonAreSplitAndCommittedAsBatchesAre() throws Exception {
        StreamTarget target = target("numbers", NUMBERS, INCREMENTAL_APPEND, 1, false);
        var destination = destination(FileFormat.JSONL, 1000);
        try (var session = destination.open("shop");
                var lane = session.open(List.of(target), new Heard())) {
            assertThat(lane.takesJson()).isTrue();
            lane.writeJson(json(target, 0, 900));
            lane.write(numbers(lane, target, 900, 950));
            lane.writeJson(json(target, 950, 3000));
            lane.commit(checkpoint("3000"), details());
            lane.writeJson(json(target, 3000, 3100)); // which no checkpoint covers
            lane.flush();
        }
        assertThat(read(destination, target)).containsExactlyElementsOf(range(0, 3000));
        List<Path> parts = parts(root.resolve("numbers"));
        assertThat(parts).hasSize(3);
        for (Path part : parts) {
            assertThat(Files.readAllLines(part)).hasSize(1000);
        }
        var ids = new java.util.HashSet<String>();
        for (String line : Files.readAllLines(parts.getFirst())) {
            var row = JsonMapper.shared().readTree(line);
            assertThat(row.propertyNames())
                    .containsExactly(
                            "_airbyte_raw_id",
                            "_airbyte_extracted_at",
                            "_airbyte_meta",
                            "_airbyte_generation_id",
                            "id");
            assertThat(row.path("_airbyte_extracted_at").asString())
                    .isEqualTo("1970-01-01T00:00:00.000005Z");
            ids.add(row.path("_airbyte_raw_id").asString());
        }
        assertThat(ids).hasSize(1000);
        assertThat(memory.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource(FileFormat.class)
    void manySmallBatchesNeverFillTheMemoryThoughNoCheckpointIsDue(FileFormat format)
            throws Exception {
        StreamTarget target = target("numbers", NUMBERS, INCREMENTAL_APPEND, 1, false);
        var destination = destination(format, 1_000_000);
        var small = new BatchMemory(8 << 20);
        try (var session = destination.open("shop");
                var lane = session.open(List.of(target), new Heard())) {
            for (int id = 0; id < 2000; id++) {
                assertThat(small.used()).isLessThan(small.limit());
                var batch =
                        new ColumnBatch(
                                small,
                                target.source(),
                                lane.landings().getFirst().landed(),
                                5,
                                1024);
                batch.fixed(0).appendLong(id);
                batch.endRow();
                lane.write(batch);
                lane.commit(checkpoint(Integer.toString(id)), details());
            }
            lane.finish(target.source(), checkpoint("2000"), details());
        }
        assertThat(read(destination, target)).containsExactlyElementsOf(range(0, 2000));
    }

    @Test
    void aCrashBetweenCommitAndRenamingIsMadeGoodByTheNextRun() throws Exception {
        var destination = destination(FileFormat.JSONL, 1000);
        StreamTarget target = target("numbers", NUMBERS, INCREMENTAL_APPEND, 1, false);
        sync(destination, target, 0, 5);
        Path folder = root.resolve("numbers");
        Path part = parts(folder).getFirst();
        Files.move(part, folder.resolve("." + part.getFileName()));
        Files.writeString(folder.resolve(".part-00001-000001.jsonl"), "{\"id\":");
        Files.writeString(folder.resolve("part-00001-000002.jsonl"), "{\"id\":7}\n");
        try (var session = destination.open("shop")) {
            assertThat(session.checkpoints()).hasSize(1);
        }
        assertThat(read(destination, target)).containsExactlyElementsOf(range(0, 5));
        assertThat(Files.list(folder).toList()).containsExactly(part);
    }

    @Test
    void aFolderOfSomebodyElseIsRefusedByName() throws IOException {
        Files.createDirectories(root.resolve("numbers"));
        Files.writeString(root.resolve("numbers").resolve("mine.csv"), "a\n1\n");
        assertThatThrownBy(() ->
                        destination(FileFormat.CSV, 10)
                                .plan(
                                        "shop",
                                        List.of(
                                                target(
                                                        "numbers",
                                                        NUMBERS,
                                                        INCREMENTAL_APPEND,
                                                        1,
                                                        false))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("numbers")
                .hasMessageContaining("prefix");
    }

    @Test
    void deduplicatedModesAreRefused() {
        assertThat(destination(FileFormat.CSV, 10).supportedModes())
                .doesNotContain(INCREMENTAL_DEDUPED_HISTORY);
    }

    @Test
    void namesThatNoFolderHasAreChangedAndNeverIntoAKeptOne() {
        var names = List.of("a/b", "a-b", ".hidden", "x.hidden", "_meta", "");
        var targets =
                names.stream()
                        .map(name -> target(name, NUMBERS, INCREMENTAL_APPEND, 1, false))
                        .toList();
        assertThat(destination(FileFormat.CSV, 10).plan("shop", targets))
                .extracting(plan -> plan.table())
                .containsExactly("a-b_1", "a-b", "x.hidden_1", "x.hidden", "x_meta", "x");
        assertThat(root).isEmptyDirectory();
    }

    /** The place, type and hash of each value. */
    private static List<String> hashes(ColumnBatch batch) {
        var hashes = new ArrayList<String>();
        for (int column = 0; column < batch.schema().size(); column++) {
            long[] values = RowHasher.hash(batch, new int[] {column});
            for (int row = 0; row < values.length; row++) {
                hashes.add(row + " " + batch.schema().column(column) + " " + values[row]);
            }
        }
        return hashes;
    }

    private void sync(FilesDestination destination, StreamTarget target, long from, long to)
            throws InterruptedException {
        try (var session = destination.open("shop");
                var lane = session.open(List.of(target), new Heard())) {
            lane.write(numbers(lane, target, from, to));
            lane.finish(target.source(), checkpoint(Long.toString(to)), details());
        }
    }

    private ColumnBatch numbers(DestinationLane lane, StreamTarget target, long from, long to) {
        var batch =
                new ColumnBatch(
                        memory, target.source(), lane.landings().getFirst().landed(), 5, 16);
        for (long id = from; id < to; id++) {
            batch.fixed(0).appendLong(id);
            batch.endRow();
        }
        return batch;
    }

    private JsonRows json(StreamTarget target, long from, long to) {
        var rows = new JsonRows(memory, target.source(), NUMBERS, 5, 0, 0);
        var copier = new JsonRowCopier(NUMBERS);
        for (long id = from; id < to; id++) {
            byte[] object = "{\"id\": %d}".formatted(id).getBytes(StandardCharsets.UTF_8);
            assertThat(copier.copy(rows, object, 0, object.length)).isTrue();
        }
        return rows;
    }

    private List<Long> read(FilesDestination destination, StreamTarget target)
            throws InterruptedException {
        var ids = new ArrayList<Long>();
        destination.readBack(
                "shop",
                target,
                new ReadBackRequest(NUMBERS, memory),
                batch -> {
                    for (int row = 0; row < batch.rows(); row++) {
                        ids.add(batch.fixed(0).getLong(row));
                    }
                    batch.close();
                });
        return ids;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static List<Path> parts(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private FilesDestination destination(FileFormat format, long rowsPerFile) {
        return new FilesDestination(root, format, rowsPerFile, true, Clock.systemUTC(), CACHE);
    }

    private static StreamTarget target(
            String name, StreamSchema schema, SyncMode mode, long generation, boolean replace) {
        return new StreamTarget(
                StreamName.of("public", name),
                StreamName.of(name),
                schema,
                mode,
                List.of(),
                Optional.empty(),
                generation,
                replace);
    }

    private static Checkpoint checkpoint(String state) {
        return new Checkpoint(Optional.empty(), JsonMapper.shared().readTree(state), 0, 0);
    }

    private static tools.jackson.databind.JsonNode details() {
        return JsonMapper.shared().readTree("{\"kept\":true}");
    }

    private static final class Heard implements LaneListener {
        final List<String> durable = new ArrayList<>();

        @Override
        public void durable(Checkpoint checkpoint) {
            durable.add(checkpoint.state().toString());
        }

        @Override
        public void rejected(StreamName stream, String reason) {
            throw new AssertionError(stream + ": " + reason);
        }
    }
}
