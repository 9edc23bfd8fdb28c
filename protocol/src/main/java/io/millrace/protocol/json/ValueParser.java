package io.millrace.protocol.json;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
import java.util.Arrays;
import java.util.Base64;

/**
 * Puts values that come as text or JSON into a column of one type, by the protocol's rules
 * (reference: protocol 3.3). Every call appends exactly one value to the vector; what doesn't fit
 * becomes null, and the answer says so. One thread.
 */
public final class ValueParser {
    /** Nested values deeper than this become null: most parsers downstream refuse them. */
    public static final int MAX_DEPTH = 1_000;

    private static final byte[] TRUE = NumberFormatter.ascii("true");
    private static final byte[] FALSE = NumberFormatter.ascii("false");

    private final Target target;
    private final ColumnType type;
    private final boolean fromText;
    private final NumberParser numbers = new NumberParser();
    private final TemporalParser temporals = new TemporalParser();
    private final JsonBuffer scratch = new JsonBuffer(64);
    private final JsonScanner scanner = new JsonScanner();
    private final ValueParser[] element; // of a list: one; else none

    /** The type as something to switch over quickly, once for every value. */
    private enum Target {
        BOOL,
        INT16,
        INT32,
        INT64,
        FLOAT32,
        FLOAT64,
        DECIMAL,
        BIG_DECIMAL,
        JSON_NUMBER,
        TEXT,
        JSON,
        DATE,
        TIME,
        TIME_TZ,
        TIMESTAMP,
        TIMESTAMP_TZ,
        BINARY,
        UUID,
        LIST
    }

    private ValueParser(ColumnType type, boolean fromText) {
        this.type = type;
        this.fromText = fromText;
        this.target = targetOf(type);
        this.element =
                type instanceof ColumnType.ListOf list
                        ? new ValueParser[] {new ValueParser(list.element(), fromText)}
                        : new ValueParser[0];
    }

    /** Values of {@code type} from JSON: booleans are JSON's alone, as the protocol has it. */
    public static ValueParser ofJson(ColumnType type) {
        return new ValueParser(type, false);
    }

    /**
     * Values of {@code type} from texts that stand for values of all kinds: {@code true} and {@code
     * false} are booleans too.
     */
    public static ValueParser ofText(ColumnType type) {
        return new ValueParser(type, true);
    }

    private static Target targetOf(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> Target.BOOL;
            case ColumnType.Int16 _ -> Target.INT16;
            case ColumnType.Int32 _ -> Target.INT32;
            case ColumnType.Int64 _ -> Target.INT64;
            case ColumnType.Float32 _ -> Target.FLOAT32;
            case ColumnType.Float64 _ -> Target.FLOAT64;
            case ColumnType.Decimal _ -> Target.DECIMAL;
            case ColumnType.BigDecimalText _ -> Target.BIG_DECIMAL;
            case ColumnType.JsonNumber _ -> Target.JSON_NUMBER;
            case ColumnType.Text _ -> Target.TEXT;
            case ColumnType.Json _, ColumnType.Jsonb _ -> Target.JSON;
            case ColumnType.Date _ -> Target.DATE;
            case ColumnType.Time _ -> Target.TIME;
            case ColumnType.TimeTz _ -> Target.TIME_TZ;
            case ColumnType.Timestamp _ -> Target.TIMESTAMP;
            case ColumnType.TimestampTz _ -> Target.TIMESTAMP_TZ;
            case ColumnType.Binary _ -> Target.BINARY;
            case ColumnType.Uuid _ -> Target.UUID;
            case ColumnType.ListOf _ -> Target.LIST;
        };
    }

    /**
     * Appends the value whose JSON text is {@code source} from {@code from} to {@code to}; {@link
     * Fit#MISMATCH} for what is no JSON.
     */
    public Fit appendJson(Vector vector, byte[] source, int from, int to) {
        scanner.begin(source, from, to);
        JsonScanner.Kind kind = scanner.value();
        int valueFrom = scanner.from;
        int valueTo = scanner.to;
        scanner.skipWhitespace();
        if (scanner.at != to) {
            kind = JsonScanner.Kind.MALFORMED;
        }
        scanner.from = valueFrom;
        scanner.to = valueTo;
        return append(vector, scanner, kind);
    }

    /**
     * Appends the value that {@code text}, in UTF-8 from {@code from} to {@code to}, stands for.
     */
    public Fit appendText(Vector vector, byte[] text, int from, int to) {
        Fit fit = Octets.isUtf8(text, from, to) ? string(vector, text, from, to) : Fit.MISMATCH;
        return settled(vector, fit);
    }

    /** Appends the value that {@code scanned} has just read, which is of {@code kind}. */
    Fit append(Vector vector, JsonScanner scanned, JsonScanner.Kind kind) {
        Fit fit =
                switch (kind) {
                    case NULL -> {
                        vector.appendNull();
                        yield Fit.EXACT;
                    }
                    case STRING -> jsonString(vector, scanned);
                    case NUMBER -> number(vector, scanned.in, scanned.from, scanned.to);
                    case TRUE, FALSE -> bool(vector, kind == JsonScanner.Kind.TRUE);
                    case OBJECT, ARRAY -> nested(vector, scanned, kind);
                    case NOT_FINITE -> notFinite(vector, scanned.in, scanned.from, scanned.to);
                    case MALFORMED -> Fit.MISMATCH;
                };
        return kind == JsonScanner.Kind.NULL ? fit : settled(vector, fit);
    }

    /** Null where nothing was appended. */
    private static Fit settled(Vector vector, Fit fit) {
        if (fit == Fit.MISMATCH || fit == Fit.OUT_OF_RANGE) {
            vector.appendNull();
        }
        return fit;
    }

    private Fit jsonString(Vector vector, JsonScanner scanned) {
        if (scanned.garbled) {
            return Fit.MISMATCH;
        }
        if (target == Target.JSON) {
            // The quotes belong to it.
            ((VariableVector) vector)
                    .append(scanned.in, scanned.from - 1, scanned.to - scanned.from + 2);
            return Fit.EXACT;
        }
        if (!scanned.escaped) {
            return string(vector, scanned.in, scanned.from, scanned.to);
        }
        scratch.clear();
        if (!scanned.unescape(scratch)) {
            return Fit.MISMATCH;
        }
        return string(vector, scratch.bytes, 0, scratch.size);
    }

    /** A text that is UTF-8. */
    private Fit string(Vector vector, byte[] in, int from, int to) {
        return switch (target) {
            case TEXT -> {
                ((VariableVector) vector).append(in, from, to - from);
                yield Fit.EXACT;
            }
            case BOOL -> fromText ? boolText(vector, in, from, to) : Fit.MISMATCH;
            case INT16, INT32, INT64, FLOAT32, FLOAT64, DECIMAL, BIG_DECIMAL, JSON_NUMBER ->
                    numericText(vector, in, from, to);
            case DATE -> {
                long days = temporals.date(in, from, to);
                if (days == TemporalParser.INVALID || days == TemporalParser.OUT_OF_RANGE) {
                    yield unfit(days);
                }
                ((FixedVector) vector).appendInt((int) days);
                yield Fit.EXACT;
            }
            case TIME -> temporal(vector, temporals.time(in, from, to));
            case TIME_TZ -> temporal(vector, temporals.timeTz(in, from, to));
            case TIMESTAMP -> temporal(vector, temporals.timestamp(in, from, to, false));
            case TIMESTAMP_TZ -> temporal(vector, temporals.timestamp(in, from, to, true));
            case BINARY -> base64(vector, in, from, to);
            case UUID -> uuid(vector, in, from, to);
            case JSON -> {
                // Text that becomes JSON is a JSON string.
                var quoted = new JsonBuffer(to - from + 2);
                quoted.append('"');
                quoted.append(in, from, to - from);
                quoted.escapeFrom(1);
                quoted.append('"');
                ((VariableVector) vector).append(quoted.bytes, 0, quoted.size);
                yield Fit.EXACT;
            }
            case LIST -> fromText ? listText(vector, in, from, to) : Fit.MISMATCH;
        };
    }

    private Fit temporal(Vector vector, long value) {
        if (value == TemporalParser.INVALID || value == TemporalParser.OUT_OF_RANGE) {
            return unfit(value);
        }
        ((FixedVector) vector).appendLong(value);
        return temporals.truncated() ? Fit.ROUNDED : Fit.EXACT;
    }

    private static Fit unfit(long value) {
        return value == TemporalParser.INVALID ? Fit.MISMATCH : Fit.OUT_OF_RANGE;
    }

    private Fit numericText(Vector vector, byte[] in, int from, int to) {
        if (numbers.read(in, from, to)) {
            if (target == Target.JSON_NUMBER) {
                scratch.clear();
                // The text may stand in the scratch itself, whose content the writer overtakes not.
                byte[] copy = Arrays.copyOfRange(in, from, to);
                numbers.read(copy, 0, copy.length);
                numbers.writeJson(scratch);
                ((VariableVector) vector).append(scratch.bytes, 0, scratch.size);
                return Fit.EXACT;
            }
            return number(vector);
        }
        return notFinite(vector, in, from, to);
    }

    private Fit number(Vector vector, byte[] in, int from, int to) {
        return switch (target) {
            case INT64 -> {
                long value = smallInteger(in, from, to);
                if (value != Long.MIN_VALUE) {
                    ((FixedVector) vector).appendLong(value);
                    yield Fit.EXACT;
                }
                numbers.read(in, from, to);
                yield number(vector);
            }
            case INT16, INT32, FLOAT32, FLOAT64, DECIMAL, BIG_DECIMAL -> {
                numbers.read(in, from, to);
                yield number(vector);
            }
            case JSON_NUMBER, JSON, TEXT -> {
                ((VariableVector) vector).append(in, from, to - from);
                yield Fit.EXACT;
            }
            case BOOL, DATE, TIME, TIME_TZ, TIMESTAMP, TIMESTAMP_TZ, BINARY, UUID, LIST ->
                    Fit.MISMATCH;
        };
    }

    /** An integer of up to 18 digits; {@link Long#MIN_VALUE} for every other number. */
    static long smallInteger(byte[] in, int from, int to) {
        int at = in[from] == '-' ? from + 1 : from;
        if (to - at > 18) {
            return Long.MIN_VALUE;
        }
        long value = 0;
        for (int i = at; i < to; i++) {
            int digit = in[i] - '0';
            if (digit < 0 || digit > 9) {
                return Long.MIN_VALUE;
            }
            value = value * 10 + digit;
        }
        return at > from ? -value : value;
    }

    /** The number that {@link #numbers} has read. */
    private Fit number(Vector vector) {
        return switch (target) {
            case INT16, INT32, INT64 -> {
                Fit fit = numbers.toLong();
                yield fit == Fit.EXACT ? integer((FixedVector) vector, numbers.low()) : fit;
            }
            case FLOAT64 -> {
                Fit fit = numbers.toDouble();
                if (fit != Fit.OUT_OF_RANGE) {
                    ((FixedVector) vector).appendDouble(numbers.real());
                }
                yield fit;
            }
            case FLOAT32 -> {
                Fit fit = numbers.toFloat();
                if (fit != Fit.OUT_OF_RANGE) {
                    ((FixedVector) vector).appendFloat((float) numbers.real());
                }
                yield fit;
            }
            case DECIMAL -> {
                Fit fit = numbers.toDecimal((ColumnType.Decimal) type);
                if (fit == Fit.EXACT) {
                    ((FixedVector) vector).append128(numbers.low(), numbers.high());
                }
                yield fit;
            }
            case BIG_DECIMAL -> {
                var plain = new JsonBuffer(64);
                Fit fit = numbers.writePlain(plain);
                if (fit == Fit.EXACT) {
                    ((VariableVector) vector).append(plain.bytes, 0, plain.size);
                }
                yield fit;
            }
            case BOOL,
                    JSON_NUMBER,
                    TEXT,
                    JSON,
                    DATE,
                    TIME,
                    TIME_TZ,
                    TIMESTAMP,
                    TIMESTAMP_TZ,
                    BINARY,
                    UUID,
                    LIST ->
                    Fit.MISMATCH;
        };
    }

    private Fit integer(FixedVector vector, long value) {
        if (target == Target.INT64) {
            vector.appendLong(value);
            return Fit.EXACT;
        }
        if (target == Target.INT32) {
            if (value != (int) value) {
                return Fit.OUT_OF_RANGE;
            }
            vector.appendInt((int) value);
            return Fit.EXACT;
        }
        if (value != (short) value) {
            return Fit.OUT_OF_RANGE;
        }
        vector.appendShort((short) value);
        return Fit.EXACT;
    }

    /** {@code NaN}, {@code Infinity} or {@code -Infinity}, where the type has them. */
    private Fit notFinite(Vector vector, byte[] in, int from, int to) {
        double value;
        if (equal(in, from, to, "NaN")) {
            value = Double.NaN;
        } else if (equal(in, from, to, "Infinity")) {
            value = Double.POSITIVE_INFINITY;
        } else if (equal(in, from, to, "-Infinity")) {
            value = Double.NEGATIVE_INFINITY;
        } else {
            return Fit.MISMATCH;
        }
        return switch (target) {
            case FLOAT64 -> {
                ((FixedVector) vector).appendDouble(value);
                yield Fit.EXACT;
            }
            case FLOAT32 -> {
                ((FixedVector) vector).appendFloat((float) value);
                yield Fit.EXACT;
            }
            case DECIMAL -> {
                long high =
                        Double.isNaN(value)
                                ? ColumnType.Decimal.NAN_HIGH
                                : value > 0
                                        ? ColumnType.Decimal.POSITIVE_INFINITY_HIGH
                                        : ColumnType.Decimal.NEGATIVE_INFINITY_HIGH;
                ((FixedVector) vector).append128(0, high);
                yield Fit.EXACT;
            }
            case BIG_DECIMAL, TEXT -> {
                ((VariableVector) vector).append(in, from, to - from);
                yield Fit.EXACT;
            }
            case BOOL,
                    INT16,
                    INT32,
                    INT64,
                    JSON_NUMBER,
                    JSON,
                    DATE,
                    TIME,
                    TIME_TZ,
                    TIMESTAMP,
                    TIMESTAMP_TZ,
                    BINARY,
                    UUID,
                    LIST ->
                    Fit.MISMATCH;
        };
    }

    private Fit bool(Vector vector, boolean value) {
        if (target == Target.BOOL) {
            ((BitVector) vector).append(value);
            return Fit.EXACT;
        }
        if (target == Target.TEXT || target == Target.JSON) {
            ((VariableVector) vector).append(value ? TRUE : FALSE);
            return Fit.EXACT;
        }
        return Fit.MISMATCH;
    }

    private Fit boolText(Vector vector, byte[] in, int from, int to) {
        if (equal(in, from, to, "true")) {
            return bool(vector, true);
        }
        return equal(in, from, to, "false") ? bool(vector, false) : Fit.MISMATCH;
    }

    private static boolean equal(byte[] in, int from, int to, String ascii) {
        if (to - from != ascii.length()) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (in[from + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private Fit nested(Vector vector, JsonScanner scanned, JsonScanner.Kind kind) {
        if (scanned.garbled || scanned.irregular) {
            return Fit.MISMATCH;
        }
        if (scanned.depth > MAX_DEPTH) {
            return Fit.OUT_OF_RANGE;
        }
        if (target == Target.JSON) {
            ((VariableVector) vector).append(scanned.in, scanned.from, scanned.to - scanned.from);
            return Fit.EXACT;
        }
        if (target == Target.TEXT) {
            scratch.clear();
            scanned.compact(scratch);
            ((VariableVector) vector).append(scratch.bytes, 0, scratch.size);
            return Fit.EXACT;
        }
        if (target == Target.LIST && kind == JsonScanner.Kind.ARRAY) {
            return list((ListVector) vector, scanned.in, scanned.from, scanned.to);
        }
        return Fit.MISMATCH;
    }

    /** The elements of an array that was scanned before. */
    private Fit list(ListVector vector, byte[] in, int from, int to) {
        scanner.begin(in, from + 1, to);
        Fit whole = Fit.EXACT;
        if (!scanner.skip(']')) {
            do {
                Fit fit = element[0].append(vector.elements(), scanner, scanner.value());
                whole =
                        switch (fit) {
                            case EXACT -> whole;
                            case ROUNDED -> whole == Fit.EXACT ? Fit.ROUNDED : whole;
                            case PARTIAL, OUT_OF_RANGE, MISMATCH -> Fit.PARTIAL;
                        };
            } while (scanner.skip(','));
        }
        vector.endList();
        return whole;
    }

    private Fit listText(Vector vector, byte[] in, int from, int to) {
        scanner.begin(in, from, to);
        boolean array = scanner.value() == JsonScanner.Kind.ARRAY;
        scanner.skipWhitespace();
        boolean sound = !scanner.garbled && !scanner.irregular;
        return array && sound && scanner.at == to
                ? list((ListVector) vector, in, from, to)
                : Fit.MISMATCH;
    }

    private Fit base64(Vector vector, byte[] in, int from, int to) {
        byte[] text = Arrays.copyOfRange(in, from, to);
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            // Many a word reads as base64 without its padding; a text that may be anything is only
            // taken for it if it is written as we write it.
            if (fromText && !Arrays.equals(text, Base64.getEncoder().encode(bytes))) {
                return Fit.MISMATCH;
            }
            ((VariableVector) vector).append(bytes);
            return Fit.EXACT;
        } catch (IllegalArgumentException _) {
            return Fit.MISMATCH;
        }
    }

    /** 32 hexadecimal digits, in groups of 8, 4, 4, 4 and 12, or in one. */
    private Fit uuid(Vector vector, byte[] in, int from, int to) {
        boolean grouped = to - from == 36;
        if (!grouped && to - from != 32) {
            return Fit.MISMATCH;
        }
        byte[] bytes = new byte[16];
        int at = from;
        for (int i = 0; i < 16; i++) {
            if (grouped && (i == 4 || i == 6 || i == 8 || i == 10) && in[at++] != '-') {
                return Fit.MISMATCH;
            }
            int high = JsonScanner.hex(in[at]);
            int low = JsonScanner.hex(in[at + 1]);
            if (high < 0 || low < 0) {
                return Fit.MISMATCH;
            }
            bytes[i] = (byte) (high << 4 | low);
            at += 2;
        }
        ((FixedVector) vector).appendBytes(bytes, 0);
        return Fit.EXACT;
    }
}
