package io.millrace.declarative.stream;

import io.millrace.declarative.cursor.SliceProgress;
import io.millrace.declarative.cursor.StateSink;
import io.millrace.declarative.cursor.StreamCursor;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.SliceSink;
import io.millrace.declarative.retriever.PageSink;
import io.millrace.declarative.retriever.Retriever;
import io.millrace.declarative.retriever.SliceRead;
import io.millrace.declarative.schema.SchemaLoader;
import java.util.Map;
import java.util.Optional;

/**
 * One read of a stream. One thread generates the slices; each of them may be read by a thread of
 * its own meanwhile.
 */
public final class StreamRead {
    private final StreamCursor cursor;
    private final SchemaLoader schema;
    private final Retriever retriever;
    private final boolean fresh;

    StreamRead(StreamCursor cursor, SchemaLoader schema, Retriever retriever, boolean fresh) {
        this.cursor = cursor;
        this.schema = schema;
        this.retriever = retriever;
        this.fresh = fresh;
    }

    /**
     * Gives all slices to the sink, reading parents as it goes; called once.
     *
     * @return whether the sink took them all
     */
    public boolean generate(SliceSink sink) throws InterruptedException {
        return retriever.generate(cursor::generate, sink);
    }

    /** A slice that was generated, to be read by the calling thread. */
    public Slice open(StreamSlice slice) {
        return new Slice(slice, cursor.open(slice));
    }

    /** The state now. */
    Map<String, Object> state() {
        return cursor.state();
    }

    /** Gives the last state, when no slice is being read any more, also where some failed. */
    public void finish(StateSink sink) throws InterruptedException {
        cursor.finish(sink);
    }

    /** A slice that is being read. */
    public final class Slice {
        private final StreamSlice slice;
        private final SliceProgress progress;

        private Slice(StreamSlice slice, SliceProgress progress) {
            this.slice = slice;
            this.progress = progress;
        }

        /** What tells its partition from others; empty where there is but one. */
        public Map<String, Object> partition() {
            return slice.partition();
        }

        /** See {@link SliceProgress#standing}: of the record that the sink is given. */
        public SliceProgress.Standing standing() {
            return progress.standing();
        }

        /** See {@link SliceProgress#boundary}. */
        public Optional<String> boundary() {
            return progress.boundary();
        }

        /** Reads all its records. */
        public void read(PageSink sink) throws InterruptedException {
            // A stream whose schema can't be had is not read at all.
            Map<String, Object> _ = schema.load();
            retriever.read(slice, new SliceRead(progress, fresh), sink);
        }

        /**
         * The slice is complete, and its records are on their way (invariant 2); gives a state to
         * the sink if it is time to.
         */
        public void close(StateSink sink) throws InterruptedException {
            progress.close(sink);
        }
    }
}
