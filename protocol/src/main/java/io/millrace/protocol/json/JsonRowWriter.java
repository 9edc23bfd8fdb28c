package io.millrace.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Turns JSON objects into rows of a batch, one each, in one walk over the bytes. Values are coerced
 * as the protocol says (reference: protocol 3.3); one that doesn't fit its column becomes null,
 * with a change on its row (invariant 6). Fields that the schema doesn't have are dropped, those it
 * has and the object not are null; of a field that stands twice the last counts, with a change on
 * the row. Nested values keep their text to the letter.
 *
 * <p>One thread; a writer serves any number of batches of its schema, one after the other.
 */
public final class JsonRowWriter {
    /** Rows up to this many bytes land. */
    public static final int MAX_ROW_BYTES = 64 << 20;

    /** Objects whose keys are data have names without end. */
    private static final int MAX_PASSED = 2_000;

    private static final Optional<String> WRITTEN = Optional.empty();
    private static final Optional<String> MALFORMED = Optional.of("the record is no valid JSON");
    private static final Optional<String> NO_OBJECT =
            Optional.of("the record is JSON, but no object");

    private final StreamSchema schema;
    private final int maxRowBytes;
    private final FieldChange.Reason mismatch;
    private final FieldNames names;
    private final ValueParser[] parsers;
    private final Vector[] vectors;
    private final long[] filledIn; // by column, the count of the object that filled it last
    private final JsonScanner scanner = new JsonScanner();
    private final JsonBuffer key = new JsonBuffer(64);
    private final List<FieldChange> changes = new ArrayList<>();
    private final List<String> passedNames;
    private final List<String> undeclared = new ArrayList<>();
    private FieldNames passed;
    private Optional<ColumnBatch> bound = Optional.empty();
    private long object;

    /** A writer for {@link #MAX_ROW_BYTES}, whose changes tell of a serialization error. */
    public JsonRowWriter(StreamSchema schema) {
        this(schema, MAX_ROW_BYTES, FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR);
    }

    /**
     * @param maxRowBytes longer objects are rejected
     * @param mismatch the reason that changes give for values that are none of their column's type
     */
    public JsonRowWriter(StreamSchema schema, int maxRowBytes, FieldChange.Reason mismatch) {
        this(schema, List.of(), maxRowBytes, mismatch);
    }

    /**
     * @param passed fields that the user doesn't want: they are no news where they come
     * @param maxRowBytes longer objects are rejected
     * @param mismatch the reason that changes give for values that are none of their column's type
     */
    public JsonRowWriter(
            StreamSchema schema,
            Collection<String> passed,
            int maxRowBytes,
            FieldChange.Reason mismatch) {
        this.schema = schema;
        this.passedNames = new ArrayList<>(passed);
        this.passed = new FieldNames(passedNames);
        this.maxRowBytes = maxRowBytes;
        this.mismatch = mismatch;
        names = new FieldNames(schema.names());
        parsers = new ValueParser[schema.size()];
        for (int i = 0; i < parsers.length; i++) {
            parsers[i] = ValueParser.ofJson(schema.column(i).type());
        }
        vectors = new Vector[parsers.length];
        filledIn = new long[parsers.length];
    }

    /** As {@link #write(ColumnBatch, byte[], int, int, long, List)}, read when the batch was. */
    public Optional<String> write(ColumnBatch batch, byte[] source, int from, int to) {
        return write(batch, source, from, to, List.of(), false, 0);
    }

    /**
     * Appends the object in {@code source} from {@code from} to {@code to}, white space around it
     * included.
     *
     * @param batch of this writer's schema
     * @param extractedAt when its producer read it, microseconds since 1970 UTC
     * @param producerChanges what its producer says was altered; they come first
     * @return empty once the row is there; else the reason why it was rejected, without a value of
     *     it, and the batch is as before (invariant 3: whoever calls counts it)
     */
    public Optional<String> write(
            ColumnBatch batch,
            byte[] source,
            int from,
            int to,
            long extractedAt,
            List<FieldChange> producerChanges) {
        return write(batch, source, from, to, producerChanges, true, extractedAt);
    }

    private Optional<String> write(
            ColumnBatch batch,
            byte[] source,
            int from,
            int to,
            List<FieldChange> producerChanges,
            boolean timed,
            long extractedAt) {
        if (to - from > maxRowBytes) {
            return Optional.of(
                    "the record has %d bytes, and at most %d can land"
                            .formatted(to - from, maxRowBytes));
        }
        bind(batch);
        scanner.begin(source, from, to);
        scanner.skipWhitespace();
        if (scanner.at < to && source[scanner.at] != '{') {
            scanner.value();
            scanner.skipWhitespace();
            return scanner.at == to ? NO_OBJECT : MALFORMED;
        }
        changes.clear();
        object++;
        int rows = batch.rows();
        if (!readObject(rows)) {
            batch.abandonRow();
            return MALFORMED;
        }
        for (int i = 0; i < vectors.length; i++) {
            if (filledIn[i] != object) {
                vectors[i].appendNull();
            }
        }
        for (FieldChange change : producerChanges) {
            batch.changeOpenRow(change);
        }
        for (int i = 0; i < changes.size(); i++) {
            batch.changeOpenRow(changes.get(i));
        }
        if (timed) {
            batch.extractedAtOfOpenRow(extractedAt);
        }
        batch.endRow();
        return WRITTEN;
    }

    private void bind(ColumnBatch batch) {
        if (bound.isPresent() && bound.get() == batch) {
            return;
        }
        if (!batch.schema().equals(schema)) {
            throw new IllegalArgumentException("the batch has other columns than its writer");
        }
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = batch.vector(i);
        }
        bound = Optional.of(batch);
    }

    private boolean readObject(int row) {
        JsonScanner scan = scanner;
        if (!scan.skip('{')) {
            return false;
        }
        int column = FieldNames.UNKNOWN;
        if (!scan.skip('}')) {
            do {
                scan.skipWhitespace();
                if (scan.at >= scan.end || scan.in[scan.at] != '"' || !scan.string()) {
                    return false;
                }
                int found = find(column + 1);
                if (!scan.skip(':')) {
                    return false;
                }
                JsonScanner.Kind kind = scan.value();
                if (kind == JsonScanner.Kind.MALFORMED) {
                    return false;
                }
                if (found != FieldNames.UNKNOWN) {
                    column = found;
                    fill(column, kind, row);
                }
            } while (scan.skip(','));
            if (!scan.skip('}')) {
                return false;
            }
        }
        scan.skipWhitespace();
        return scan.at == scan.end;
    }

    /** The column whose name is the string that was read last. */
    private int find(int guess) {
        if (!scanner.escaped) {
            return find(scanner.in, scanner.from, scanner.to, guess);
        }
        key.clear();
        return scanner.unescape(key) ? find(key.bytes, 0, key.size, guess) : FieldNames.UNKNOWN;
    }

    private int find(byte[] bytes, int from, int to, int guess) {
        int found = names.find(bytes, from, to, guess);
        if (found == FieldNames.UNKNOWN
                && passedNames.size() < MAX_PASSED
                && passed.find(bytes, from, to, 0) == FieldNames.UNKNOWN) {
            String name = new String(bytes, from, to - from, UTF_8);
            undeclared.add(name);
            passedNames.add(name);
            passed = new FieldNames(passedNames);
        }
        return found;
    }

    /**
     * Fields of objects since the last call that are no columns, each told once; they don't land.
     * After some thousands of such names no more are told.
     */
    public List<String> takeUndeclared() {
        if (undeclared.isEmpty()) {
            return List.of();
        }
        List<String> taken = List.copyOf(undeclared);
        undeclared.clear();
        return taken;
    }

    private void fill(int column, JsonScanner.Kind kind, int row) {
        Vector vector = vectors[column];
        boolean repeated = filledIn[column] == object;
        if (repeated) {
            String name = schema.column(column).name();
            vector.truncate(row);
            changes.removeIf(change -> change.field().equals(name));
        }
        filledIn[column] = object;
        Fit fit = parsers[column].append(vector, scanner, kind);
        if (fit != Fit.EXACT) {
            fit.change(schema.column(column).name(), mismatch).ifPresent(changes::add);
        } else if (repeated) { // the value that stood before is gone: invariant 6
            changes.add(
                    new FieldChange(
                            schema.column(column).name(), FieldChange.Kind.TRUNCATED, mismatch));
        }
    }
}
