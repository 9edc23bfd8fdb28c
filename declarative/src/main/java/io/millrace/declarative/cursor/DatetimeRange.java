package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The range of time that a cursor reads, and how it is cut into slices (reference: 8.3). Immutable
 * but for the passing of time.
 *
 * @param end the end of the range as of now
 * @param lookback how much of what was read is read again
 * @param step the longest slice; empty for no limit
 * @param granularity the smallest step of the API's time; ends of slices lie one such step before
 *     the next slice
 * @param isStrict whether the API refuses a slice that ends where it starts
 */
record DatetimeRange(
        String streamName,
        String cursorField,
        DatetimeFormats formats,
        String startField,
        String endField,
        Moment start,
        Supplier<Moment> end,
        Optional<Span> lookback,
        Optional<Span> step,
        Optional<Span> granularity,
        Optional<Clamping> clamping,
        boolean isStrict) {

    /**
     * A moment that a state holds.
     *
     * @throws ConfigurationFailure where it is in none of the formats
     */
    Moment parseState(@Nullable Object value) {
        try {
            return formats.parse(value);
        } catch (PythonError error) {
            throw new ConfigurationFailure(
                    ("The state of stream %s has %s in %s, which is in none of the cursor's formats"
                                    + " %s. Add its format to cursor_datetime_formats, or read the"
                                    + " stream anew.")
                            .formatted(
                                    streamName,
                                    Python.repr(value),
                                    cursorField,
                                    formats.described()),
                    String.valueOf(error.getMessage()),
                    error);
        }
    }

    /** Takes slices of time. */
    @FunctionalInterface
    interface Sink {
        /** Takes the next one. Returns whether more are wanted. */
        boolean accept(Map<String, Object> slice) throws InterruptedException;
    }

    /**
     * Gives what is still to be read to the sink, in order: gaps, and then the time since the last
     * interval.
     *
     * @param read merged, at least one
     */
    boolean generate(List<Interval<Moment>> read, Sink sink) throws InterruptedException {
        Interval<Moment> before = read.getFirst();
        if (start.isBefore(before.start()) && !split(start, before.start(), false, sink)) {
            return false;
        }
        for (Interval<Moment> interval : read.subList(1, read.size())) {
            Moment from =
                    granularity.isPresent() ? before.end().plus(granularity.get()) : before.end();
            if (!split(from, interval.start(), false, sink)) {
                return false;
            }
            before = interval;
        }
        Moment from = lookback.isPresent() ? before.end().minus(lookback.get()) : before.end();
        return split(from, end.get(), true, sink);
    }

    private boolean split(Moment from, Moment to, boolean isEnd, Sink sink)
            throws InterruptedException {
        boolean isEmpty = from.equals(to) && granularity.isEmpty();
        if (to.isBefore(from) || isEmpty || to.isBefore(start)) {
            return true;
        }
        // Clamped first: a step that is shorter than the period would make the first slice empty.
        Moment lower = ceiling(from.orLater(start));
        // One unit of time is left to be read at the end. In a gap, the next slice has read it.
        if (to.isBefore(lower) || (to.equals(lower) && (isStrict || !isEnd))) {
            return true;
        }
        if (isWhole(lower, to)) {
            // With a granularity the end is the last unit to be read, and isn't moved past it.
            Moment upper = isEnd && granularity.isPresent() ? to : ceiling(to);
            return sink.accept(slice(lower, isEnd ? upper : beforeNext(upper)));
        }
        Moment next = lower;
        boolean isLast = false;
        while (!isLast) {
            Moment upper = next(next);
            upper = to.isBefore(upper) ? to : upper;
            Moment clamped = upper.equals(to) ? upper : ceiling(upper);
            isLast = !upper.isBefore(to) || clamped.equals(to);
            Moment clampedLower = ceiling(next);
            if (!clampedLower.isBefore(clamped)) {
                return true;
            }
            if (!sink.accept(
                    slice(clampedLower, isEnd && isLast ? clamped : beforeNext(clamped)))) {
                return false;
            }
            next = clamped;
        }
        return true;
    }

    private boolean isWhole(Moment lower, Moment to) {
        return (step.isPresent() && step.get().isZero()) || !next(lower).isBefore(to);
    }

    private Moment next(Moment lower) {
        if (step.isEmpty()) {
            return end.get();
        }
        try {
            return lower.plus(step.get());
        } catch (PythonError error) {
            if (error.kind() != PythonError.Kind.OVERFLOW) {
                throw error;
            }
            return end.get(); // the year 9999 is as good as no limit
        }
    }

    private Moment ceiling(Moment moment) {
        return clamping.isPresent() ? clamping.get().ceiling(moment) : moment;
    }

    private Moment beforeNext(Moment moment) {
        return granularity.isPresent() ? moment.minus(granularity.get()) : moment;
    }

    Map<String, Object> slice(Moment from, Moment to) {
        Map<String, Object> slice = LinkedHashMap.newLinkedHashMap(2);
        slice.put(startField, formats.print(from));
        slice.put(endField, formats.print(to));
        return slice;
    }

    /** Where a slice starts. Fails with a key error for a slice of another kind. */
    Moment start(StreamSlice slice) {
        return bound(slice, startField);
    }

    /**
     * Where a slice ends, as it was printed. Fails with a key error for a slice of another kind.
     */
    Moment end(StreamSlice slice) {
        return bound(slice, endField);
    }

    private Moment bound(StreamSlice slice, String field) {
        if (!slice.containsKey(field)) {
            throw PythonError.key(
                    "Partition is expected to have key `%s` but could not be found"
                            .formatted(field));
        }
        return formats.parse(slice.get(field));
    }

    /** What has been read, in order and put together. */
    List<Interval<Moment>> merge(List<Interval<Moment>> intervals) {
        Span unit = granularity.orElse(Span.Fixed.MILLISECOND);
        return Interval.merge(intervals, Moment::compareTo, moment -> moment.plus(unit));
    }

    /**
     * The two halves of a slice; empty where it is one unit of time, or not longer than {@code
     * atLeast}, or the unit isn't known.
     */
    List<StreamSlice> split(StreamSlice slice, Optional<Span.Fixed> atLeast) {
        if (!(granularity.orElse(Span.Fixed.DAY) instanceof Span.Fixed unit)
                || granularity.isEmpty()) {
            return List.of();
        }
        Moment from = start(slice);
        Moment to = end(slice);
        long length = to.micros() - from.micros();
        if (length <= 0 || (atLeast.isPresent() && length <= atLeast.get().micros())) {
            return List.of();
        }
        long units = length / unit.micros() + 1;
        Moment second = from.plus(new Span.Fixed(units / 2 * unit.micros()));
        Moment first = second.minus(unit);
        if (units <= 1 || first.isBefore(from) || to.isBefore(second)) {
            return List.of();
        }
        return List.of(
                new StreamSlice(slice.partition(), slice(from, first), slice.extraFields()),
                new StreamSlice(slice.partition(), slice(second, to), slice.extraFields()));
    }
}
