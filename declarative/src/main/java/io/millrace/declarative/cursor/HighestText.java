package io.millrace.declarative.cursor;

import org.jspecify.annotations.Nullable;

/**
 * The value of a cursor whose printed text sorts last. Texts rather than instants are compared,
 * since the reference does so; as long as both are in the same order, nothing is printed for it.
 * Not safe for threads.
 */
final class HighestText {
    private final DatetimeFormats formats;
    private @Nullable Moment moment;
    private @Nullable String text;

    HighestText(DatetimeFormats formats) {
        this.formats = formats;
    }

    void add(Moment value) {
        if (!formats.isSorted(value)) {
            add(formats.print(value));
        } else if (moment == null || moment.isBefore(value)) {
            moment = value;
        }
    }

    void add(@Nullable String value) {
        if (value != null && (text == null || text.compareTo(value) < 0)) {
            text = value;
        }
    }

    /** Null before there was a value. */
    @Nullable String text() {
        if (moment != null) {
            add(formats.print(moment));
            moment = null;
        }
        return text;
    }
}
