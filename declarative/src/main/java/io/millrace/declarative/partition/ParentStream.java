package io.millrace.declarative.partition;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stream, as it is seen by a router that makes a partition of each of its records. */
public interface ParentStream {
    /** The name that its state has within the state of a child. */
    String name();

    /** The key of records that it is read incrementally by; empty if it has no cursor. */
    Optional<String> cursorField();

    /** The streams that it has partitions of itself. */
    List<ParentStream> parents();

    /**
     * A further read, on its own cursor, that continues from a state of the stream; an empty state
     * is none. Nothing is requested yet.
     */
    ParentRun start(Map<String, Object> state);
}
