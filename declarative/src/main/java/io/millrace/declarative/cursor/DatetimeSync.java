package io.millrace.declarative.cursor;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.SliceSink;
import io.millrace.declarative.record.SourceRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stream that is read by time, as a whole. */
record DatetimeSync(DatetimePlan plan, DatetimeRange range) implements IncrementalSync {

    @Override
    public StreamCursor start(Map<String, Object> state) {
        return new Run(DatetimeProgress.load(range, state));
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        return plan.options(slice);
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
        return range.split(slice, atLeast.map(Span::of));
    }

    @Override
    public Optional<Instant> position(Map<String, Object> state) {
        return DatetimeProgress.position(plan.formats(), plan.cursorField(), state)
                .map(Moment::instant);
    }

    private final class Run implements StreamCursor {
        private final DatetimeProgress progress;
        private final Moment lowest;
        private final CursorWarnings warnings = plan.warnings();

        /** Held while a state is made and handed over, so that states come in order. */
        private final Object emission = new Object();

        private Run(DatetimeProgress progress) {
            this.progress = progress;
            this.lowest = progress.lowest();
        }

        @Override
        public boolean generate(SliceSink sink) throws InterruptedException {
            List<Interval<Moment>> read;
            synchronized (progress) {
                read = progress.read();
            }
            return range.generate(
                    read, cursor -> sink.accept(new StreamSlice(Map.of(), cursor, Map.of())));
        }

        @Override
        public SliceProgress open(StreamSlice slice) {
            return new OpenSlice(slice);
        }

        @Override
        public Map<String, Object> state() {
            synchronized (progress) {
                return progress.state();
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
            private final StreamSlice slice;
            private final Observation observation = new Observation(range, lowest, warnings);

            private OpenSlice(StreamSlice slice) {
                this.slice = slice;
            }

            @Override
            public boolean includes(SourceRecord record) {
                return observation.includes(record);
            }

            @Override
            public void observe(SourceRecord record) {
                observation.observe(record);
            }

            @Override
            public Standing standing() {
                return observation.standing();
            }

            @Override
            public Optional<String> boundary() {
                synchronized (progress) {
                    return observation.boundary(progress.reached());
                }
            }

            @Override
            public StreamSlice rest(StreamSlice before) {
                return observation.rest(before);
            }

            @Override
            public void close(StateSink sink) throws InterruptedException {
                synchronized (progress) {
                    progress.close(slice, observation.mostRecent());
                }
                emit(sink);
            }
        }
    }
}
