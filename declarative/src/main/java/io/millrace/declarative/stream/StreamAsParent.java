package io.millrace.declarative.stream;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.ParentRun;
import io.millrace.declarative.partition.ParentSlice;
import io.millrace.declarative.partition.ParentStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A stream that others have partitions of.
 *
 * @param full how it is read from the beginning
 * @param incremental how it is read where there is a state; mostly the same
 */
record StreamAsParent(DeclarativeStream full, DeclarativeStream incremental)
        implements ParentStream {

    @Override
    public String name() {
        return full.name();
    }

    @Override
    public Optional<String> cursorField() {
        return incremental.cursorField();
    }

    @Override
    public List<ParentStream> parents() {
        return full.parents();
    }

    @Override
    public ParentRun start(Map<String, Object> state) {
        return new Run((state.isEmpty() ? full : incremental).start(state));
    }

    private record Run(StreamRead read) implements ParentRun {
        @Override
        public boolean generate(ParentSliceSink sink) throws InterruptedException {
            return read.generate(slice -> sink.accept(new Slice(slice, read.open(slice))));
        }

        @Override
        public Map<String, Object> state() {
            return read.state();
        }

        @Override
        public void finish() throws InterruptedException {
            read.finish(_ -> {
                // Its state is part of the child's, which asks for it.
            });
        }
    }

    private record Slice(StreamSlice slice, StreamRead.Slice reading) implements ParentSlice {
        @Override
        public boolean read(ParentRecordSink sink) throws InterruptedException {
            try {
                reading.read(record -> {
                    if (!sink.accept(record)) {
                        throw new Refused();
                    }
                });
                return true;
            } catch (Refused _) {
                return false;
            }
        }

        @Override
        public void close() throws InterruptedException {
            reading.close(_ -> {
                // As above.
            });
        }
    }

    /** Ends the reading of a slice of which no more is wanted. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Refused() {
            super(null, null, false, false);
        }
    }
}
