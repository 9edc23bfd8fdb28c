package io.millrace.declarative.source;

/** Where what a run reads goes, stream by stream. Safe for all threads. */
public interface ReadSinks {

    /** The output of a stream of the run; called once for each. */
    StreamSink stream(String name);

    /** A stream was asked for, beside others, that the source doesn't have. */
    void missing(String name);
}
