package io.millrace.sdk.stream;

import io.millrace.protocol.connector.StreamDescription;

/** One stream of a {@link StreamedSource}. */
public interface SourceStream {

    /** What it is; asked once, before anything is read. May ask the API for its columns. */
    StreamDescription describe() throws InterruptedException;

    /**
     * Reads what {@code reading} asks for, and returns when all of it was given; blocks. What is
     * thrown ends this stream as incomplete, with what was given so far, and no other. An interrupt
     * asks to stop.
     */
    void read(StreamReading reading) throws InterruptedException;
}
