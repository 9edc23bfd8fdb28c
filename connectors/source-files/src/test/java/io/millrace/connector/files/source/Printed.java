package io.millrace.connector.files.source;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** Values as texts, written with the Java library alone: the other side of what is parsed. */
final class Printed {
    private static final DateTimeFormatter LOCAL =
            new DateTimeFormatterBuilder()
                    .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
                    .toFormatter();

    private Printed() {}

    /** The value; null for null. Timestamps have a T, and a Z where they are of UTC. */
    static String text(Vector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        return switch (vector.type()) {
            case ColumnType.Bool _ -> Boolean.toString(((BitVector) vector).get(row));
            case ColumnType.Int16 _ -> Short.toString(((FixedVector) vector).getShort(row));
            case ColumnType.Int32 _ -> Integer.toString(((FixedVector) vector).getInt(row));
            case ColumnType.Int64 _ -> Long.toString(((FixedVector) vector).getLong(row));
            case ColumnType.Float32 _ -> Float.toString(((FixedVector) vector).getFloat(row));
            case ColumnType.Float64 _ ->
                    new BigDecimal(Double.toString(((FixedVector) vector).getDouble(row)))
                            .toPlainString();
            case ColumnType.Decimal decimal -> {
                var fixed = (FixedVector) vector;
                BigInteger low = new BigInteger(Long.toUnsignedString(fixed.getLow(row)));
                BigInteger high = BigInteger.valueOf(fixed.getHigh(row)).shiftLeft(64);
                yield new BigDecimal(high.add(low), decimal.scale()).toPlainString();
            }
            case ColumnType.Date _ ->
                    LocalDate.ofEpochDay(((FixedVector) vector).getInt(row)).toString();
            case ColumnType.Timestamp _ -> timestamp(((FixedVector) vector).getLong(row));
            case ColumnType.TimestampTz _ -> timestamp(((FixedVector) vector).getLong(row)) + "Z";
            default -> ((VariableVector) vector).getText(row);
        };
    }

    private static String timestamp(long micros) {
        return LocalDateTime.ofEpochSecond(
                        Math.floorDiv(micros, 1_000_000L),
                        (int) Math.floorMod(micros, 1_000_000L) * 1000,
                        ZoneOffset.UTC)
                .format(LOCAL);
    }
}
