package io.millrace.protocol.json;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.Arrays;

/**
 * Turns JSON objects into {@link JsonRows}: what {@link JsonRowWriter} and {@link JsonLineEncoder}
 * would make of them one after the other, in one walk over the bytes. Only rows that are as their
 * columns want them go this way; those with a value that would have to be coerced, or is altered,
 * are left to columns, which can tell of it (invariant 6).
 *
 * <p>One thread.
 */
public final class JsonRowCopier {
    private static final byte[] NULL = NumberFormatter.ascii("null");

    /** What is done with the values of a column. */
    private enum Shape {
        BOOL,
        INT64,
        FLOAT64,
        JSON_NUMBER,
        TEXT,
        JSON,
        DATE,
        TIMESTAMP,
        TIMESTAMP_TZ,

        /** Left to columns. */
        OTHER
    }

    private final FieldNames names;
    private final Shape[] shapes;
    private final byte[][] followers;
    private final JsonScanner scanner = new JsonScanner();
    private final NumberParser numbers = new NumberParser();
    private final TemporalParser temporals = new TemporalParser();
    private final JsonBuffer key = new JsonBuffer(64);
    private final JsonBuffer row = new JsonBuffer(1024);

    // By column, the value that stands in the object.
    private final JsonScanner.Kind[] kinds;
    private final int[] froms;
    private final int[] tos;
    private final boolean[] escaped;

    public JsonRowCopier(StreamSchema schema) {
        names = new FieldNames(schema.names());
        shapes = new Shape[schema.size()];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = shapeOf(schema.column(i).type());
        }
        followers = JsonLineEncoder.followers(schema);
        kinds = new JsonScanner.Kind[shapes.length];
        froms = new int[shapes.length];
        tos = new int[shapes.length];
        escaped = new boolean[shapes.length];
    }

    /** Whether rows of {@code schema} can go this way at all. */
    public static boolean supports(StreamSchema schema) {
        return schema.size() > 0
                && schema.columns().stream()
                        .map(Column::type)
                        .noneMatch(type -> shapeOf(type) == Shape.OTHER);
    }

    private static Shape shapeOf(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> Shape.BOOL;
            case ColumnType.Int64 _ -> Shape.INT64;
            case ColumnType.Float64 _ -> Shape.FLOAT64;
            case ColumnType.JsonNumber _ -> Shape.JSON_NUMBER;
            case ColumnType.Text _ -> Shape.TEXT;
            case ColumnType.Json _ -> Shape.JSON;
            case ColumnType.Date _ -> Shape.DATE;
            case ColumnType.Timestamp _ -> Shape.TIMESTAMP;
            case ColumnType.TimestampTz _ -> Shape.TIMESTAMP_TZ;
            case ColumnType.Int16 _,
                    ColumnType.Int32 _,
                    ColumnType.Float32 _,
                    ColumnType.Decimal _,
                    ColumnType.BigDecimalText _,
                    ColumnType.Jsonb _,
                    ColumnType.Time _,
                    ColumnType.TimeTz _,
                    ColumnType.Binary _,
                    ColumnType.Uuid _,
                    ColumnType.ListOf _ ->
                    Shape.OTHER;
        };
    }

    /**
     * Adds the object in {@code source} from {@code from} to {@code to}, white space around it
     * included.
     *
     * @param rows of this copier's schema
     * @return whether it is there; else it is for a {@link ColumnBatch}, whatever is the matter
     *     with it, and {@code rows} are as before
     */
    public boolean copy(JsonRows rows, byte[] source, int from, int to) {
        if (to - from > JsonRowWriter.MAX_ROW_BYTES || !read(source, from, to)) {
            return false;
        }
        row.clear();
        long hash = RowHasher.begin();
        for (int i = 0; i < shapes.length; i++) {
            row.append(followers[i]);
            if (kinds[i] == JsonScanner.Kind.NULL) {
                row.append(NULL);
                hash = RowHasher.addNull(hash);
            } else {
                added = false;
                hash = add(i, hash);
                if (!added) {
                    return false;
                }
            }
        }
        rows.add(row, RowHasher.end(hash));
        return true;
    }

    /** Finds the values; false where something is the matter. */
    private boolean read(byte[] source, int from, int to) {
        JsonScanner scan = scanner;
        scan.begin(source, from, to);
        if (!scan.skip('{')) {
            return false;
        }
        Arrays.fill(kinds, JsonScanner.Kind.NULL);
        Arrays.fill(froms, -1);
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
                    if (froms[column] >= 0 || !isSound(kind)) {
                        return false; // it stands twice, or is no value that JSON has
                    }
                    kinds[column] = kind;
                    froms[column] = scan.from;
                    tos[column] = scan.to;
                    escaped[column] = scan.escaped;
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
        JsonScanner scan = scanner;
        if (!scan.escaped) {
            return names.find(scan.in, scan.from, scan.to, guess);
        }
        key.clear();
        return scan.unescape(key) ? names.find(key.bytes, 0, key.size, guess) : FieldNames.UNKNOWN;
    }

    private boolean isSound(JsonScanner.Kind kind) {
        return switch (kind) {
            case STRING -> !scanner.garbled;
            case OBJECT, ARRAY ->
                    !scanner.garbled
                            && !scanner.irregular
                            && scanner.depth <= ValueParser.MAX_DEPTH;
            case NUMBER, TRUE, FALSE, NULL -> true;
            case NOT_FINITE, MALFORMED -> false;
        };
    }

    /** Whether the last call of {@link #add} has added the value. */
    private boolean added;

    /** Appends the value of a column, and gives the row's hash with it. */
    private long add(int column, long hash) {
        int from = froms[column];
        int to = tos[column];
        JsonScanner.Kind kind = kinds[column];
        return switch (shapes[column]) {
            case TEXT -> kind == JsonScanner.Kind.STRING ? text(column, from, to, hash) : hash;
            case INT64 -> kind == JsonScanner.Kind.NUMBER ? integer(from, to, hash) : hash;
            case FLOAT64 -> kind == JsonScanner.Kind.NUMBER ? real(from, to, hash) : hash;
            case JSON_NUMBER -> kind == JsonScanner.Kind.NUMBER ? raw(from, to, hash) : hash;
            case BOOL -> bool(kind, hash);
            case JSON -> {
                boolean string = kind == JsonScanner.Kind.STRING; // its quotes belong to it
                int start = row.size;
                long mixed = raw(string ? from - 1 : from, string ? to + 1 : to, hash);
                ValueFormatter.onOneLine(row, start);
                yield mixed;
            }
            case DATE -> isPlain(column) ? date(from, to, hash) : hash;
            case TIMESTAMP -> isPlain(column) ? timestamp(from, to, false, hash) : hash;
            case TIMESTAMP_TZ -> isPlain(column) ? timestamp(from, to, true, hash) : hash;
            case OTHER -> hash;
        };
    }

    private boolean isPlain(int column) {
        return kinds[column] == JsonScanner.Kind.STRING && !escaped[column];
    }

    private long raw(int from, int to, long hash) {
        row.append(scanner.in, from, to - from);
        added = true;
        return RowHasher.addBytes(hash, scanner.in, from, to);
    }

    private long text(int column, int from, int to, long hash) {
        if (!escaped[column]) {
            row.append(scanner.in, from - 1, to - from + 2); // its quotes too
            added = true;
            return RowHasher.addBytes(hash, scanner.in, from, to);
        }
        row.append('"');
        int start = row.size;
        if (!scanner.unescape(row, from, to)) {
            return hash;
        }
        long mixed = RowHasher.addBytes(hash, row.bytes, start, row.size);
        row.escapeFrom(start);
        row.append('"');
        added = true;
        return mixed;
    }

    private long bool(JsonScanner.Kind kind, long hash) {
        boolean value = kind == JsonScanner.Kind.TRUE;
        if (!value && kind != JsonScanner.Kind.FALSE) {
            return hash;
        }
        row.append(value ? ValueFormatter.TRUE : ValueFormatter.FALSE);
        added = true;
        return RowHasher.addBoolean(hash, value);
    }

    private long integer(int from, int to, long hash) {
        long value = ValueParser.smallInteger(scanner.in, from, to);
        if (value == Long.MIN_VALUE || (value == 0 && scanner.in[from] == '-')) {
            return hash;
        }
        row.append(scanner.in, from, to - from);
        added = true;
        return RowHasher.addBits(hash, value);
    }

    private long real(int from, int to, long hash) {
        if (!numbers.read(scanner.in, from, to) || numbers.toDouble() != Fit.EXACT) {
            return hash;
        }
        row.reserve(NumberFormatter.LONGEST_DOUBLE);
        row.size = NumberFormatter.write(row.bytes, row.size, numbers.real());
        added = true;
        return RowHasher.addBits(hash, Double.doubleToLongBits(numbers.real()));
    }

    private long date(int from, int to, long hash) {
        long days = temporals.date(scanner.in, from, to);
        if (days == TemporalParser.INVALID || days == TemporalParser.OUT_OF_RANGE) {
            return hash;
        }
        row.reserve(TemporalFormatter.LONGEST + 2);
        row.bytes[row.size++] = '"';
        row.size = TemporalFormatter.date(row.bytes, row.size, (int) days);
        row.bytes[row.size++] = '"';
        added = true;
        return RowHasher.addBits(hash, days);
    }

    private long timestamp(int from, int to, boolean utc, long hash) {
        if (utc && temporals.isWritten(scanner.in, from, to)) {
            row.append(scanner.in, from - 1, to - from + 2); // its quotes too
            added = true;
            return RowHasher.addBits(hash, temporals.written());
        }
        long micros = temporals.timestamp(scanner.in, from, to, utc);
        if (micros == TemporalParser.INVALID
                || micros == TemporalParser.OUT_OF_RANGE
                || temporals.truncated()) {
            return hash;
        }
        row.reserve(TemporalFormatter.LONGEST + 2);
        row.bytes[row.size++] = '"';
        row.size = TemporalFormatter.timestamp(row.bytes, row.size, micros, utc);
        row.bytes[row.size++] = '"';
        added = true;
        return RowHasher.addBits(hash, micros);
    }
}
