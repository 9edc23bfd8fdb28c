package io.millrace.declarative.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CountSyncTest {
    private static final double END = Double.POSITIVE_INFINITY;

    /**
     * What the reference (airbyte-cdk 7.39.1) did.
     *
     * @param slices starts and ends
     * @param after states that come out when the slices close
     */
    record Recorded(
            Object startValue,
            Map<String, Object> state,
            List<Object> values,
            List<List<Object>> slices,
            List<Boolean> included,
            List<Object> after,
            Object last) {}

    static List<Recorded> recorded() {
        return List.of(
                new Recorded(0L, Map.of(), List.of(), open(0), List.of(), List.of(), n(0)),
                new Recorded(
                        0L,
                        Map.of(),
                        List.of(3L, 7L, 5L),
                        open(0),
                        List.of(true, true, true),
                        List.of(n(7)),
                        n(7)),
                new Recorded(5L, Map.of(), List.of(), open(5), List.of(), List.of(), n(5)),
                new Recorded(
                        "{{ 5 }}",
                        n(3),
                        List.of(4L, 9L),
                        open(5),
                        List.of(false, true),
                        List.of(n(9)),
                        n(9)),
                new Recorded(
                        5L,
                        Map.of("n", 8L, "o", 1L),
                        List.of(2L, 8L),
                        open(8),
                        List.of(false, true),
                        List.of(Map.of("n", 8L, "o", 1L)),
                        Map.of("n", 8L, "o", 1L)),
                new Recorded(0L, n(0), List.of(0L), open(0), List.of(true), List.of(), n(0)),
                new Recorded(
                        0L,
                        ranges(Map.of("start", 0L, "end", 4L, "most_recent_cursor_value", 4L)),
                        List.of(6L),
                        open(4),
                        List.of(true),
                        List.of(n(6)),
                        n(6)),
                new Recorded(
                        0L,
                        ranges(Map.of("start", 0L, "end", 4L), Map.of("start", 10L, "end", 12L)),
                        List.of(),
                        List.of(List.of(4L, 10L), List.of(12L, END)),
                        List.of(),
                        List.of(),
                        n(0)));
    }

    private static Map<String, Object> n(long value) {
        return Map.of("n", value);
    }

    private static List<List<Object>> open(long start) {
        return List.of(List.of(start, END));
    }

    private static Map<String, Object> ranges(Map<?, ?>... slices) {
        return Map.of("state_type", "integer", "slices", List.of(slices));
    }

    private static Map<String, Object> cursor(Object startValue) {
        Map<String, Object> cursor = new LinkedHashMap<>();
        cursor.put("type", "IncrementingCountCursor");
        cursor.put("cursor_field", "n");
        cursor.put("start_value", startValue);
        cursor.put(
                "start_value_option",
                Map.of("inject_into", "request_parameter", "field_name", "since"));
        return cursor;
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void itSlicesObservesAndTellsItsStateAsTheReference(Recorded recorded)
            throws InterruptedException {
        StreamCursor run =
                Syncs.of(Syncs.stream(cursor(recorded.startValue)), Optional.empty())
                        .start(recorded.state);
        List<List<Object>> slices = new ArrayList<>();
        List<Object> states = new ArrayList<>();
        List<Boolean> included = new ArrayList<>();
        run.generate(slice -> {
            slices.add(List.of(slice.get("start"), slice.get("end")));
            SliceProgress progress = run.open(slice);
            for (Object value : recorded.values) {
                SourceRecord record = SourceRecord.ofValue(Map.of("n", value));
                included.add(progress.includes(record));
                progress.observe(record);
            }
            progress.close(states::add);
            return true;
        });
        assertThat(slices).isEqualTo(recorded.slices);
        assertThat(included).isEqualTo(recorded.included);
        assertThat(states).isEqualTo(recorded.after);
        run.finish(state -> assertThat(state).isEqualTo(recorded.last));
    }

    @Test
    void onlyTheStartGoesIntoRequests() throws InterruptedException {
        IncrementalSync sync = Syncs.of(Syncs.stream(cursor(5L)), Optional.empty());
        List<StreamSlice> slices = new ArrayList<>();
        sync.start(Map.of()).generate(slices::add);
        assertThat(sync.options(slices.getFirst()).parameters()).isEqualTo(Map.of("since", 5L));
    }

    @Test
    void aRecordWithoutTheNumberIsReadAndMovesNothing() throws InterruptedException {
        StreamCursor run = Syncs.of(Syncs.stream(cursor(5L)), Optional.empty()).start(Map.of());
        run.generate(slice -> {
            SliceProgress progress = run.open(slice);
            assertThat(progress.includes(SourceRecord.ofValue(Map.of("m", 1L)))).isTrue();
            progress.observe(SourceRecord.ofValue(Map.of("m", 1L)));
            assertThat(progress.rest(slice)).isSameAs(slice);
            progress.close(_ -> {});
            return true;
        });
        assertThat(run.state()).isEqualTo(n(5));
    }

    @Test
    void aStreamWithPartitionsCannotHaveIt() {
        assertThatThrownBy(() -> Syncs.ofList(cursor(0L), List.of("a")))
                .hasMessageContaining("IncrementingCountCursor");
    }
}
