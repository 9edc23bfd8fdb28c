package io.millrace.protocol.connector;

import io.millrace.protocol.json.JsonBuffer;

/**
 * Records of one stream as lines of the protocol, on their way from one program to another: nobody
 * between them looks at their {@code data}. Belongs to one thread at a time; whoever holds it last
 * closes it, which gives its buffer back.
 */
public final class RecordLines implements AutoCloseable {
    private final JsonBuffer lines;
    private final int count;
    private final Runnable release;
    private boolean closed;

    /**
     * @param lines whole lines, each with its line feed, under the name of the target
     * @param count how many they are
     * @param release takes the buffer back; called once, on any thread
     */
    public RecordLines(JsonBuffer lines, int count, Runnable release) {
        this.lines = lines;
        this.count = count;
        this.release = release;
    }

    /** Not to be changed, nor touched after {@link #close}. */
    public JsonBuffer lines() {
        return lines;
    }

    public int count() {
        return count;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
