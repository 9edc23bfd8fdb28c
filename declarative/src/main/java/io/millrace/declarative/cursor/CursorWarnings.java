package io.millrace.declarative.cursor;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Tells what is odd about the records of a stream, each oddity once. Safe for all threads. */
final class CursorWarnings {
    private final String streamName;
    private final String cursorField;
    private final Consumer<String> log;
    private final AtomicBoolean missing = new AtomicBoolean();
    private final AtomicBoolean unreadable = new AtomicBoolean();
    private final AtomicBoolean unordered = new AtomicBoolean();
    private final AtomicBoolean duplicate = new AtomicBoolean();

    CursorWarnings(String streamName, String cursorField, Consumer<String> log) {
        this.streamName = streamName;
        this.cursorField = cursorField;
        this.log = log;
    }

    void missing() {
        once(
                missing,
                "Records of stream %s have no value in %s: they are read, but don't move the"
                        + " cursor.");
    }

    /** The value is a user's data, and isn't told. */
    void unreadable() {
        once(
                unreadable,
                "Records of stream %s have a %s in none of the cursor's formats: they are read, but"
                        + " don't move the cursor.");
    }

    void unordered() {
        once(
                unordered,
                "Stream %s is read on from the highest %s seen, but its records don't come in that"
                        + " order: some may be missed.");
    }

    void duplicate() {
        if (duplicate.compareAndSet(false, true)) {
            log.accept("Stream %s has a partition twice; it is read once.".formatted(streamName));
        }
    }

    private void once(AtomicBoolean told, String message) {
        if (!told.get() && told.compareAndSet(false, true)) {
            log.accept(message.formatted(streamName, cursorField));
        }
    }
}
