package io.millrace.declarative.record;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonMembers;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way, or an element of an answer: the bytes that it came as for as long as nobody
 * asks for its tree, and from then on the tree, which may be changed. One thread.
 */
public final class SourceRecord {
    private static final byte[] NO_BYTES = new byte[0];

    private byte[] source;
    private int from;
    private int to;
    private boolean parsed;
    private @Nullable Object value;
    private @Nullable FileReference file;

    private SourceRecord(byte[] source, int from, int to, boolean parsed, @Nullable Object value) {
        this.source = source;
        this.from = from;
        this.to = to;
        this.parsed = parsed;
        this.value = value;
    }

    /**
     * A record whose JSON stands in {@code source} from {@code from} to {@code to}, which nobody
     * changes any more. The JSON must be regular, as {@link io.millrace.protocol.json.JsonPages}
     * finds it: no key twice in an object, no NaN, valid UTF-8; so that the bytes mean what Python
     * would make of them.
     */
    public static SourceRecord ofBytes(byte[] source, int from, int to) {
        return new SourceRecord(source, from, to, false, null);
    }

    /** A record of a Python value. */
    public static SourceRecord ofValue(@Nullable Object value) {
        return new SourceRecord(NO_BYTES, 0, 0, true, value);
    }

    /** Whether it is an object, as a record that leaves the engine has to be. */
    public boolean isObject() {
        return parsed ? Python.isDict(value) : source[from] == '{';
    }

    /** Whether it is an object that has fields. The tree is not built for it. */
    public boolean isFilledObject() {
        if (parsed) {
            return Python.isDict(value) && Python.isTrue(value);
        }
        if (source[from] != '{') {
            return false;
        }
        int at = from + 1;
        while (source[at] <= ' ' && source[at] >= 0) {
            at++;
        }
        return source[at] != '}';
    }

    /**
     * The value, made from the bytes by the first call. A change to it is a change to the record.
     */
    public @Nullable Object value() {
        if (!parsed) {
            value = RegularJson.parse(source, from);
            parsed = true;
            source = NO_BYTES; // the page can go, even where the record is kept
            from = 0;
            to = 0;
        }
        return value;
    }

    /** The fields of a record that is an object. Fails with a cast error where it is none. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a key that isn't text comes from CSV only: null
    public Map<String, Object> fields() {
        return (Map<String, Object>) value();
    }

    /** Replaces the value. */
    public void replace(@Nullable Object newValue) {
        value = newValue;
        parsed = true;
        source = NO_BYTES;
        from = 0;
        to = 0;
    }

    /**
     * The value of a top-level field, or {@link Python#MISSING} where there is none or this isn't
     * an object. The tree is not built for it.
     */
    public @Nullable Object field(String name) {
        if (parsed) {
            return value instanceof Map<?, ?> map && map.containsKey(name)
                    ? map.get(name)
                    : Python.MISSING;
        }
        if (source[from] != '{') {
            return Python.MISSING;
        }
        long range = JsonMembers.find(source, from, to, name);
        return range == JsonMembers.ABSENT
                ? Python.MISSING
                : RegularJson.parse(source, JsonMembers.from(range));
    }

    /** The file that belongs to it, if there is one. */
    public Optional<FileReference> file() {
        return Optional.ofNullable(file);
    }

    /** Tells which file belongs to it. */
    public void attach(FileReference reference) {
        file = reference;
    }

    /** Appends the record as JSON, on one line. */
    public void writeTo(JsonBuffer out) {
        if (parsed) {
            RecordJson.write(value, out);
        } else {
            JsonMembers.appendOnOneLine(source, from, to, out);
        }
    }

    /** Without its content (invariant 7). */
    @Override
    public String toString() {
        return parsed ? "record" : "record of %d bytes".formatted(to - from);
    }
}
