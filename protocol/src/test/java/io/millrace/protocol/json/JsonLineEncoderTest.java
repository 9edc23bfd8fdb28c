package io.millrace.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.protocol.schema.Timestamps;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class JsonLineEncoderTest {
    private static final List<ColumnType> SCALARS =
            List.of(
                    new ColumnType.Bool(),
                    new ColumnType.Int16(),
                    new ColumnType.Int32(),
                    new ColumnType.Int64(),
                    new ColumnType.Float32(),
                    new ColumnType.Float64(),
                    new ColumnType.Decimal(12, 2),
                    new ColumnType.Decimal(38, 9),
                    new ColumnType.BigDecimalText(),
                    new ColumnType.JsonNumber(),
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

    private final BatchMemory memory = new BatchMemory(64 << 20);

    @Test
    void whatIsWrittenIsReadBackForEveryType() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        List<Column> columns = new ArrayList<>();
        for (ColumnType type : SCALARS) {
            columns.add(Column.of("c" + columns.size(), type));
            columns.add(Column.of("c" + columns.size(), new ColumnType.ListOf(type)));
        }
        var schema = new StreamSchema(columns);
        var encoder = new JsonLineEncoder(schema);
        var writer = new JsonRowWriter(schema);
        try (var batch = new ColumnBatch(memory, StreamName.of("s"), schema, 0, 16);
                var back = new ColumnBatch(memory, StreamName.of("s"), schema, 0, 16)) {
            for (int row = 0; row < 2_000; row++) {
                for (int i = 0; i < schema.size(); i++) {
                    appendRandom(random, batch.vector(i));
                }
                batch.endRow();
                var line = new JsonBuffer(64);
                encoder.encode(batch, row, line);
                assertThat(line.text()).doesNotContain("\n").doesNotContain("\r");
                JsonMapper.shared().readTree(line.text());
                assertThat(writer.write(back, line.bytes, 0, line.size)).as(line.text()).isEmpty();
                assertThat(back.changes(row)).as(line.text()).isEmpty();
            }
            for (int i = 0; i < schema.size(); i++) {
                assertThat(RowHasher.hash(back, new int[] {i}))
                        .as(schema.column(i).toString())
                        .isEqualTo(RowHasher.hash(batch, new int[] {i}));
            }
        }
        assertThat(memory.used()).isZero();
    }

    private static void appendRandom(Random random, Vector vector) {
        if (random.nextInt(5) == 0) {
            vector.appendNull();
            return;
        }
        switch (vector) {
            case BitVector bits -> bits.append(random.nextBoolean());
            case ListVector list -> {
                for (int i = random.nextInt(4); i > 0; i--) {
                    appendRandom(random, list.elements());
                }
                list.endList();
            }
            case VariableVector text -> text.append(randomText(random, text.type()));
            case FixedVector fixed -> appendRandom(random, fixed);
        }
    }

    private static String randomText(Random random, ColumnType type) {
        return switch (type) {
            case ColumnType.BigDecimalText _ ->
                    random.nextInt(5) == 0
                            ? "-Infinity"
                            : new java.math.BigDecimal(
                                            new java.math.BigInteger(300, random),
                                            random.nextInt(60))
                                    .toPlainString();
            case ColumnType.JsonNumber _ -> random.nextInt() + "." + random.nextInt(99) + "E+7";
            // No raw line breaks: they are the one thing that doesn't come back.
            case ColumnType.Json _, ColumnType.Jsonb _ ->
                    RandomJson.object(random, List.of("a", "b")).replaceAll("[\\r\\n]", " ");
            default -> {
                var text = new StringBuilder();
                for (int i = random.nextInt(12); i > 0; i--) {
                    text.appendCodePoint(
                            random.nextInt(3) == 0
                                    ? random.nextInt(0xD000)
                                    : random.nextInt(0, 128));
                }
                yield text.toString();
            }
        };
    }

    private static void appendRandom(Random random, FixedVector vector) {
        switch (vector.type()) {
            case ColumnType.Int16 _ -> vector.appendShort((short) random.nextInt());
            case ColumnType.Int32 _ -> vector.appendInt(random.nextInt());
            case ColumnType.Float32 _ -> vector.appendFloat(Float.intBitsToFloat(random.nextInt()));
            case ColumnType.Float64 _ ->
                    vector.appendDouble(
                            random.nextBoolean()
                                    ? Double.longBitsToDouble(random.nextLong())
                                    : random.nextInt() / 100.0);
            case ColumnType.Date _ ->
                    vector.appendInt(
                            random.nextInt(9) == 0
                                    ? Timestamps.DATE_NEGATIVE_INFINITY
                                    : random.nextInt(-2_000_000, 2_000_000_000));
            case ColumnType.Time _ -> vector.appendLong(random.nextLong(86_400_000_001L));
            case ColumnType.TimeTz _ ->
                    vector.appendLong(
                            ColumnType.TimeTz.encode(
                                    random.nextLong(86_400_000_001L),
                                    random.nextInt(-57_599, 57_600)));
            case ColumnType.Timestamp _, ColumnType.TimestampTz _ ->
                    vector.appendLong(
                            random.nextInt(9) == 0
                                    ? Timestamps.INFINITY
                                    : random.nextLong(Timestamps.MIN_MICROS, Long.MAX_VALUE));
            case ColumnType.Decimal decimal -> {
                if (random.nextInt(9) == 0) {
                    vector.append128(0, ColumnType.Decimal.NAN_HIGH);
                } else {
                    var unscaled =
                            new java.math.BigInteger(120, random)
                                    .mod(java.math.BigInteger.TEN.pow(decimal.precision()));
                    vector.append128(unscaled.longValue(), unscaled.shiftRight(64).longValue());
                }
            }
            case ColumnType.Uuid _ -> vector.append128(random.nextLong(), random.nextLong());
            default -> vector.appendLong(random.nextLong());
        }
    }

    @Test
    void valuesLookAsTheContractHasThem() {
        var schema =
                StreamSchema.of(
                        Column.of("f", new ColumnType.Float64()),
                        Column.of("d", new ColumnType.Decimal(12, 2)),
                        Column.of("b", new ColumnType.Binary()),
                        Column.of("z", new ColumnType.TimeTz()),
                        Column.of("j", new ColumnType.Json()));
        try (var batch = new ColumnBatch(memory, StreamName.of("s"), schema, 1_000_000, 16)) {
            batch.fixed(0).appendDouble(Double.NEGATIVE_INFINITY);
            batch.fixed(1).append128(-5, -1);
            batch.variable(2).append(new byte[] {1, 2, (byte) 0xFF});
            batch.fixed(3).appendLong(ColumnType.TimeTz.encode(3_600_000_000L, -19_800));
            batch.variable(4).append("{\n  \"a\":\t1\r\n}");
            batch.changeOpenRow(
                    new FieldChange(
                            "f",
                            FieldChange.Kind.NULLED,
                            FieldChange.Reason.SOURCE_RETRIEVAL_ERROR));
            batch.endRow();
            var out = new JsonBuffer(16);
            var id = UUID.fromString("0191f3a0-0000-7000-8000-0123456789ab");
            new JsonLineEncoder(schema).encode(batch, 0, id, 3, out);
            assertThat(out.text())
                    .isEqualTo(
                            "{\"_airbyte_raw_id\":\"0191f3a0-0000-7000-8000-0123456789ab\","
                                    + "\"_airbyte_extracted_at\":\"1970-01-01T00:00:01Z\","
                                    + "\"_airbyte_meta\":{\"changes\":[{\"field\":\"f\","
                                    + "\"change\":\"NULLED\","
                                    + "\"reason\":\"SOURCE_RETRIEVAL_ERROR\"}]},"
                                    + "\"_airbyte_generation_id\":3,\"f\":\"-Infinity\","
                                    + "\"d\":-0.05,\"b\":\"AQL/\",\"z\":\"01:00:00-05:30\","
                                    + "\"j\":{   \"a\":\t1  }}");
        }
    }

    @Test
    void aStreamWithoutColumnsIsEmptyObjects() {
        var schema = StreamSchema.of();
        try (var batch = new ColumnBatch(memory, StreamName.of("s"), schema, 0, 16)) {
            batch.endRow();
            var out = new JsonBuffer(16);
            new JsonLineEncoder(schema).encode(batch, 0, out);
            assertThat(out.text()).isEqualTo("{}");
        }
    }
}
