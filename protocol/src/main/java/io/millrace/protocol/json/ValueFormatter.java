package io.millrace.protocol.json;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes the values of a column of one type as JSON, or as their canonical text: the same without
 * the quotes and escapes of a string. Immutable.
 */
public final class ValueFormatter {
    private static final byte[] NULL = NumberFormatter.ascii("null");
    static final byte[] TRUE = NumberFormatter.ascii("true");
    static final byte[] FALSE = NumberFormatter.ascii("false");
    private static final byte[] HEX = NumberFormatter.ascii("0123456789abcdef");
    private static final ValueLayout.OfLong BIG_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Shape shape;
    private final int scale; // of a decimal
    private final ValueFormatter[] element; // of a list: one; else none

    /** The type as something to switch over quickly, once for every value. */
    private enum Shape {
        BOOL,
        INT16,
        INT32,
        INT64,
        FLOAT32,
        FLOAT64,
        DECIMAL,
        BIG_DECIMAL,
        RAW,
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

    private ValueFormatter(ColumnType type) {
        shape = shapeOf(type);
        scale = type instanceof ColumnType.Decimal decimal ? decimal.scale() : 0;
        element =
                type instanceof ColumnType.ListOf list
                        ? new ValueFormatter[] {new ValueFormatter(list.element())}
                        : new ValueFormatter[0];
    }

    public static ValueFormatter of(ColumnType type) {
        return new ValueFormatter(type);
    }

    private static Shape shapeOf(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> Shape.BOOL;
            case ColumnType.Int16 _ -> Shape.INT16;
            case ColumnType.Int32 _ -> Shape.INT32;
            case ColumnType.Int64 _ -> Shape.INT64;
            case ColumnType.Float32 _ -> Shape.FLOAT32;
            case ColumnType.Float64 _ -> Shape.FLOAT64;
            case ColumnType.Decimal _ -> Shape.DECIMAL;
            case ColumnType.BigDecimalText _ -> Shape.BIG_DECIMAL;
            case ColumnType.JsonNumber _ -> Shape.RAW;
            case ColumnType.Text _ -> Shape.TEXT;
            case ColumnType.Json _, ColumnType.Jsonb _ -> Shape.JSON;
            case ColumnType.Date _ -> Shape.DATE;
            case ColumnType.Time _ -> Shape.TIME;
            case ColumnType.TimeTz _ -> Shape.TIME_TZ;
            case ColumnType.Timestamp _ -> Shape.TIMESTAMP;
            case ColumnType.TimestampTz _ -> Shape.TIMESTAMP_TZ;
            case ColumnType.Binary _ -> Shape.BINARY;
            case ColumnType.Uuid _ -> Shape.UUID;
            case ColumnType.ListOf _ -> Shape.LIST;
        };
    }

    /** Appends the value at {@code row} as JSON on one line; {@code null} for a null. */
    public void appendJson(Vector vector, int row, JsonBuffer out) {
        if (vector.isNull(row)) {
            out.append(NULL);
        } else {
            append(vector, row, out, true);
        }
    }

    /**
     * Appends the text of the value at {@code row}, which is none of null: as in JSON, without
     * quotes and escapes; a JSON value to the letter.
     */
    public void appendText(Vector vector, int row, JsonBuffer out) {
        append(vector, row, out, false);
    }

    private void append(Vector vector, int row, JsonBuffer out, boolean json) {
        switch (shape) {
            case BOOL -> out.append(((BitVector) vector).get(row) ? TRUE : FALSE);
            case INT16 -> out.appendLong(((FixedVector) vector).getShort(row));
            case INT32 -> out.appendLong(((FixedVector) vector).getInt(row));
            case INT64 -> out.appendLong(((FixedVector) vector).getLong(row));
            case FLOAT32 -> {
                float value = ((FixedVector) vector).getFloat(row);
                if (Float.isFinite(value)) {
                    out.reserve(NumberFormatter.LONGEST_DOUBLE);
                    out.size = NumberFormatter.write(out.bytes, out.size, value);
                } else {
                    quoted(Float.toString(value), out, json);
                }
            }
            case FLOAT64 -> {
                double value = ((FixedVector) vector).getDouble(row);
                if (Double.isFinite(value)) {
                    out.reserve(NumberFormatter.LONGEST_DOUBLE);
                    out.size = NumberFormatter.write(out.bytes, out.size, value);
                } else {
                    quoted(Double.toString(value), out, json);
                }
            }
            case DECIMAL -> decimal((FixedVector) vector, row, out, json);
            case BIG_DECIMAL -> bigDecimal((VariableVector) vector, row, out, json);
            case RAW -> raw((VariableVector) vector, row, out);
            case TEXT -> {
                if (json) {
                    quote(out);
                    int start = out.size;
                    raw((VariableVector) vector, row, out);
                    out.escapeFrom(start);
                    quote(out);
                } else {
                    raw((VariableVector) vector, row, out);
                }
            }
            case JSON -> {
                int start = out.size;
                raw((VariableVector) vector, row, out);
                if (json) {
                    onOneLine(out, start);
                }
            }
            case DATE, TIME, TIME_TZ, TIMESTAMP, TIMESTAMP_TZ ->
                    temporal((FixedVector) vector, row, out, json);
            case BINARY -> binary((VariableVector) vector, row, out, json);
            case UUID -> uuid((FixedVector) vector, row, out, json);
            case LIST -> list((ListVector) vector, row, out);
        }
    }

    private static void quote(JsonBuffer out) {
        out.append('"');
    }

    private static void quoted(String ascii, JsonBuffer out, boolean json) {
        out.reserve(ascii.length() + 2);
        if (json) {
            quote(out);
        }
        out.size = NumberFormatter.writeAscii(out.bytes, out.size, ascii);
        if (json) {
            quote(out);
        }
    }

    static void raw(VariableVector vector, int row, JsonBuffer out) {
        int count = vector.size(row);
        out.reserve(count);
        MemorySegment.copy(
                vector.data(),
                ValueLayout.JAVA_BYTE,
                vector.start(row),
                out.bytes,
                out.size,
                count);
        out.size += count;
    }

    /** Line breaks stand between the parts of a JSON text only; a space says the same there. */
    static void onOneLine(JsonBuffer out, int start) {
        int at = Octets.findControl(out.bytes, start, out.size);
        while (at < out.size) {
            if (out.bytes[at] == '\n' || out.bytes[at] == '\r') {
                out.bytes[at] = ' ';
            }
            at = Octets.findControl(out.bytes, at + 1, out.size);
        }
    }

    private void decimal(FixedVector vector, int row, JsonBuffer out, boolean json) {
        long high = vector.getHigh(row);
        if (NumberFormatter.isSpecial(high)) {
            quoted(NumberFormatter.specialText(high), out, json);
            return;
        }
        out.reserve(NumberFormatter.LONGEST_DECIMAL);
        out.size =
                NumberFormatter.writeDecimal(out.bytes, out.size, vector.getLow(row), high, scale);
    }

    private static void bigDecimal(VariableVector vector, int row, JsonBuffer out, boolean json) {
        int start = out.size;
        raw(vector, row, out);
        int last = out.bytes[out.size - 1];
        if (json && out.size > start && (last < '0' || last > '9')) { // NaN or an infinity
            byte[] text = Arrays.copyOfRange(out.bytes, start, out.size);
            out.truncate(start);
            quote(out);
            out.append(text);
            quote(out);
        }
    }

    private void temporal(FixedVector vector, int row, JsonBuffer out, boolean json) {
        out.reserve(TemporalFormatter.LONGEST + 2);
        byte[] bytes = out.bytes;
        int at = out.size;
        if (json) {
            bytes[at++] = '"';
        }
        at =
                switch (shape) {
                    case DATE -> TemporalFormatter.date(bytes, at, vector.getInt(row));
                    case TIME -> TemporalFormatter.time(bytes, at, vector.getLong(row));
                    case TIME_TZ -> TemporalFormatter.timeTz(bytes, at, vector.getLong(row));
                    case TIMESTAMP ->
                            TemporalFormatter.timestamp(bytes, at, vector.getLong(row), false);
                    default -> TemporalFormatter.timestamp(bytes, at, vector.getLong(row), true);
                };
        if (json) {
            bytes[at++] = '"';
        }
        out.size = at;
    }

    private static void binary(VariableVector vector, int row, JsonBuffer out, boolean json) {
        byte[] text = Base64.getEncoder().encode(vector.getBytes(row));
        if (json) {
            quote(out);
        }
        out.append(text);
        if (json) {
            quote(out);
        }
    }

    private static void uuid(FixedVector vector, int row, JsonBuffer out, boolean json) {
        long high = vector.data().get(BIG_ENDIAN, (long) row * 16);
        long low = vector.data().get(BIG_ENDIAN, (long) row * 16 + 8);
        if (json) {
            quote(out);
        }
        appendUuid(high, low, out);
        if (json) {
            quote(out);
        }
    }

    static void appendUuid(long high, long low, JsonBuffer out) {
        out.reserve(36);
        byte[] bytes = out.bytes;
        int at = out.size;
        at = hex(bytes, at, high, 60, 8);
        bytes[at++] = '-';
        at = hex(bytes, at, high, 28, 4);
        bytes[at++] = '-';
        at = hex(bytes, at, high, 12, 4);
        bytes[at++] = '-';
        at = hex(bytes, at, low, 60, 4);
        bytes[at++] = '-';
        out.size = hex(bytes, at, low, 44, 12);
    }

    private static int hex(byte[] bytes, int at, long value, int shift, int count) {
        for (int i = 0; i < count; i++) {
            bytes[at + i] = HEX[(int) (value >>> (shift - 4 * i)) & 15];
        }
        return at + count;
    }

    private void list(ListVector vector, int row, JsonBuffer out) {
        out.append('[');
        int start = vector.start(row);
        int end = start + vector.size(row);
        for (int i = start; i < end; i++) {
            if (i > start) {
                out.append(',');
            }
            element[0].appendJson(vector.elements(), i, out);
        }
        out.append(']');
    }
}
