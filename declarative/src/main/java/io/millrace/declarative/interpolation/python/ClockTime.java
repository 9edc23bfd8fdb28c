package io.millrace.declarative.interpolation.python;

import java.time.LocalTime;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code time}: a time of day, with a zone or without. */
record ClockTime(LocalTime time, @Nullable Zone zone) {

    int microsecond() {
        return time.get(ChronoField.MICRO_OF_SECOND);
    }

    static String isoTime(LocalTime time) {
        String text =
                "%02d:%02d:%02d".formatted(time.getHour(), time.getMinute(), time.getSecond());
        return time.getNano() == 0 ? text : "%s.%06d".formatted(text, time.getNano() / 1000);
    }

    @Override
    public String toString() {
        return isoTime(time) + (zone == null ? "" : Zone.offset(zone.offsetSeconds(), true));
    }

    String repr() {
        List<String> parts =
                new ArrayList<>(
                        List.of(
                                Integer.toString(time.getHour()),
                                Integer.toString(time.getMinute())));
        if (time.getSecond() != 0 || time.getNano() != 0) {
            parts.add(Integer.toString(time.getSecond()));
        }
        if (time.getNano() != 0) {
            parts.add(Integer.toString(microsecond()));
        }
        if (zone != null) {
            parts.add("tzinfo=" + zone.repr());
        }
        return "datetime.time(%s)".formatted(String.join(", ", parts));
    }
}
