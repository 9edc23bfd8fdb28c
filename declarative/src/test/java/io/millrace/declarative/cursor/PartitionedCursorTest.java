package io.millrace.declarative.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.FakeParent;
import io.millrace.declarative.partition.PartitionRouter;
import io.millrace.declarative.partition.Plans;
import io.millrace.declarative.record.SourceRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PartitionedCursorTest {

    private static IncrementalSync sync(long partitions) {
        return Syncs.ofList(
                Syncs.days("2024-05-31"), LongStream.range(0, partitions).boxed().toList());
    }

    private static SourceRecord record(String day) {
        return SourceRecord.ofValue(Map.of("upd", day));
    }

    private static void read(StreamCursor cursor, StreamSlice slice, String day)
            throws InterruptedException {
        SliceProgress progress = cursor.open(slice);
        progress.observe(record(day));
        progress.close(_ -> {});
    }

    private static Map<String, Object> finish(StreamCursor cursor) throws InterruptedException {
        List<Map<String, Object>> states = new ArrayList<>();
        cursor.finish(states::add);
        return states.getFirst();
    }

    @SuppressWarnings("unchecked")
    private static List<Object> states(Map<String, Object> state) {
        return (List<Object>) Objects.requireNonNull(state.get("states"));
    }

    @Test
    void upToTenThousandPartitionsEachHaveAState() throws InterruptedException {
        StreamCursor cursor = sync(PartitionedCursor.MOST_WITH_STATES).start(Map.of());
        cursor.generate(slice -> {
            read(cursor, slice, "2024-02-01");
            return true;
        });
        Map<String, Object> state = finish(cursor);
        assertThat(state).containsEntry("use_global_cursor", false);
        assertThat(states(state)).hasSize(PartitionedCursor.MOST_WITH_STATES);
    }

    @Test
    void aboveThatOneValueIsKeptForAllOfThem() throws InterruptedException {
        StreamCursor cursor = sync(PartitionedCursor.MOST_WITH_STATES + 2).start(Map.of());
        cursor.generate(slice -> {
            read(cursor, slice, "2024-02-0" + (1 + (Long) slice.get("pid") % 7));
            return true;
        });
        Map<String, Object> state = finish(cursor);
        assertThat(state)
                .containsEntry("use_global_cursor", true)
                .containsEntry("state", Map.of("upd", "2024-02-07"))
                .doesNotContainKey("states");
    }

    @Test
    void aHundredThousandPartitionsAreReadFromOneValueAndAreNotRemembered()
            throws InterruptedException {
        Map<String, Object> before = new LinkedHashMap<>();
        before.put("use_global_cursor", true);
        before.put("state", Map.of("upd", "2024-05-01"));
        before.put("lookback_window", 86_400L);
        StreamCursor cursor = sync(100_000).start(before);
        List<String> starts = new ArrayList<>();
        cursor.generate(slice -> {
            starts.add((String) slice.get("start_time"));
            read(cursor, slice, "2024-05-20");
            return true;
        });
        assertThat(starts).hasSize(100_000).containsOnly("2024-04-30");
        assertThat(finish(cursor)).containsEntry("state", Map.of("upd", "2024-05-20"));
    }

    @Test
    void aStateOfMorePartitionsThanAreRememberedLosesTheOldest() throws InterruptedException {
        List<Object> states = new ArrayList<>();
        int count = PartitionedCursor.MOST_PARTITIONS + 10;
        for (long i = 0; i < count; i++) {
            states.add(
                    Map.of("partition", Map.of("pid", i), "cursor", Map.of("upd", "2024-03-01")));
        }
        StreamCursor cursor =
                Syncs.ofList(Syncs.days("2024-05-31"), List.of("new"))
                        .start(
                                Map.of(
                                        "states",
                                        states,
                                        "state",
                                        Map.of("upd", "2024-05-01"),
                                        "use_global_cursor",
                                        false));
        cursor.generate(slice -> {
            assertThat(slice.get("start_time")).isEqualTo("2024-05-01");
            read(cursor, slice, "2024-05-20");
            return true;
        });
        assertThat(finish(cursor)).containsEntry("use_global_cursor", true);
    }

    @Test
    void theFirstSliceThatIsReadIsToldAtOnceAndTheOthersLater() throws InterruptedException {
        StreamCursor cursor = sync(5).start(Map.of());
        List<Map<String, Object>> told = new ArrayList<>();
        cursor.generate(slice -> {
            SliceProgress progress = cursor.open(slice);
            progress.observe(record("2024-02-01"));
            progress.close(told::add);
            return true;
        });
        assertThat(told).hasSize(1);
        assertThat(states(told.getFirst()))
                .containsExactly(
                        Map.of(
                                "partition",
                                Map.of("pid", 0L),
                                "cursor",
                                Map.of("upd", "2024-02-01")));
    }

    @Test
    void aPartitionThatFailedIsReadAgainFromWhereItWasAndSoAreNewOnes()
            throws InterruptedException {
        IncrementalSync sync = Syncs.ofList(Syncs.days("2024-05-31"), List.of("a", "b"));
        StreamCursor first = sync.start(Map.of());
        first.generate(slice -> {
            SliceProgress progress = first.open(slice);
            progress.observe(record("2024-02-01"));
            if (slice.get("pid").equals("a")) {
                progress.close(_ -> {});
            }
            return true;
        });
        Map<String, Object> state = finish(first);
        assertThat(state).doesNotContainKey("state");
        List<Object> starts = new ArrayList<>();
        Syncs.ofList(Syncs.days("2024-05-31"), List.of("a", "b", "c"))
                .start(state)
                .generate(slice -> starts.add(slice.get("start_time")));
        assertThat(starts).containsExactly("2024-02-01", "2024-01-01", "2024-01-01");
    }

    @Test
    void whereSomePartitionsStayedUnknownNothingMovesThatTheyWouldStartFrom()
            throws InterruptedException {
        List<Map<String, Object>> slices =
                List.of(
                        Map.of("partition", Map.of(), "records", List.of(Map.of("id", 1L))),
                        Map.of("partition", Map.of(), "records", List.of(Map.of("id", 2L))),
                        Map.of("partition", Map.of(), "records", List.of(Map.of("id", 3L))));
        List<Map<String, Object>> states =
                LongStream.range(0, 4).<Map<String, Object>>mapToObj(i -> Map.of("pu", i)).toList();
        var parent = new FakeParent("p", slices, states, true);
        PartitionRouter router = Plans.router(Plans.substream(parent), parent);
        Map<String, Object> before = Map.of("state", Map.of("upd", "2024-01-15"));
        StreamCursor cursor =
                Syncs.of(Syncs.stream(Syncs.days("2024-05-31")), Optional.of(router)).start(before);
        cursor.generate(slice -> {
            read(cursor, slice, "2024-02-01");
            return false; // as good as a parent that fails to be read any further
        });
        Map<String, Object> state = finish(cursor);
        assertThat(state)
                .containsEntry("state", Map.of("upd", "2024-01-15"))
                .containsEntry("parent_state", Map.of("p", Map.of("pu", 1L)));
        assertThat(states(state)).hasSize(1);
    }

    @Test
    void aPartitionThatComesTwiceIsReadOnce() throws InterruptedException {
        StreamCursor cursor =
                Syncs.ofList(Syncs.days("2024-05-31"), List.of("a", "b", "a")).start(Map.of());
        List<Object> read = new ArrayList<>();
        cursor.generate(slice -> {
            read(cursor, slice, "2024-02-01");
            return read.add(slice.get("pid"));
        });
        assertThat(read).containsExactly("a", "b");
    }

    @Test
    void nothingIsReadAfterASliceWasRefused() throws InterruptedException {
        StreamCursor cursor = sync(5).start(Map.of());
        List<Object> read = new ArrayList<>();
        assertThat(
                        cursor.generate(slice -> {
                            read.add(slice.get("pid"));
                            return read.size() < 2;
                        }))
                .isFalse();
        assertThat(read).containsExactly(0L, 1L);
    }

    /** The parent's second slice is closed when its last record is generated. */
    @Test
    void theParentsStateMovesOnlyWhenAllPartitionsBeforeAreComplete() throws InterruptedException {
        List<Map<String, Object>> slices = new ArrayList<>();
        List<Map<String, Object>> states = new ArrayList<>();
        states.add(Map.of("pu", 0L));
        for (long i = 1; i <= 3; i++) {
            slices.add(
                    Map.of(
                            "partition",
                            Map.of(),
                            "records",
                            List.of(Map.of("id", 2 * i), Map.of("id", 2 * i + 1))));
            states.add(Map.of("pu", i));
        }
        var parent = new FakeParent("p", slices, states, true);
        PartitionRouter router = Plans.router(Plans.substream(parent), parent);
        for (int open = 0; open < 6; open++) {
            // A parent that answers slowly is asked for its state less often: here none does.
            StreamCursor cursor =
                    ((PartitionedSync)
                                    Syncs.of(
                                            Syncs.stream(Syncs.days("2024-05-31")),
                                            Optional.of(router)))
                            .start(Map.of(), () -> 0);
            List<StreamSlice> all = new ArrayList<>();
            cursor.generate(all::add);
            for (int i = 0; i < 6; i++) {
                if (i != open) {
                    read(cursor, all.get(i), "2024-02-01");
                }
            }
            // Slices that end before the open partition's are covered.
            assertThat(cursor.state().get("parent_state"))
                    .as("with partition %d open", open)
                    .isEqualTo(open == 0 ? null : Map.of("p", Map.of("pu", (long) (open / 2))));
            read(cursor, all.get(open), "2024-02-01");
            assertThat(finish(cursor)).containsEntry("parent_state", Map.of("p", Map.of("pu", 3L)));
        }
    }

    @Test
    void statesComeInOrderHoweverManyThreadsRead() throws Exception {
        Map<String, Object> days = Syncs.days("2024-05-31");
        days.put("step", "P1D");
        days.put("cursor_granularity", "P1D");
        StreamCursor cursor = Syncs.of(Syncs.stream(days), Optional.empty()).start(Map.of());
        List<String> told = new ArrayList<>();
        var room = new Semaphore(8);
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> reads = new ArrayList<>();
            cursor.generate(slice -> {
                room.acquire();
                return reads.add(
                        pool.submit(() -> {
                            SliceProgress progress = cursor.open(slice);
                            progress.observe(record((String) slice.get("end_time")));
                            progress.close(state -> told.add((String) state.get("upd")));
                            room.release();
                            return true;
                        }));
            });
            for (Future<?> read : reads) {
                read.get();
            }
        }
        assertThat(told).hasSize(151).isSorted().last().isEqualTo("2024-05-31");
    }
}
