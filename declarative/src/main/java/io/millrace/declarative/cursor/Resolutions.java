package io.millrace.declarative.cursor;

import io.millrace.declarative.manifest.Definition;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What the smallest unit of a cursor's time is, and whether its format can tell it. */
public final class Resolutions {
    /** The smallest unit that a part of a format tells, in microseconds. */
    private static final Map<String, Long> UNITS =
            Map.ofEntries(
                    Map.entry("%epoch_microseconds", 1L),
                    Map.entry("%s_as_float", 1L),
                    Map.entry("%f", 1L),
                    Map.entry("%_ms", 1_000L),
                    Map.entry("%ms", 1_000L),
                    Map.entry("%S", 1_000_000L),
                    Map.entry("%s", 1_000_000L),
                    Map.entry("%M", 60_000_000L),
                    Map.entry("%H", 3_600_000_000L),
                    Map.entry("%I", 3_600_000_000L),
                    Map.entry("%d", 86_400_000_000L));

    private Resolutions() {}

    /** Whether the slices of a {@code DatetimeBasedCursor} can be halved. */
    public static boolean canHalve(Definition cursor) {
        Optional<String> granularity =
                cursor.findText("cursor_granularity").filter(text -> !text.isEmpty());
        if (granularity.isEmpty()) {
            return false;
        }
        if (!(Span.parse(granularity.get()) instanceof Span.Fixed(long micros))) {
            // One of months can't be told apart by halves, which is found out at the slice.
            return true;
        }
        String format = cursor.text("datetime_format");
        long finest =
                UNITS.entrySet().stream()
                        .filter(unit -> format.contains(unit.getKey()))
                        .mapToLong(Map.Entry::getValue)
                        .min()
                        .orElse(0);
        return micros > 0 && micros >= finest;
    }

    /** A duration above zero whose length doesn't depend on where it starts. */
    public static Optional<Duration> fixed(String text) {
        return Span.parse(text) instanceof Span.Fixed(long micros) && micros > 0
                ? Optional.of(Duration.ofNanos(Math.multiplyExact(micros, 1000)))
                : Optional.empty();
    }
}
