package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Python;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Tells what is odd about the records of a stream, each oddity once. Safe for all threads. */
final class CursorWarnings {
    /** Short, with a digit, and of what dates are made of. */
    private static final Pattern DATE_LIKE = Pattern.compile("(?=.*[0-9])[0-9A-Za-z:+./, -]{1,40}");

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

    /**
     * @param value told where it can be nothing but a date or a number: other data of a user is not
     */
    void unreadable(Object value, String formats) {
        if (unreadable.compareAndSet(false, true)) {
            String text = Python.str(value);
            log.accept(
                    ("Records of stream %s have a %s%s in none of the cursor's formats %s: they are"
                                    + " read, but don't move the cursor. Add its format to"
                                    + " cursor_datetime_formats.")
                            .formatted(
                                    streamName,
                                    cursorField,
                                    DATE_LIKE.matcher(text).matches()
                                            ? " (%s)".formatted(text)
                                            : "",
                                    formats));
        }
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
