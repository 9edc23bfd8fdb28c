package io.millrace.declarative.cursor;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.PartitionRouter;
import io.millrace.declarative.partition.PartitionRun;
import io.millrace.declarative.partition.SliceSink;
import io.millrace.declarative.record.SourceRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stream that has no cursor: each read reads all of it, and the state only tells that. */
record FullRefresh(PartitionRouter router, InstantSource clock) implements IncrementalSync {
    /** Marks the state of such a stream. */
    static final String NO_CURSOR = "__ab_no_cursor_state_message";

    @Override
    public StreamCursor start(Map<String, Object> state) {
        return new Run(router.start(state));
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        return router.options(slice);
    }

    @Override
    public Optional<String> cursorField() {
        return Optional.empty();
    }

    @Override
    public boolean isDataFeed() {
        return false;
    }

    @Override
    public boolean isClientSideIncremental() {
        return false;
    }

    @Override
    public List<StreamSlice> split(StreamSlice slice, Optional<Duration> atLeast) {
        return List.of();
    }

    @Override
    public Optional<Instant> position(Map<String, Object> state) {
        return Boolean.TRUE.equals(state.get(NO_CURSOR))
                ? Optional.of(clock.instant())
                : Optional.empty();
    }

    private record Run(PartitionRun partitions) implements StreamCursor {
        @Override
        public boolean generate(SliceSink sink) throws InterruptedException {
            return partitions.generate(sink);
        }

        @Override
        public SliceProgress open(StreamSlice slice) {
            return Unobserved.INSTANCE;
        }

        @Override
        public Map<String, Object> state() {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put(NO_CURSOR, true);
            return state;
        }

        @Override
        public void finish(StateSink sink) throws InterruptedException {
            sink.accept(state());
        }
    }

    /** The reading of a slice that leaves no trace. */
    private enum Unobserved implements SliceProgress {
        INSTANCE;

        @Override
        public boolean includes(SourceRecord record) {
            return true;
        }

        @Override
        public void observe(SourceRecord record) {
            // There is nothing to remember.
        }

        @Override
        public StreamSlice rest(StreamSlice slice) {
            return slice;
        }

        @Override
        public void close(StateSink sink) {
            // The one state comes at the end.
        }
    }
}
