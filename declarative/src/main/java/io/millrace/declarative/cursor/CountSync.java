package io.millrace.declarative.cursor;

import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.SliceSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is read by a number that grows: one slice, open at its end (reference: 8.9).
 *
 * @param first the number to start from without a state
 */
record CountSync(
        String streamName,
        String field,
        Object first,
        Optional<RequestOption> startOption,
        boolean isDataFeed,
        boolean isClientSideIncremental,
        Compilation compilation)
        implements IncrementalSync {
    private static final String START = "start";
    private static final String END = "end";

    static CountSync compile(
            Definition definition, String streamName, String field, Compilation compilation) {
        Object first =
                definition
                        .findText("start_value")
                        .map(text -> compilation.string(text, definition))
                        .map(template -> Python.toInteger(template.evaluate(compilation.context())))
                        .orElse(0L);
        return new CountSync(
                streamName,
                field,
                first,
                definition
                        .find("start_value_option")
                        .map(option -> RequestOption.compile(option, compilation)),
                definition.flag("is_data_feed", false),
                definition.flag("is_client_side_incremental", false),
                compilation);
    }

    @Override
    public StreamCursor start(Map<String, Object> state) {
        return new Run(state);
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        return startOption.isPresent()
                ? startOption.get().inject(slice.get(START))
                : RequestOptions.EMPTY;
    }

    @Override
    public Optional<String> cursorField() {
        return Optional.of(field);
    }

    @Override
    public List<StreamSlice> split(StreamSlice slice, Optional<Duration> atLeast) {
        return List.of();
    }

    @Override
    public Optional<Instant> position(Map<String, Object> state) {
        return Optional.empty();
    }

    private static Object next(Object number) {
        return Objects.requireNonNull(Operators.add(number, 1L));
    }

    private static List<Interval<Object>> merge(List<Interval<Object>> intervals) {
        return Interval.merge(intervals, Comparison::compare, CountSync::next);
    }

    private final class Run implements StreamCursor {
        private final Map<String, Object> unknown;
        private final Object from;
        private final CursorWarnings warnings =
                new CursorWarnings(
                        streamName,
                        field,
                        message -> compilation.log().log(LogLevel.WARN, message));
        private final Object emission = new Object();
        private final Object lock = new Object();
        private List<Interval<Object>> read;

        private Run(Map<String, Object> state) {
            List<Interval<Object>> intervals =
                    DatetimeProgress.isIntervals(state) ? intervals(state) : List.of();
            if (intervals.isEmpty()) {
                Object reached = state.get(field);
                from =
                        reached != null
                                        && Python.isTrue(reached)
                                        && Comparison.compare(reached, first) >= 0
                                ? reached
                                : first;
                read = List.of(new Interval<>(first, from, from));
                unknown = DatetimeProgress.isIntervals(state) ? Map.of() : state;
            } else {
                Interval<Object> lowest = intervals.getFirst();
                from = lowest.mostRecent() == null ? lowest.end() : lowest.mostRecent();
                read = merge(intervals);
                unknown =
                        state.get("legacy") instanceof Map<?, ?> legacy
                                ? PartitionedSync.keyed(legacy)
                                : Map.of();
            }
        }

        private static List<Interval<Object>> intervals(Map<String, Object> state) {
            List<Interval<Object>> intervals = new ArrayList<>();
            if (state.get("slices") instanceof List<?> slices) {
                for (Object slice : slices) {
                    Object start = Python.item(slice, START);
                    Object end = Python.item(slice, END);
                    if (start == null || end == null) {
                        throw PythonError.value("A slice of a state has no start or end");
                    }
                    intervals.add(
                            new Interval<>(
                                    start,
                                    end,
                                    ((Map<?, ?>) slice).get("most_recent_cursor_value")));
                }
            }
            return intervals;
        }

        @Override
        public boolean generate(SliceSink sink) throws InterruptedException {
            List<Interval<Object>> done;
            synchronized (lock) {
                done = read;
            }
            Object before = first;
            for (Interval<Object> interval : done) {
                if (Comparison.compare(before, interval.start()) < 0
                        && !sink.accept(slice(before, interval.start()))) {
                    return false;
                }
                before = interval.end();
            }
            return sink.accept(slice(before, Double.POSITIVE_INFINITY));
        }

        private static StreamSlice slice(Object start, Object end) {
            Map<String, Object> cursor = LinkedHashMap.newLinkedHashMap(2);
            cursor.put(START, start);
            cursor.put(END, end);
            return new StreamSlice(Map.of(), cursor, Map.of());
        }

        @Override
        public SliceProgress open(StreamSlice slice) {
            return new OpenSlice();
        }

        @Override
        public Map<String, Object> state() {
            synchronized (lock) {
                Map<String, Object> state = new LinkedHashMap<>(unknown);
                state.put(field, read.getFirst().reached());
                return state;
            }
        }

        @Override
        public void finish(StateSink sink) throws InterruptedException {
            emit(sink);
        }

        private void emit(StateSink sink) throws InterruptedException {
            synchronized (emission) {
                sink.accept(state());
            }
        }

        private final class OpenSlice implements SliceProgress {
            private @Nullable Object mostRecent;
            private Standing standing = Standing.OTHER;

            private @Nullable Object value(SourceRecord record) {
                Object value = record.field(field);
                if (value == null || Python.isMissing(value)) {
                    warnings.missing();
                    return null;
                }
                return value;
            }

            @Override
            public boolean includes(SourceRecord record) {
                Object value = value(record);
                return value == null || Comparison.compare(from, value) <= 0;
            }

            @Override
            public void observe(SourceRecord record) {
                Object value = value(record);
                standing = Standing.OTHER;
                if (value == null) {
                    return;
                }
                int order = mostRecent == null ? -1 : Comparison.compare(mostRecent, value);
                if (order < 0) {
                    mostRecent = value;
                    standing = Standing.HIGHEST;
                } else if (order == 0) {
                    standing = Standing.AS_HIGHEST;
                }
            }

            @Override
            public Standing standing() {
                return standing;
            }

            @Override
            public Optional<String> boundary() {
                synchronized (lock) {
                    return Optional.ofNullable(mostRecent)
                            .map(Python::str)
                            .filter(Python.str(read.getFirst().reached())::equals);
                }
            }

            @Override
            public StreamSlice rest(StreamSlice slice) {
                return mostRecent == null
                        ? slice
                        : slice(
                                mostRecent,
                                Objects.requireNonNullElse(
                                        slice.get(END), Double.POSITIVE_INFINITY));
            }

            @Override
            public void close(StateSink sink) throws InterruptedException {
                if (mostRecent == null || !Python.isTrue(mostRecent)) {
                    return;
                }
                synchronized (lock) {
                    List<Interval<Object>> more = new ArrayList<>(read);
                    more.add(new Interval<>(from, mostRecent, mostRecent));
                    read = merge(more);
                }
                emit(sink);
            }
        }
    }
}
