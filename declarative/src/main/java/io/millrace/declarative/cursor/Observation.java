package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The cursor values of the records of one slice. For one thread. */
final class Observation {
    private final DatetimeRange range;
    private final Moment lowest;
    private final CursorWarnings warnings;
    private @Nullable Moment mostRecent;
    private @Nullable Moment latestEnd;
    private boolean isAscending = true;
    private SliceProgress.Standing standing = SliceProgress.Standing.OTHER;

    /**
     * @param lowest the earliest value that this read is for
     */
    Observation(DatetimeRange range, Moment lowest, CursorWarnings warnings) {
        this.range = range;
        this.lowest = lowest;
        this.warnings = warnings;
    }

    /** The highest value so far; null before there was one. */
    @Nullable Moment mostRecent() {
        return mostRecent;
    }

    SliceProgress.Standing standing() {
        return standing;
    }

    /** The highest value, if it is {@code reached}. */
    Optional<String> boundary(String reached) {
        return Optional.ofNullable(mostRecent).map(range.formats()::print).filter(reached::equals);
    }

    boolean includes(SourceRecord record) {
        Moment value = value(record);
        return value == null || (!value.isBefore(lowest) && !isAfterEnd(value));
    }

    /** The end may move on with time, and is asked for again only when it matters. */
    private boolean isAfterEnd(Moment value) {
        if (latestEnd == null || latestEnd.isBefore(value)) {
            latestEnd = range.end().get();
        }
        return latestEnd.isBefore(value);
    }

    /** Takes the value of a record, and returns it; null if it has none that can be read. */
    @Nullable Moment observe(SourceRecord record) {
        Moment value = value(record);
        standing = SliceProgress.Standing.OTHER;
        if (value != null) {
            if (mostRecent == null || mostRecent.isBefore(value)) {
                mostRecent = value;
                standing = SliceProgress.Standing.HIGHEST;
            } else if (value.isBefore(mostRecent)) {
                isAscending = false;
            } else {
                standing = SliceProgress.Standing.AS_HIGHEST;
            }
        }
        return value;
    }

    private @Nullable Moment value(SourceRecord record) {
        Object value = record.field(range.cursorField());
        if (value == null || Python.isMissing(value)) {
            warnings.missing();
            return null;
        }
        try {
            return range.formats().parse(value);
        } catch (PythonError _) {
            warnings.unreadable(value, range.formats().described());
            return null;
        }
    }

    /** The slice from the highest value on; the same if there is none yet. */
    StreamSlice rest(StreamSlice slice) {
        if (mostRecent == null) {
            return slice;
        }
        if (!isAscending) {
            warnings.unordered();
        }
        Map<String, Object> cursor = new LinkedHashMap<>();
        cursor.put(range.startField(), range.formats().print(mostRecent));
        cursor.put(range.endField(), slice.cursor().get(range.endField()));
        return new StreamSlice(slice.partition(), cursor, slice.extraFields());
    }
}
