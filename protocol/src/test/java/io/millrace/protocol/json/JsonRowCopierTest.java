package io.millrace.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JsonRowCopierTest {
    private static final StreamName STREAM = StreamName.of("s");
    private static final StreamSchema SCHEMA =
            StreamSchema.of(
                    Column.of("bool", new ColumnType.Bool()),
                    Column.of("int", new ColumnType.Int64()),
                    Column.of("real", new ColumnType.Float64()),
                    Column.of("number", new ColumnType.JsonNumber()),
                    Column.of("text", new ColumnType.Text()),
                    Column.of("date", new ColumnType.Date()),
                    Column.of("at", new ColumnType.TimestampTz()),
                    Column.of("local", new ColumnType.Timestamp()),
                    Column.of("a \"key\"", new ColumnType.Text()),
                    Column.of("json", new ColumnType.Json()));
    private static final long READ_AT = 1_700_000_000_123_456L;
    private static final UUID ID = new UUID(12, 34);

    private final BatchMemory memory = new BatchMemory(64 << 20);

    @AfterEach
    void everythingWasGivenBack() {
        assertThat(memory.used()).isZero();
    }

    @Test
    void whatIsAsItsColumnsWantItIsCopied() {
        for (String object :
                List.of(
                        "{}",
                        " {\"unknown\": [1, {\"bool\": 2}], \"int\": 5} ",
                        "{\"bool\":true,\"int\":-5,\"real\":1e3,\"number\":1.50}",
                        "{\"number\":1.50e3,\"real\":-0.0,\"int\":null,\"bool\":false}",
                        "{\"text\":\"a\\u00e9\\ud83d\\ude00\\n\\/é\", \"a \\\"key\\\"\":\"\"}",
                        "{\"date\":\"2024/02/29\",\"at\":\"2024-02-29T10:00:00+02:00\"}",
                        "{\"local\":\"2024-02-29 10:00:00.25\",\"at\":\"0000-01-01T00:00:00Z\"}",
                        "{\"at\":\"9999-12-31T23:59:59Z\",\"local\":\"2024-02-29T10:00:00Z\"}",
                        "{\"at\":\"1969-12-31T23:59:59Z\",\"date\":\"infinity\"}",
                        "{\"at\":\"2024-12-31T24:00:00Z\"}",
                        "{\"json\":{\"b\" : [1.10,\n\"\\ud800\"], \"a\":null}}",
                        "{\"json\":\"\\u0041\"}",
                        "{\"json\":[]}",
                        "{\"json\":-1.5e9}")) {
            assertThat(copies(object)).as(object).isTrue();
        }
    }

    @Test
    void whatHasToBeCoercedOrToldOfIsLeftToColumns() {
        for (String object :
                List.of(
                        "",
                        "[]",
                        "{\"int\":1",
                        "{\"int\":1}}",
                        "{\"int\":1,\"int\":2}",
                        "{\"int\":null,\"int\":2}",
                        "{\"int\":1.0}",
                        "{\"int\":-0}",
                        "{\"int\":\"1\"}",
                        "{\"int\":1234567890123456789}",
                        "{\"real\":1e999}",
                        "{\"real\":NaN}",
                        "{\"number\":\"1\"}",
                        "{\"text\":1}",
                        "{\"text\":\"\\ud800\"}",
                        "{\"text\":{}}",
                        "{\"bool\":\"true\"}",
                        "{\"at\":\"2024-02-30T10:00:00Z\"}",
                        "{\"at\":\"2024-02-29T10:60:00Z\"}",
                        "{\"at\":\"2024-02-29T10:00:00.1234567Z\"}",
                        "{\"at\":1}",
                        "{\"json\":[NaN]}")) {
            assertThat(copies(object)).as(object).isFalse();
        }
        byte[] garbled = "{\"text\":\"a?\"}".getBytes(UTF_8);
        garbled[10] = (byte) 0xFF;
        assertThat(copies(garbled)).isFalse();
    }

    @Test
    void aCopiedRowIsWhatItsColumnsWouldHaveBecome() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        int copied = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] object = RandomJson.object(random, SCHEMA.names()).getBytes(UTF_8);
            copied += copies(RandomJson.damage(random, object)) ? 1 : 0;
        }
        assertThat(copied).isGreaterThan(10_000);
        for (int i = 0; i < 200_000; i++) {
            copied += copies(("{\"at\":\"" + moment(random) + "\"}").getBytes(UTF_8)) ? 1 : 0;
        }
        assertThat(copied).isGreaterThan(100_000);
    }

    /** A moment to the second, with now and then a character that has no business there. */
    private static String moment(Random random) {
        var text =
                new StringBuilder(
                        "%04d-%02d-%02dT%02d:%02d:%02dZ"
                                .formatted(
                                        random.nextInt(10_000),
                                        random.nextInt(1, 13),
                                        random.nextInt(1, 32),
                                        random.nextInt(25),
                                        random.nextInt(60),
                                        random.nextInt(60)));
        if (random.nextInt(4) == 0) {
            text.setCharAt(random.nextInt(20), "/:;0123456789-+T Z".charAt(random.nextInt(18)));
        }
        return text.toString();
    }

    private boolean copies(String object) {
        return copies(object.getBytes(UTF_8));
    }

    /** Whether {@code object} is copied; if so, it is the same that columns would make of it. */
    private boolean copies(byte[] object) {
        try (var rows = new JsonRows(memory, STREAM, SCHEMA, READ_AT, 0, 0);
                var batch = new ColumnBatch(memory, STREAM, SCHEMA, READ_AT, 16)) {
            if (!copier.copy(rows, object, 0, object.length)) {
                assertThat(rows.rows()).isZero();
                return false;
            }
            assertThat(writer.write(batch, object, 0, object.length)).isEmpty();
            assertThat(batch.changes()).isEmpty();
            var line = new JsonBuffer(64);
            var expected = new JsonBuffer(64);
            JsonLineEncoder.encode(rows, 0, line);
            encoder.encode(batch, 0, expected);
            assertThat(line.text()).isEqualTo(expected.text());
            line.clear();
            expected.clear();
            JsonLineEncoder.encode(rows, 0, ID, JsonLineEncoder.metadataOf(rows, 7), line);
            encoder.encode(batch, 0, ID, 7, expected);
            assertThat(line.text()).isEqualTo(expected.text());
            assertThat(rows.checksum()).isEqualTo(RowHasher.hash(batch)[0]);
            return true;
        }
    }

    private final JsonRowCopier copier = new JsonRowCopier(SCHEMA);
    private final JsonRowWriter writer = new JsonRowWriter(SCHEMA);
    private final JsonLineEncoder encoder = new JsonLineEncoder(SCHEMA);
}
