package io.millrace.declarative.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.FakeParent;
import io.millrace.declarative.partition.Plans;
import io.millrace.declarative.record.SourceRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cursors with random definitions, states and records, against what the reference engine
 * (airbyte-cdk 7.39.1) made of them. A case lists the slices, and for each that was read the values
 * of its records and the states that came out.
 */
class RecordedCursorsTest {

    static Stream<Map<String, Object>> single() {
        return cases("single.jsonl.gz");
    }

    static Stream<Map<String, Object>> partitioned() {
        return cases("partitioned.jsonl.gz");
    }

    private static Stream<Map<String, Object>> cases(String name) {
        try (InputStream raw =
                        Objects.requireNonNull(
                                RecordedCursorsTest.class.getResourceAsStream(name));
                var reader =
                        new BufferedReader(
                                new InputStreamReader(
                                        new GZIPInputStream(raw), StandardCharsets.UTF_8))) {
            return reader
                    .lines()
                    .map(line -> object(Objects.requireNonNull(Json.parse(line))))
                    .toList()
                    .stream();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> objects(Map<String, Object> owner, String field) {
        return (List<Map<String, Object>>) Objects.requireNonNull(owner.get(field));
    }

    private static Map<String, Object> child(Map<String, Object> owner, String field) {
        return object(Objects.requireNonNull(owner.get(field)));
    }

    private static IncrementalSync sync(Map<String, Object> recorded, Optional<FakeParent> parent) {
        Map<String, Object> stream = new LinkedHashMap<>();
        stream.put("type", "DeclarativeStream");
        stream.put("name", "s");
        stream.put("incremental_sync", recorded.get("cursor"));
        return Syncs.of(stream, parent.map(each -> Plans.router(Plans.substream(each), each)));
    }

    private static SourceRecord record(@Nullable Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", 1L);
        fields.put("upd", value);
        return SourceRecord.ofValue(fields);
    }

    @ParameterizedTest
    @MethodSource("single")
    void aCursorOverTimeSlicesObservesAndTellsItsStateAsTheReference(Map<String, Object> recorded)
            throws InterruptedException {
        IncrementalSync sync = sync(recorded, Optional.empty());
        StreamCursor cursor = sync.start(child(recorded, "state"));
        List<StreamSlice> slices = new ArrayList<>();
        cursor.generate(slices::add);
        assertThat(slices.stream().map(StreamSlice::cursor).toList())
                .as("slices of %s", recorded)
                .isEqualTo(recorded.get("slices"));
        for (Map<String, Object> step : objects(recorded, "steps")) {
            StreamSlice slice = slices.get(((Long) step.get("slice")).intValue());
            SliceProgress progress = cursor.open(slice);
            List<Object> included = new ArrayList<>();
            for (Object value : (List<?>) step.get("values")) {
                included.add(progress.includes(record(value)));
                progress.observe(record(value));
            }
            assertThat(included)
                    .as("included in %s of %s", step, recorded)
                    .isEqualTo(step.get("included"));
            assertThat(progress.rest(slice).cursor())
                    .as("rest after %s of %s", step, recorded)
                    .isEqualTo(step.get("rest"));
            assertThat(
                            sync.split(slice, Optional.empty()).stream()
                                    .map(StreamSlice::cursor)
                                    .toList())
                    .as("halves of %s of %s", step, recorded)
                    .isEqualTo(step.get("split") == null ? List.of() : step.get("split"));
            List<Object> states = new ArrayList<>();
            progress.close(states::add);
            assertThat(states)
                    .as("state after %s of %s", step, recorded)
                    .containsExactly(step.get("state"));
        }
        List<Object> states = new ArrayList<>();
        cursor.finish(states::add);
        assertThat(states).as("last state of %s", recorded).containsExactly(recorded.get("final"));
    }

    private static FakeParent parent(Map<String, Object> recorded) {
        Map<String, Object> parent = child(recorded, "parent");
        return new FakeParent(
                "p",
                objects(parent, "slices"),
                objects(parent, "states"),
                (Boolean) parent.get("incremental"));
    }

    @ParameterizedTest
    @MethodSource("partitioned")
    void aCursorOverPartitionsSlicesObservesAndTellsItsStateAsTheReference(
            Map<String, Object> recorded) throws InterruptedException {
        StreamCursor cursor =
                sync(recorded, Optional.of(parent(recorded))).start(child(recorded, "state"));
        List<StreamSlice> slices = new ArrayList<>();
        List<Map<String, Object>> steps = objects(recorded, "steps");
        boolean isEager = (Boolean) recorded.get("eager");
        cursor.generate(slice -> {
            slices.add(slice);
            if (!isEager) {
                read(cursor, slice, steps.get(slices.size() - 1), recorded);
            }
            return true;
        });
        assertThat(
                        slices.stream()
                                .map(slice ->
                                        Map.of(
                                                "partition", slice.partition(),
                                                "cursor", slice.cursor(),
                                                "extra", slice.extraFields()))
                                .toList())
                .as("slices of %s", recorded)
                .isEqualTo(recorded.get("slices"));
        if (isEager) {
            for (Map<String, Object> step : steps) {
                read(cursor, slices.get(((Long) step.get("slice")).intValue()), step, recorded);
            }
        }
        assertThat(lastState(cursor))
                .as("last state of %s", recorded)
                .isEqualTo(withoutLookback(child(recorded, "final")));
    }

    private static void read(
            StreamCursor cursor,
            StreamSlice slice,
            Map<String, Object> step,
            Map<String, Object> recorded)
            throws InterruptedException {
        SliceProgress progress = cursor.open(slice);
        List<Object> included = new ArrayList<>();
        for (Object value : (List<?>) step.get("values")) {
            included.add(progress.includes(record(value)));
            progress.observe(record(value));
        }
        assertThat(included)
                .as("included in %s of %s", step, recorded)
                .isEqualTo(step.get("included"));
        if (!step.containsKey("fails")) {
            List<Map<String, Object>> states = new ArrayList<>();
            progress.close(state -> states.add(withoutLookback(state)));
            assertThat(states)
                    .as("states after %s of %s", step, recorded)
                    .isEqualTo(
                            objects(step, "states").stream()
                                    .map(RecordedCursorsTest::withoutLookback)
                                    .toList());
        }
    }

    private static Map<String, Object> lastState(StreamCursor cursor) throws InterruptedException {
        List<Map<String, Object>> states = new ArrayList<>();
        cursor.finish(states::add);
        assertThat(states).hasSize(1);
        return withoutLookback(states.getFirst());
    }

    /** The window is a measured duration, except where nothing was read. */
    private static Map<String, Object> withoutLookback(Map<String, Object> state) {
        Map<String, Object> copy = new LinkedHashMap<>(state);
        assertThat(copy.remove("lookback_window")).isInstanceOf(Long.class);
        return copy;
    }

    /** The records of a slice are the same, whoever reads it when. */
    @ParameterizedTest
    @MethodSource("partitioned")
    void readingInParallelEndsInTheStateOfReadingOneByOne(Map<String, Object> recorded)
            throws Exception {
        Map<Object, List<?>> values = new HashMap<>();
        List<Map<String, Object>> slices = objects(recorded, "slices");
        for (Map<String, Object> step : objects(recorded, "steps")) {
            Map<String, Object> slice = slices.get(((Long) step.get("slice")).intValue());
            values.put(
                    Arrays.asList(slice.get("partition"), slice.get("cursor")),
                    (List<?>) step.get("values"));
        }
        StreamCursor serial =
                sync(recorded, Optional.of(parent(recorded))).start(child(recorded, "state"));
        serial.generate(slice -> {
            read(serial, slice, values);
            return true;
        });
        StreamCursor parallel =
                sync(recorded, Optional.of(parent(recorded))).start(child(recorded, "state"));
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> reads = new ArrayList<>();
            parallel.generate(slice ->
                    reads.add(
                            pool.submit(() -> {
                                read(parallel, slice, values);
                                return true;
                            })));
            for (Future<?> read : reads) {
                read.get();
            }
        }
        assertThat(lastState(parallel)).isEqualTo(lastState(serial));
    }

    private static void read(StreamCursor cursor, StreamSlice slice, Map<Object, List<?>> values)
            throws InterruptedException {
        SliceProgress progress = cursor.open(slice);
        List<?> own =
                Objects.requireNonNull(
                        values.getOrDefault(
                                Arrays.asList(slice.partition(), slice.cursor()), List.of()));
        own.forEach(value -> progress.observe(record(value)));
        progress.close(_ -> {});
    }

    @Test
    void thereAreCases() {
        assertThat(single()).hasSizeGreaterThan(100);
        assertThat(partitioned()).hasSizeGreaterThan(100);
    }
}
