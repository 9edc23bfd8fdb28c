package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.library.EpochFormat;
import io.millrace.declarative.interpolation.python.Datetime;
import io.millrace.declarative.interpolation.python.PythonError;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whether the texts of a cursor mean something, for whoever looks at a manifest without reading.
 */
public final class CursorTexts {
    /** With a part other than zero in each field, so that none is lost unseen. */
    private static final Instant SAMPLE = Instant.parse("2021-11-23T12:34:56.789012Z");

    private CursorTexts() {}

    /** Why nothing can be read that was printed in {@code format}, if so. */
    public static Optional<String> formatFault(String format) {
        try {
            EpochFormat.parse(EpochFormat.print(Datetime.utc(SAMPLE), format), format);
            return Optional.empty();
        } catch (PythonError error) {
            return Optional.of(String.valueOf(error.getMessage()));
        }
    }

    /** An example of {@code format}. */
    public static String example(String format) {
        return EpochFormat.print(Datetime.utc(SAMPLE), format);
    }

    /** Whether {@code text} is a date in one of {@code formats}. */
    public static boolean isDate(String text, List<String> formats) {
        return formats.stream()
                .anyMatch(format -> {
                    try {
                        EpochFormat.parse(text, format);
                        return true;
                    } catch (PythonError _) {
                        return false;
                    }
                });
    }

    /** Whether {@code text} is an ISO 8601 duration. */
    public static boolean isDuration(String text) {
        try {
            Span.parse(text);
            return true;
        } catch (PythonError _) {
            return false;
        }
    }

    /** Whether {@code text} is surely shorter than {@code other}; both are durations. */
    public static boolean isShorter(String text, String other) {
        return Span.parse(text) instanceof Span.Fixed(long micros)
                && Span.parse(other) instanceof Span.Fixed(long others)
                && micros < others;
    }
}
