package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a range of time has been read, and its state (reference: 8.2 and 8.5). Whoever owns it
 * keeps threads apart; what was fixed when it was loaded may be asked by any.
 */
final class DatetimeProgress {
    private static final Set<Object> INTERVAL_STATES = Set.of("date-range", "integer");

    private final DatetimeRange range;
    private final Map<String, Object> unknown;
    private final Moment from;
    private List<Interval<Moment>> read;

    private DatetimeProgress(
            DatetimeRange range,
            Map<String, Object> unknown,
            Moment from,
            List<Interval<Moment>> read) {
        this.range = range;
        this.unknown = unknown;
        this.from = from;
        this.read = range.merge(read);
    }

    /** Whether a state lists intervals, rather than telling one value. */
    static boolean isIntervals(Map<String, Object> state) {
        return state.get("state_type") != null && INTERVAL_STATES.contains(state.get("state_type"));
    }

    /** Continues from a state. Fails with a value error if a value in it can't be read. */
    static DatetimeProgress load(DatetimeRange range, Map<String, Object> state) {
        if (isIntervals(state)) {
            List<Interval<Moment>> read = intervals(range, state);
            if (!read.isEmpty()) {
                Interval<Moment> first = read.getFirst();
                boolean hasRecent =
                        ((Map<?, ?>) ((List<?>) Python.list(state.get("slices"))).getFirst())
                                .containsKey("most_recent_cursor_value");
                Moment reached = hasRecent ? first.mostRecent() : first.end();
                return new DatetimeProgress(
                        range,
                        state.get("legacy") instanceof Map<?, ?> legacy ? copy(legacy) : Map.of(),
                        reached == null ? range.start() : reached,
                        read);
            }
        }
        Moment from = range.start();
        if (state.containsKey(range.cursorField())) {
            Moment reached = range.parseState(state.get(range.cursorField()));
            from = reached.isBefore(from) ? from : reached;
        }
        return new DatetimeProgress(
                range,
                isIntervals(state) ? Map.of() : state,
                from,
                List.of(new Interval<>(range.start(), from, from)));
    }

    private static List<Interval<Moment>> intervals(
            DatetimeRange range, Map<String, Object> state) {
        List<Interval<Moment>> intervals = new ArrayList<>();
        if (state.get("slices") instanceof List<?> slices) {
            for (Object slice : slices) {
                if (!(slice instanceof Map<?, ?> map)) {
                    throw PythonError.type("a slice of a state has to be an object");
                }
                Object recent = map.get("most_recent_cursor_value");
                intervals.add(
                        new Interval<>(
                                range.parseState(map.get("start")),
                                range.parseState(map.get("end")),
                                recent == null ? null : range.parseState(recent)));
            }
        }
        return intervals;
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(Python.str(key), value));
        return copy;
    }

    /** What has been read: a list that doesn't change any more. */
    List<Interval<Moment>> read() {
        return read;
    }

    /** Counts a slice as read. */
    void close(StreamSlice slice, @Nullable Moment mostRecent) {
        List<Interval<Moment>> more = new ArrayList<>(read.size() + 1);
        more.addAll(read);
        more.add(new Interval<>(range.start(slice), range.end(slice), mostRecent));
        read = range.merge(more);
    }

    /** The value that everything before has been read to. */
    String reached() {
        return range.formats().print(read.getFirst().reached());
    }

    /** The state: what was in it before, and how far everything has been read. */
    Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>(unknown);
        state.put(range.cursorField(), reached());
        return state;
    }

    /** The earliest value that this read is for. */
    Moment lowest() {
        if (range.lookback().isEmpty()) {
            return from;
        }
        Moment lower;
        try {
            lower = from.minus(range.lookback().get());
        } catch (PythonError error) {
            if (error.kind() != PythonError.Kind.OVERFLOW) {
                throw error;
            }
            return from;
        }
        // Never before the start, but before a state that is itself before the start.
        return lower.orLater(from.isBefore(range.start()) ? from : range.start());
    }

    /** How far a state says that the stream was read; empty if it doesn't say so readably. */
    static Optional<Moment> position(
            DatetimeFormats formats, String cursorField, Map<String, Object> state) {
        Object value;
        if (isIntervals(state)) {
            if (!(state.get("slices") instanceof List<?> slices)
                    || slices.isEmpty()
                    || !(slices.getFirst() instanceof Map<?, ?> first)) {
                return Optional.empty();
            }
            Object recent = first.get("most_recent_cursor_value");
            value = Python.isTrue(recent) ? recent : first.get("end");
        } else {
            value = state.get(cursorField);
        }
        if (!Python.isTrue(value)) {
            return Optional.empty();
        }
        try {
            return Optional.of(formats.parse(value));
        } catch (PythonError _) {
            return Optional.empty(); // a state that can't be read tells nothing
        }
    }
}
