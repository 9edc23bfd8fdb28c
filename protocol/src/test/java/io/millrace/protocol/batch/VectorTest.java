package io.millrace.protocol.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.schema.ColumnType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VectorTest {
    private static final long ALL = -1L;

    private final BatchMemory memory = new BatchMemory(1 << 20);

    @Test
    void numbersComeOutAsTheyWentInOneByOneOrTogetherWithNullsAmongThem() {
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            List<@Nullable Long> expected = new ArrayList<>();
            try (var longs = (FixedVector) Vector.create(memory, new ColumnType.Int64(), 1)) {
                while (expected.size() < 700) {
                    step(random, expected, longs);
                    check(longs, expected, seed);
                }
            }
        }
        assertThat(memory.used()).isZero();
    }

    private static void step(Random random, List<@Nullable Long> expected, FixedVector longs) {
        switch (random.nextInt(5)) {
            case 0 -> {
                longs.appendNull();
                expected.add(null);
            }
            case 1 -> {
                long value = random.nextLong();
                longs.appendLong(value);
                expected.add(value);
            }
            case 2 -> {
                int length = expected.size() - random.nextInt(Math.min(20, expected.size()) + 1);
                longs.truncate(length);
                expected.subList(length, expected.size()).clear();
            }
            default -> {
                int count = random.nextInt(3) == 0 ? 64 : 1 + random.nextInt(64);
                long present = random.nextInt(3) == 0 ? ALL : random.nextLong();
                long[] values = new long[64];
                for (int i = 0; i < count; i++) {
                    boolean there = (present >>> i & 1) != 0;
                    values[i] = there ? random.nextLong() : 0;
                    expected.add(there ? values[i] : null);
                }
                longs.append(values, count, present);
            }
        }
    }

    private static void check(FixedVector longs, List<@Nullable Long> expected, int seed) {
        assertThat(longs.length()).as("seed %d", seed).isEqualTo(expected.size());
        assertThat((long) longs.nullCount())
                .as("seed %d", seed)
                .isEqualTo(expected.stream().filter(value -> value == null).count());
        long[] copied = new long[64];
        for (int from = 0; from < expected.size(); from += 64) {
            int count = Math.min(64, expected.size() - from);
            long present = longs.presence(from);
            longs.copy(from, count, copied);
            for (int i = 0; i < count; i++) {
                Long value = expected.get(from + i);
                assertThat(longs.isNull(from + i)).as("seed %d", seed).isEqualTo(value == null);
                assertThat((present >>> i & 1) == 0).as("seed %d", seed).isEqualTo(value == null);
                assertThat(copied[i]).as("seed %d", seed).isEqualTo(value == null ? 0 : value);
            }
        }
    }

    @Test
    void bitsComeOutAsTheyWentInWhereverABlockBegins() {
        for (int before = 0; before < 130; before++) {
            var random = new Random(before);
            List<@Nullable Boolean> expected = new ArrayList<>();
            try (var bits = (BitVector) Vector.create(memory, new ColumnType.Bool(), 1)) {
                for (int i = 0; i < before; i++) {
                    expected.add(random.nextBoolean());
                    bits.append(expected.getLast());
                }
                for (int block = 0; block < 40; block++) {
                    long values = random.nextLong();
                    long present = block % 2 == 0 ? ALL : random.nextLong();
                    int count = block == 39 ? 7 : 64;
                    bits.append(values, count, present);
                    for (int i = 0; i < count; i++) {
                        expected.add((present >>> i & 1) == 0 ? null : (values >>> i & 1) != 0);
                    }
                }
                bits.append(true);
                expected.add(true);
                for (int row = 0; row < expected.size(); row++) {
                    Boolean value = expected.get(row);
                    assertThat(bits.isNull(row)).isEqualTo(value == null);
                    if (value != null) {
                        assertThat(bits.get(row)).isEqualTo(value);
                        assertThat(bits.word(row & -64) >>> (row & 63) & 1)
                                .isEqualTo(value ? 1 : 0);
                    }
                }
            }
        }
    }

    @Test
    void textsAreReadInAnyOrderShortAndLongOnes() {
        var random = new Random(3);
        List<@Nullable String> expected = new ArrayList<>();
        try (var texts = (VariableVector) Vector.create(memory, new ColumnType.Text(), 1)) {
            for (int i = 0; i < 1_000; i++) {
                int length = random.nextInt(50) == 0 ? 100_000 : random.nextInt(3_000);
                if (random.nextInt(4) == 0) {
                    expected.add(null);
                    texts.appendNull();
                } else {
                    expected.add(String.valueOf((char) ('a' + i % 26)).repeat(length));
                    texts.append(expected.getLast());
                }
            }
            texts.append(new byte[] {'x', 'y', 'z'}, new int[] {1, 1, 3}, 3, 0b101);
            expected.addAll(Arrays.asList("x", null, "yz"));
            var reader = new VariableReader(texts);
            for (int row = 0; row < expected.size(); row++) {
                assertThat(text(reader, row)).isEqualTo(expected.get(row));
            }
            for (int i = 0; i < 2_000; i++) {
                int row = random.nextInt(expected.size());
                assertThat(text(reader, row)).isEqualTo(expected.get(row));
            }
        }
    }

    private static @Nullable String text(VariableReader reader, int row) {
        return reader.seek(row)
                ? new String(reader.bytes(), reader.start(), reader.size(), StandardCharsets.UTF_8)
                : null;
    }

    @Test
    void aRangeOfAnotherVectorIsAppendedAsItsValuesOneByOne() {
        for (ColumnType type :
                List.of(new ColumnType.Bool(), new ColumnType.Int64(), new ColumnType.Text())) {
            for (int seed = 0; seed < 50; seed++) {
                var random = new Random(seed);
                try (Vector source = Vector.create(memory, type, 1);
                        Vector whole = Vector.create(memory, type, 1);
                        Vector single = Vector.create(memory, type, 1)) {
                    fill(source, random, seed % 2 == 0);
                    for (int i = 0; i < 4; i++) {
                        int from = random.nextInt(source.length());
                        int count = random.nextInt(source.length() - from + 1);
                        whole.appendFrom(source, from, count);
                        for (int row = from; row < from + count; row++) {
                            single.appendFrom(source, row);
                        }
                    }
                    assertThat(whole.length()).as("seed %d", seed).isEqualTo(single.length());
                    assertThat(whole.nullCount()).as("seed %d", seed).isEqualTo(single.nullCount());
                    for (int row = 0; row < whole.length(); row++) {
                        assertThat(value(whole, row))
                                .as("seed %d", seed)
                                .isEqualTo(value(single, row));
                    }
                }
            }
        }
    }

    private static void fill(Vector vector, Random random, boolean nulls) {
        while (vector.length() < 300) {
            if (nulls && random.nextInt(3) == 0) {
                vector.appendNull();
                continue;
            }
            switch (vector) {
                case BitVector bits -> bits.append(random.nextBoolean());
                case FixedVector longs -> longs.appendLong(random.nextLong());
                case VariableVector texts -> texts.append("text " + random.nextInt());
                case ListVector _ -> throw new IllegalArgumentException();
            }
        }
    }

    private static String value(Vector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        return switch (vector) {
            case BitVector bits -> String.valueOf(bits.get(row));
            case FixedVector longs -> String.valueOf(longs.getLong(row));
            case VariableVector texts -> texts.getText(row);
            case ListVector _ -> throw new IllegalArgumentException();
        };
    }
}
