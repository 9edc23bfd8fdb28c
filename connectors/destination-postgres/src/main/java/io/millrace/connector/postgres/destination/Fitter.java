package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.PostgresEpoch;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableReader;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;

/**
 * Makes the values of a batch null that its table can't hold, and notes them on their rows
 * (invariant 6). For one batch, on one thread.
 */
final class Fitter {
    /** Since when {@code numeric} has infinities, and {@code interval}. */
    private static final int INFINITE_NUMERIC_SINCE = 140_000;

    private static final int INFINITE_INTERVAL_SINCE = 170_000;

    private static final long DAY_MICROS = 86_400_000_000L;

    /** Rows that are looked at by one call: few, so that it is soon compiled as a whole. */
    private static final int BLOCK = 64;

    /** Words of text that are looked at by one call. */
    private static final int WORDS = 512;

    private static final int MAX_WHOLE_DIGITS = 131_072;
    private static final int MAX_FRACTION_DIGITS = 16_383;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private final ColumnBatch batch;
    private final int serverVersion;
    private final JsonCheck json = new JsonCheck();
    private byte[] scratch = new byte[1024];

    private Fitter(ColumnBatch batch, int serverVersion) {
        this.batch = batch;
        this.serverVersion = serverVersion;
    }

    /**
     * @param batch with the names and types of a {@link Landing}
     */
    static void fit(ColumnBatch batch, int serverVersion) {
        var fitter = new Fitter(batch, serverVersion);
        for (int i = 0; i < batch.schema().size(); i++) {
            fitter.column(batch.schema().column(i), batch.vector(i));
        }
    }

    private void column(Column column, Vector vector) {
        SqlType type =
                column.sourceType()
                        .map(SqlType::parse)
                        .orElseGet(() ->
                                SqlType.of(column.type(), column.sourceType(), serverVersion));
        if (vector instanceof ListVector list) {
            elements(column.name(), list, type.element());
        } else {
            check(
                    vector,
                    type,
                    batch.rows(),
                    row -> {
                        vector.setNull(row);
                        batch.change(row, nulled(column.name(), type));
                    });
        }
    }

    private void elements(String name, ListVector list, SqlType type) {
        Vector elements = list.elements();
        check(
                elements,
                type,
                elements.length(),
                element -> {
                    elements.setNull(element);
                    int row = rowOf(list, element);
                    batch.change(row, nulled(name + "." + (element - list.start(row)), type));
                });
    }

    /** The list that holds {@code element}: the last one that begins at it or before. */
    private int rowOf(ListVector list, int element) {
        int low = 0;
        int high = batch.rows() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (list.start(middle) <= element) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** A number or a time is beyond its range, a text too long or no text. */
    private static FieldChange nulled(String field, SqlType type) {
        boolean unreadable =
                type.characters().isEmpty()
                        && switch (type.columnType()) {
                            case ColumnType.Text _, ColumnType.Json _, ColumnType.Jsonb _ -> true;
                            default -> false;
                        };
        return new FieldChange(
                field,
                FieldChange.Kind.NULLED,
                unreadable
                        ? FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR
                        : FieldChange.Reason.DESTINATION_FIELD_SIZE_LIMITATION);
    }

    /** Gives {@code refuse} each of the first {@code count} values that {@code type} can't hold. */
    private void check(Vector vector, SqlType type, int count, IntConsumer refuse) {
        switch (vector.type()) {
            case ColumnType.Bool _,
                    ColumnType.Int16 _,
                    ColumnType.Int32 _,
                    ColumnType.Int64 _,
                    ColumnType.Float32 _,
                    ColumnType.Float64 _,
                    ColumnType.Binary _,
                    ColumnType.Uuid _,
                    ColumnType.ListOf _ -> {}
            case ColumnType.Decimal decimal ->
                    decimals((FixedVector) vector, decimal, count, refuse);
            case ColumnType.BigDecimalText _, ColumnType.JsonNumber _ ->
                    numbers((VariableVector) vector, count, refuse);
            case ColumnType.Text _ -> texts((VariableVector) vector, type, count, refuse);
            case ColumnType.Json _ -> jsons((VariableVector) vector, false, count, refuse);
            case ColumnType.Jsonb _ -> jsons((VariableVector) vector, true, count, refuse);
            case ColumnType.Date _ -> dates((FixedVector) vector, count, refuse);
            case ColumnType.Time _ ->
                    longs(
                            (FixedVector) vector,
                            count,
                            micros -> micros >= 0 && micros <= DAY_MICROS,
                            refuse);
            case ColumnType.TimeTz _ ->
                    longs(
                            (FixedVector) vector,
                            count,
                            value -> ColumnType.TimeTz.micros(value) <= DAY_MICROS,
                            refuse);
            case ColumnType.Timestamp _, ColumnType.TimestampTz _ ->
                    longs((FixedVector) vector, count, PostgresEpoch::holdsTimestamp, refuse);
        }
    }

    private static void dates(FixedVector vector, int count, IntConsumer refuse) {
        int[] values = new int[BLOCK];
        for (int from = 0; from < count; from += BLOCK) {
            int rows = Math.min(BLOCK, count - from);
            vector.copy(from, rows, values);
            for (int i = 0; i < rows; i++) {
                if (!PostgresEpoch.holdsDate(values[i]) && !vector.isNull(from + i)) {
                    refuse.accept(from + i);
                }
            }
        }
    }

    private static void longs(
            FixedVector vector, int count, LongPredicate holds, IntConsumer refuse) {
        long[] values = new long[BLOCK];
        for (int from = 0; from < count; from += BLOCK) {
            int rows = Math.min(BLOCK, count - from);
            vector.copy(from, rows, values);
            for (int i = 0; i < rows; i++) {
                if (!holds.test(values[i]) && !vector.isNull(from + i)) {
                    refuse.accept(from + i);
                }
            }
        }
    }

    private static void decimals(
            FixedVector vector, ColumnType.Decimal type, int count, IntConsumer refuse) {
        BigInteger end = BigInteger.TEN.pow(type.precision());
        boolean small = type.precision() < 19;
        long shortEnd = small ? end.longValueExact() : Long.MAX_VALUE;
        long[] halves = new long[2 * BLOCK];
        for (int from = 0; from < count; from += BLOCK) {
            int rows = Math.min(BLOCK, count - from);
            vector.copy(from, rows, halves);
            for (int i = 0; i < rows; i++) {
                long low = halves[2 * i];
                long high = halves[2 * i + 1];
                boolean fits =
                        high == low >> 63
                                ? !small || (low < shortEnd && low > -shortEnd)
                                : holdsLong(low, high, small, end);
                if (!fits && !vector.isNull(from + i)) {
                    refuse.accept(from + i);
                }
            }
        }
    }

    /** Whether a value beyond 64 bits is below {@code end}, or is no number. */
    private static boolean holdsLong(long low, long high, boolean small, BigInteger end) {
        if (low == 0 && high == ColumnType.Decimal.NAN_HIGH) {
            return true;
        }
        // The infinities among them: a numeric with a precision has none.
        return !small
                && BigInteger.valueOf(high)
                                .shiftLeft(64)
                                .or(new BigInteger(Long.toUnsignedString(low)))
                                .abs()
                                .compareTo(end)
                        < 0;
    }

    private void numbers(VariableVector vector, int count, IntConsumer refuse) {
        for (int i = 0; i < count; i++) {
            if (!vector.isNull(i) && !isNumber(load(vector, i), vector.size(i))) {
                refuse.accept(i);
            }
        }
    }

    private boolean isNumber(byte[] text, int length) {
        int at = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
        if (at < length && text[at] > '9') {
            return switch (new String(
                    text, 0, length, java.nio.charset.StandardCharsets.ISO_8859_1)) {
                case "NaN" -> true;
                case "Infinity", "-Infinity" -> serverVersion >= INFINITE_NUMERIC_SINCE;
                default -> false;
            };
        }
        int point = -1;
        int first = at;
        for (; at < length; at++) {
            if (text[at] == '.' && point < 0) {
                point = at;
            } else if (text[at] < '0' || text[at] > '9') {
                break;
            }
        }
        if (at == length) {
            int whole = (point < 0 ? length : point) - first;
            int fraction = point < 0 ? 0 : length - point - 1;
            return whole + fraction > 0
                    && whole <= MAX_WHOLE_DIGITS
                    && fraction <= MAX_FRACTION_DIGITS;
        }
        return json.accepts(text, 0, length, true); // with an exponent: as JSON writes numbers
    }

    private void texts(VariableVector vector, SqlType type, int count, IntConsumer refuse) {
        OptionalInt characters = type.characters();
        boolean interval =
                type.base().equals("interval") && serverVersion < INFINITE_INTERVAL_SINCE;
        boolean plain = isPlain(vector, count);
        if (plain && characters.isEmpty() && !interval) {
            return;
        }
        var reader = new VariableReader(vector);
        for (int i = 0; i < count; i++) {
            if (!reader.seek(i)) {
                continue;
            }
            int points =
                    plain
                            ? reader.size()
                            : codePoints(reader.bytes(), reader.start(), reader.size());
            if (points < 0
                    || (characters.isPresent() && points > characters.getAsInt())
                    || (interval && vector.getText(i).endsWith("infinity"))) {
                refuse.accept(i);
            }
        }
    }

    private void jsons(VariableVector vector, boolean jsonb, int count, IntConsumer refuse) {
        var reader = new VariableReader(vector);
        boolean plain = isPlain(vector, count);
        for (int from = 0; from < count; from += BLOCK) {
            int end = Math.min(from + BLOCK, count);
            for (int row = firstRefused(reader, jsonb, plain, from, end);
                    row < end;
                    row = firstRefused(reader, jsonb, plain, row + 1, end)) {
                refuse.accept(row);
            }
        }
    }

    private int firstRefused(
            VariableReader reader, boolean jsonb, boolean plain, int from, int end) {
        int row = from;
        while (row < end && (!reader.seek(row) || isJson(reader, jsonb, plain))) {
            row++;
        }
        return row;
    }

    private boolean isJson(VariableReader reader, boolean jsonb, boolean plain) {
        return (plain || codePoints(reader.bytes(), reader.start(), reader.size()) >= 0)
                && json.accepts(reader.bytes(), reader.start(), reader.size(), jsonb);
    }

    private byte[] load(VariableVector vector, int row) {
        int size = vector.size(row);
        if (scratch.length < size) {
            scratch = new byte[Math.max(size, scratch.length * 2)];
        }
        MemorySegment.copy(vector.data(), BYTE, vector.start(row), scratch, 0, size);
        return scratch;
    }

    /** Whether all values are of ASCII alone, without U+0000: looked at eight bytes at a time. */
    private static boolean isPlain(VariableVector vector, int count) {
        long end = count == 0 ? 0 : vector.start(count - 1) + (long) vector.size(count - 1);
        MemorySegment data = vector.data().asSlice(0, end);
        long[] words = new long[WORDS];
        long at = 0;
        while (end - at >= Long.BYTES) {
            int some = (int) Math.min(WORDS, (end - at) / Long.BYTES);
            MemorySegment.copy(data, LONG, at, words, 0, some);
            if (!isPlain(words, some)) {
                return false;
            }
            at += (long) some * Long.BYTES;
        }
        for (; at < end; at++) {
            if (data.get(BYTE, at) <= 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(long[] words, int count) {
        for (int i = 0; i < count; i++) {
            // A byte of zero borrows from its highest bit; one above 127 has it.
            if ((((words[i] - LOW_BITS) | words[i]) & HIGH_BITS) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The number of characters in UTF-8 text; -1 where it is none, or has U+0000 in it (Unicode
     * Standard, table 3-7).
     */
    static int codePoints(byte[] text, int start, int length) {
        int points = 0;
        int at = start;
        int end = start + length;
        while (at < end) {
            int first = text[at];
            points++;
            if (first > 0) {
                at++;
                continue;
            }
            int size;
            int least = 0x80;
            int most = 0xBF;
            int lead = first & 0xFF;
            if (lead >= 0xC2 && lead <= 0xDF) {
                size = 2;
            } else if (lead >= 0xE0 && lead <= 0xEF) {
                size = 3;
                least = lead == 0xE0 ? 0xA0 : 0x80;
                most = lead == 0xED ? 0x9F : 0xBF;
            } else if (lead >= 0xF0 && lead <= 0xF4) {
                size = 4;
                least = lead == 0xF0 ? 0x90 : 0x80;
                most = lead == 0xF4 ? 0x8F : 0xBF;
            } else {
                return -1;
            }
            if (end - at < size) {
                return -1;
            }
            int second = text[at + 1] & 0xFF;
            if (second < least || second > most) {
                return -1;
            }
            for (int i = 2; i < size; i++) {
                if ((text[at + i] & 0xC0) != 0x80) {
                    return -1;
                }
            }
            at += size;
        }
        return points;
    }
}
