package io.millrace.declarative.cursor;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.PartitionRouter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a stream is read in slices and resumed (reference: 8): its partition router and its cursor,
 * if it has them. A plan: immutable, for any number of reads and threads.
 */
public sealed interface IncrementalSync permits FullRefresh {
    /** A read that continues from a state of the stream, migrated already; an empty one is none. */
    StreamCursor start(Map<String, Object> state);

    /** What a request for the slice carries because of partition and cursor. */
    RequestOptions options(StreamSlice slice);

    /** The key of records that the stream is read incrementally by, if it is. */
    Optional<String> cursorField();

    /**
     * Whether the reading of a slice ends with the first page whose last record is out of the
     * cursor's range; records that are out of it are dropped then, after pagination has seen them.
     */
    boolean isDataFeed();

    /** Whether records out of the cursor's range are dropped by the record selector. */
    boolean isClientSideIncremental();

    /**
     * The two halves of a slice whose time range the API found too wide; empty if it can't be
     * split.
     *
     * @param atLeast ranges that aren't longer are not split
     */
    List<StreamSlice> split(StreamSlice slice, Optional<Duration> atLeast);

    /** How far a state says that the stream was read, if it says so. */
    Optional<Instant> position(Map<String, Object> state);

    /**
     * The plan of a stream.
     *
     * @param stream a {@code DeclarativeStream}
     * @param catalogCursor the path of the cursor field that the configured catalog names; empty if
     *     it names none
     */
    static IncrementalSync compile(
            Definition stream,
            PartitionRouter router,
            List<String> catalogCursor,
            Compilation compilation) {
        Optional<Definition> cursor = stream.find("incremental_sync");
        if (cursor.isEmpty()) {
            return new FullRefresh(router, compilation.clock());
        }
        throw cursor.get().unknownType("a cursor");
    }
}
