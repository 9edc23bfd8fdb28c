package io.millrace.protocol.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowHasherTest {
    private static final StreamName NAME = StreamName.of("s");

    private final BatchMemory memory = new BatchMemory(1 << 20);

    @Test
    void everyShortTextHasAHashOfItsOwn() {
        Set<Long> seen = new HashSet<>();
        int texts = 0;
        for (int length = 0; length <= 17; length++) {
            for (int at = 0; at < Math.max(1, length); at++) {
                for (int octet = length == 0 ? 255 : 0; octet < 256; octet++) {
                    var text = new byte[length + 2];
                    if (length > 0) {
                        text[at + 1] = (byte) octet;
                    }
                    long hash = RowHasher.hashBytes(text, 1, length);
                    assertThat(RowHasher.hashBytes(MemorySegment.ofArray(text), 1, length))
                            .isEqualTo(hash);
                    if (octet != 0 || at == 0) { // zeros alone are one text
                        texts++;
                        seen.add(hash);
                    }
                }
            }
        }
        assertThat(seen).hasSize(texts);
    }

    @Test
    void aRowHashesTheSameWhereverItStands() {
        var schema =
                new StreamSchema(
                        List.of(
                                Column.of("bool", new ColumnType.Bool()),
                                Column.of("short", new ColumnType.Int16()),
                                Column.of("int", new ColumnType.Int32()),
                                Column.of("float", new ColumnType.Float32()),
                                Column.of("long", new ColumnType.Int64()),
                                Column.of("double", new ColumnType.Float64()),
                                Column.of("decimal", new ColumnType.Decimal(38, 2)),
                                Column.of("text", new ColumnType.Text()),
                                Column.of("json", new ColumnType.Json()),
                                Column.of("jsonb", new ColumnType.Jsonb()),
                                Column.of("list", new ColumnType.ListOf(new ColumnType.Text()))));
        var random = new Random(7);
        try (var many = new ColumnBatch(memory, NAME, schema, 0, 16)) {
            for (int row = 0; row < 200; row++) {
                for (int column = 0; column < schema.size(); column++) {
                    append(many.vector(column), random, row);
                }
                many.endRow();
            }
            long[] hashes = RowHasher.hash(many);
            assertThat(hashes).hasSize(200).doesNotHaveDuplicates();
            for (int row = 0; row < 200; row++) {
                try (var one = new ColumnBatch(memory, NAME, schema, 0, 16)) {
                    for (int column = 0; column < schema.size(); column++) {
                        one.vector(column).appendFrom(many.vector(column), row);
                    }
                    one.endRow();
                    assertThat(RowHasher.hash(one)).as("row %d", row).containsExactly(hashes[row]);
                }
            }
        }
    }

    @Test
    void nullsAndOnesAndNothingsDiffer() {
        var schema = new StreamSchema(List.of(Column.of("text", new ColumnType.Text())));
        try (var batch = new ColumnBatch(memory, NAME, schema, 0, 16)) {
            var texts = (VariableVector) batch.vector(0);
            texts.append("");
            batch.endRow();
            texts.appendNull();
            batch.endRow();
            texts.append("x".repeat(100_000)); // more than is copied at a time
            batch.endRow();
            texts.append("x".repeat(99_999));
            batch.endRow();
            assertThat(RowHasher.hash(batch)).doesNotHaveDuplicates();
        }
    }

    private static void append(Vector vector, Random random, int row) {
        if (random.nextInt(5) == 0) {
            vector.appendNull();
            return;
        }
        switch (vector) {
            case BitVector bits -> bits.append(random.nextBoolean());
            case FixedVector fixed -> {
                switch (fixed.type()) {
                    case ColumnType.Int16 _ -> fixed.appendShort((short) random.nextInt());
                    case ColumnType.Float32 _ ->
                            fixed.appendFloat(row % 7 == 0 ? Float.NaN : random.nextFloat());
                    case ColumnType.Float64 _ ->
                            fixed.appendDouble(row % 7 == 0 ? Double.NaN : random.nextDouble());
                    case ColumnType.Int32 _ -> fixed.appendInt(random.nextInt());
                    case ColumnType.Decimal _ ->
                            fixed.append128(random.nextLong(), random.nextLong());
                    default -> fixed.appendLong(random.nextLong());
                }
            }
            case VariableVector variable ->
                    variable.append(
                            switch (variable.type()) {
                                case ColumnType.Json _ -> " [%d]\n".formatted(random.nextInt());
                                case ColumnType.Jsonb _ ->
                                        "{\"a\": %d, \"b\": []}".formatted(random.nextInt());
                                default -> "t" + random.nextInt(9);
                            });
            case ListVector list -> {
                for (int i = random.nextInt(4); i > 0; i--) {
                    append(list.elements(), random, row);
                }
                list.endList();
            }
        }
    }
}
