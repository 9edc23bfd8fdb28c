package io.millrace.declarative.cursor;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.PartitionRouter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A stream whose partitions are read by time, each from where it was left (reference: 8.7).
 *
 * @param isGlobal whether all partitions are read from one place
 */
record PartitionedSync(DatetimePlan plan, PartitionRouter router, boolean isGlobal)
        implements IncrementalSync {

    @Override
    public StreamCursor start(Map<String, Object> state) {
        return start(state, System::nanoTime);
    }

    /** The same by another clock, by which what takes long is done less often. */
    StreamCursor start(Map<String, Object> state, LongSupplier nanoTime) {
        return new PartitionedCursor(this, router.start(state), state, nanoTime);
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        return router.options(slice).overlay(plan.options(slice));
    }

    @Override
    public Optional<String> cursorField() {
        return Optional.of(plan.cursorField());
    }

    @Override
    public boolean isDataFeed() {
        return plan.isDataFeed();
    }

    @Override
    public boolean isClientSideIncremental() {
        return plan.isClientSideIncremental();
    }

    @Override
    public List<StreamSlice> split(StreamSlice slice, Optional<Duration> atLeast) {
        return plan.resolve().split(slice, atLeast.map(Span::of));
    }

    @Override
    public Optional<Instant> position(Map<String, Object> state) {
        return state.get("state") instanceof Map<?, ?> global
                ? DatetimeProgress.position(plan.formats(), plan.cursorField(), keyed(global))
                        .map(Moment::instant)
                : Optional.empty();
    }

    @SuppressWarnings("NullAway") // a value may be None
    static Map<String, Object> keyed(Map<?, ?> map) {
        Map<String, Object> keyed = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, value) -> keyed.put(Python.str(key), value));
        return keyed;
    }
}
