package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.library.EpochFormat;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a cursor's values are written: read in any of several formats, tried in order, and printed in
 * the last of them.
 */
final class DatetimeFormats {
    private final List<Format> formats;
    private final Format printed;
    private final boolean sorted;

    private record Format(String text, Optional<QuickFormat> quick) {}

    private DatetimeFormats(List<Format> formats) {
        this.formats = formats;
        this.printed = formats.getLast();
        this.sorted =
                printed.text.startsWith("%s")
                        || printed.text.equals("%ms")
                        || printed.text.equals("%epoch_microseconds")
                        || printed.quick.map(QuickFormat::isSorted).orElse(false);
    }

    static DatetimeFormats of(List<String> read, String printed) {
        List<Format> formats = new ArrayList<>();
        for (String format : read) {
            formats.add(new Format(format, QuickFormat.of(format)));
        }
        formats.add(new Format(printed, QuickFormat.of(printed)));
        return new DatetimeFormats(List.copyOf(formats));
    }

    /**
     * A moment from a text or a number. Fails with a value error if it is in none of the formats.
     */
    Moment parse(@Nullable Object value) {
        if (value != null) {
            for (Format format : formats) {
                try {
                    return parse(value, format);
                } catch (PythonError error) {
                    if (error.kind() != PythonError.Kind.VALUE) {
                        throw error;
                    }
                }
            }
        }
        throw PythonError.value(
                "No format in %s matching %s".formatted(described(), Python.str(value)));
    }

    /** The formats, for a message. */
    String described() {
        return Python.repr(formats.stream().map(Format::text).distinct().toList());
    }

    private static Moment parse(Object value, Format format) {
        if (format.quick.isPresent() && value instanceof String text) {
            Moment moment = format.quick.get().parse(text);
            if (moment != null) {
                return moment;
            }
        }
        return Moment.of(EpochFormat.parse(value, format.text));
    }

    String print(Moment moment) {
        // Milliseconds are printed by a rule of their own.
        return printed.quick.isPresent() && !printed.text.contains("%_ms")
                ? printed.quick.get().print(moment)
                : EpochFormat.print(moment.datetime(), printed.text);
    }

    /** From 2001 to 2286, epochs have a fixed number of digits; years have four anyway. */
    private static final long SORTED_FROM = 1_000_000_000L * Moment.MICROS_PER_SECOND;

    private static final long SORTED_TO = 10_000_000_000L * Moment.MICROS_PER_SECOND;

    /** Whether the printed texts of such moments sort as the moments do. */
    boolean isSorted(Moment moment) {
        return sorted
                && moment.offsetSeconds() == 0
                && moment.micros() >= SORTED_FROM
                && moment.micros() < SORTED_TO;
    }
}
