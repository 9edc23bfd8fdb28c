package io.millrace.declarative.cursor;

import java.util.Map;

/** Takes states of a stream to hand them on as checkpoints. */
@FunctionalInterface
public interface StateSink {
    /**
     * Takes a state. Never called by two threads at a time for one cursor, and later states never
     * come before earlier ones. All records that the state covers were observed before (invariant
     * 2), so they have to be on their way before {@link SliceProgress#close} is called.
     *
     * @param state belongs to the sink
     */
    void accept(Map<String, Object> state) throws InterruptedException;
}
