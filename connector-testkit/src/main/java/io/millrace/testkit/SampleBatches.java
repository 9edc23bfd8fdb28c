package io.millrace.testkit;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.protocol.schema.Timestamps;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Rows with values of every type, the special ones included. */
public final class SampleBatches {
    /** Each scalar type, and the list of each. */
    public static final List<ColumnType> TYPES = types();

    private SampleBatches() {}

    private static List<ColumnType> types() {
        List<ColumnType> scalars =
                List.of(
                        new ColumnType.Bool(),
                        new ColumnType.Int16(),
                        new ColumnType.Int32(),
                        new ColumnType.Int64(),
                        new ColumnType.Float32(),
                        new ColumnType.Float64(),
                        new ColumnType.Decimal(4, 1),
                        new ColumnType.Decimal(9, 2),
                        new ColumnType.Decimal(18, 0),
                        new ColumnType.Decimal(38, 10),
                        new ColumnType.BigDecimalText(),
                        new ColumnType.Text(),
                        new ColumnType.Json(),
                        new ColumnType.Jsonb(),
                        new ColumnType.Date(),
                        new ColumnType.Time(),
                        new ColumnType.TimeTz(),
                        new ColumnType.Timestamp(),
                        new ColumnType.TimestampTz(),
                        new ColumnType.Binary(),
                        new ColumnType.Uuid());
        var all = new ArrayList<>(scalars);
        scalars.forEach(type -> all.add(new ColumnType.ListOf(type)));
        return List.copyOf(all);
    }

    public static StreamSchema schema() {
        var columns = new ArrayList<Column>();
        for (int i = 0; i < TYPES.size(); i++) {
            columns.add(Column.of("c" + i, TYPES.get(i)));
        }
        return new StreamSchema(columns);
    }

    /** {@code rows} rows of {@link #schema}, nulls among them. */
    public static ColumnBatch batch(BatchMemory memory, int rows, Random random) {
        var batch = new ColumnBatch(memory, StreamName.of("samples"), schema(), 0, rows);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < TYPES.size(); column++) {
                append(batch.vector(column), random);
            }
            batch.endRow();
        }
        return batch;
    }

    private static void append(Vector vector, Random random) {
        if (random.nextInt(5) == 0) {
            vector.appendNull();
            return;
        }
        switch (vector) {
            case BitVector bits -> bits.append(random.nextBoolean());
            case FixedVector fixed -> appendFixed(fixed, random);
            case VariableVector variable -> variable.append(text(variable.type(), random));
            case ListVector list -> {
                for (int i = random.nextInt(4); i > 0; i--) {
                    append(list.elements(), random);
                }
                list.endList();
            }
        }
    }

    private static byte[] text(ColumnType type, Random random) {
        return switch (type) {
            case ColumnType.Binary _ -> {
                byte[] bytes = new byte[random.nextInt(30)];
                random.nextBytes(bytes);
                yield bytes;
            }
            case ColumnType.Json _, ColumnType.Jsonb _ ->
                    pick(
                            random,
                            "{\"a\": [1, 2.50, null],  \"a\":\"\\u0000é\"}",
                            "[]",
                            "\"x\"",
                            "null",
                            "1e400");
            case ColumnType.BigDecimalText _ ->
                    pick(random, "0.10", "-123456789012345678901234567890123456789012.5", "NaN");
            default ->
                    pick(
                            random,
                            "",
                            "short",
                            "exactly12bytes".substring(0, 12),
                            "a longer text, é 💧",
                            "a\u0000b");
        };
    }

    private static byte[] pick(Random random, String... texts) {
        return texts[random.nextInt(texts.length)].getBytes(
                java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void appendFixed(FixedVector vector, Random random) {
        switch (vector.type()) {
            case ColumnType.Int16 _ -> vector.appendShort((short) random.nextInt());
            case ColumnType.Int32 _ -> vector.appendInt(random.nextInt());
            case ColumnType.Int64 _ -> vector.appendLong(random.nextLong());
            case ColumnType.Float32 _ -> vector.appendFloat(pickFloat(random));
            case ColumnType.Float64 _ -> vector.appendDouble(pickFloat(random) * 1.1);
            case ColumnType.Decimal decimal -> {
                BigInteger bound = BigInteger.TEN.pow(decimal.precision());
                BigInteger value = new BigInteger(126, random).mod(bound);
                if (random.nextBoolean()) {
                    value = value.negate();
                }
                vector.append128(value.longValue(), value.shiftRight(64).longValue());
            }
            case ColumnType.Date _ ->
                    vector.appendInt(
                            switch (random.nextInt(4)) {
                                case 0 -> Timestamps.DATE_INFINITY;
                                case 1 -> Timestamps.DATE_NEGATIVE_INFINITY;
                                case 2 -> -800_000;
                                default -> random.nextInt(100_000);
                            });
            case ColumnType.Time _ ->
                    vector.appendLong(
                            random.nextBoolean()
                                    ? 86_400_000_000L
                                    : random.nextLong(86_400_000_000L));
            case ColumnType.TimeTz _ ->
                    vector.appendLong(
                            ColumnType.TimeTz.encode(
                                    random.nextLong(86_400_000_000L),
                                    random.nextInt(2 * 57_599) - 57_599));
            case ColumnType.Timestamp _, ColumnType.TimestampTz _ ->
                    vector.appendLong(
                            switch (random.nextInt(5)) {
                                case 0 -> Timestamps.INFINITY;
                                case 1 -> Timestamps.NEGATIVE_INFINITY;
                                case 2 -> Timestamps.MIN_MICROS;
                                case 3 -> Timestamps.MAX_MICROS;
                                default -> random.nextLong(4_000_000_000_000_000L);
                            });
            default -> vector.append128(random.nextLong(), random.nextLong());
        }
    }

    private static float pickFloat(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Float.NaN;
            case 1 -> Float.POSITIVE_INFINITY;
            case 2 -> Float.NEGATIVE_INFINITY;
            case 3 -> -0.0f;
            default -> random.nextFloat();
        };
    }
}
