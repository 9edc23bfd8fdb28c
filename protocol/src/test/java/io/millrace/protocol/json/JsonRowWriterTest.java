package io.millrace.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonRowWriterTest {
    private final BatchMemory memory = new BatchMemory(64 << 20);
    private final List<ColumnBatch> opened = new ArrayList<>();

    @AfterEach
    void closeBatches() {
        opened.forEach(ColumnBatch::close);
        assertThat(memory.used()).isZero();
    }

    @Test
    void everyTypeOfTheProtocolIsRead() {
        var schema =
                StreamSchema.of(
                        Column.of("bool", new ColumnType.Bool()),
                        Column.of("int", new ColumnType.Int64()),
                        Column.of("number", new ColumnType.JsonNumber()),
                        Column.of("text", new ColumnType.Text()),
                        Column.of("date", new ColumnType.Date()),
                        Column.of("at", new ColumnType.TimestampTz()),
                        Column.of("json", new ColumnType.Json()));
        String line =
                """
                {"bool": true, "int": 5.0, "number": 1.50e3, "text": "a\\u00e9\\ud83d\\ude00\\n",
                 "date": "2024-02-29", "at": "2024-02-29T10:00:00+02:00",
                 "json": {"b" : [1.10, "\\ud800"], "a":null}}
                """;
        ColumnBatch batch = read(schema, line);
        assertThat(json(batch, 0))
                .isEqualTo(
                        "{\"bool\":true,\"int\":5,\"number\":1.50e3,\"text\":\"aé😀\\n\","
                                + "\"date\":\"2024-02-29\",\"at\":\"2024-02-29T08:00:00Z\","
                                + "\"json\":{\"b\" : [1.10, \"\\ud800\"], \"a\":null}}");
        assertThat(batch.changes()).isEmpty();
    }

    @Test
    void ofAFieldThatStandsTwiceTheLastLandsAndTheRowTellsIt() {
        var schema =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Int64()),
                        Column.of("name", new ColumnType.Text()));
        ColumnBatch batch =
                read(schema, "{\"id\": 1, \"name\": \"a\", \"id\": 2, \"more\": 1, \"more\": 2}");
        assertThat(json(batch, 0)).isEqualTo("{\"id\":2,\"name\":\"a\"}");
        assertThat(batch.changes(0))
                .containsExactly(
                        new FieldChange(
                                "id",
                                FieldChange.Kind.TRUNCATED,
                                FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR));
        ColumnBatch misfit = read(schema, "{\"id\": 1, \"id\": \"x\"}");
        assertThat(misfit.changes(0))
                .singleElement()
                .extracting(FieldChange::change)
                .isEqualTo(FieldChange.Kind.NULLED);
    }

    @Test
    void textTakesEveryValueAsCompactJson() {
        var schema = StreamSchema.of(Column.of("a", new ColumnType.Text()));
        assertThat(read(schema, "{\"a\": 1.0}").variable(0).getText(0)).isEqualTo("1.0");
        assertThat(read(schema, "{\"a\": true}").variable(0).getText(0)).isEqualTo("true");
        assertThat(
                        read(schema, "{\"a\": { \"x\" : [ 1, \"a b\\\" c\" ] } }")
                                .variable(0)
                                .getText(0))
                .isEqualTo("{\"x\":[1,\"a b\\\" c\"]}");
        assertThat(read(schema, "{\"a\": \"\\u0000x\"}").variable(0).getText(0)).isEqualTo("\0x");
    }

    @Test
    void aValueThatDoesNotFitBecomesNullWithAChange() {
        record Case(ColumnType type, String value, FieldChange.Reason reason) {}
        var bad = FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR;
        var size = FieldChange.Reason.DESTINATION_FIELD_SIZE_LIMITATION;
        String deep = "[".repeat(2_000) + "]".repeat(2_000);
        for (Case each :
                List.of(
                        new Case(new ColumnType.Bool(), "\"true\"", bad),
                        new Case(new ColumnType.Bool(), "1", bad),
                        new Case(new ColumnType.Int64(), "5.5", bad),
                        new Case(new ColumnType.Int64(), "\"x\"", bad),
                        new Case(new ColumnType.Int64(), "true", bad),
                        new Case(new ColumnType.Int64(), "9223372036854775808", size),
                        new Case(new ColumnType.Int64(), "12345678901234567890123456789012", size),
                        new Case(new ColumnType.Int16(), "32768", size),
                        new Case(new ColumnType.JsonNumber(), "\"abc\"", bad),
                        new Case(new ColumnType.JsonNumber(), "NaN", bad),
                        new Case(new ColumnType.JsonNumber(), "{}", bad),
                        new Case(new ColumnType.Float64(), "1e400", size),
                        new Case(new ColumnType.Decimal(5, 2), "1234.5", size),
                        new Case(new ColumnType.Decimal(5, 2), "0.001", size),
                        new Case(new ColumnType.Date(), "\"2024-02-30\"", bad),
                        new Case(new ColumnType.Date(), "20240101", bad),
                        new Case(new ColumnType.TimestampTz(), "\"300000-01-01T00:00Z\"", size),
                        new Case(new ColumnType.Text(), "\"\\ud800\"", bad),
                        new Case(new ColumnType.Json(), deep, size),
                        new Case(new ColumnType.Json(), "[NaN]", bad),
                        new Case(new ColumnType.Uuid(), "\"123\"", bad),
                        new Case(new ColumnType.Binary(), "\"=a\"", bad))) {
            var schema = StreamSchema.of(Column.of("a", each.type));
            ColumnBatch batch = read(schema, "{\"a\":" + each.value + "}");
            assertThat(batch.vector(0).isNull(0)).as(each.toString()).isTrue();
            assertThat(batch.changes(0))
                    .as(each.toString())
                    .containsExactly(new FieldChange("a", FieldChange.Kind.NULLED, each.reason));
        }
    }

    @Test
    void aListLosesOnlyTheElementsThatDoNotFit() {
        var schema = StreamSchema.of(Column.of("a", new ColumnType.ListOf(new ColumnType.Int16())));
        ColumnBatch batch = read(schema, "{\"a\":[1,\"x\",99999, null,2.0]}");
        assertThat(json(batch, 0)).isEqualTo("{\"a\":[1,null,null,null,2]}");
        assertThat(batch.changes(0))
                .containsExactly(
                        new FieldChange(
                                "a",
                                FieldChange.Kind.TRUNCATED,
                                FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR));
    }

    @Test
    void bytesThatAreNoUtf8BecomeNullWithAChange() {
        var schema =
                StreamSchema.of(
                        Column.of("a", new ColumnType.Text()),
                        Column.of("b", new ColumnType.Json()));
        byte[][] garbled = {
            {(byte) 0xFF},
            {(byte) 0xC0, (byte) 0x80},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xE2, (byte) 0x82}
        };
        for (byte[] each : garbled) {
            var line = new JsonBuffer(64);
            line.append("{\"a\":\"ok ");
            line.append(each);
            line.append("\",\"b\":[\"");
            line.append(each);
            line.append("\"]}");
            ColumnBatch batch = batch(schema);
            assertThat(new JsonRowWriter(schema).write(batch, line.bytes, 0, line.size)).isEmpty();
            assertThat(batch.vector(0).isNull(0)).isTrue();
            assertThat(batch.vector(1).isNull(0)).isTrue();
            assertThat(batch.changes(0)).hasSize(2);
        }
    }

    @Test
    void unknownFieldsAreDroppedAndMissingOnesAreNull() {
        var schema =
                StreamSchema.of(
                        Column.of("a", new ColumnType.Int64()),
                        Column.of("é\"", new ColumnType.Text()));
        ColumnBatch batch =
                read(schema, "{\"z\":{\"a\":9},\"\\u00e9\\\"\":\"x\",\"A\":1}", "{}", " { } ");
        assertThat(json(batch, 0)).isEqualTo("{\"a\":null,\"é\\\"\":\"x\"}");
        assertThat(json(batch, 1)).isEqualTo("{\"a\":null,\"é\\\"\":null}");
        assertThat(batch.rows()).isEqualTo(3);
    }

    @Test
    void producersChangesComeFirst() {
        var schema = StreamSchema.of(Column.of("a", new ColumnType.Int64()));
        ColumnBatch batch = batch(schema);
        var first =
                new FieldChange(
                        "x", FieldChange.Kind.TRUNCATED, FieldChange.Reason.SOURCE_RETRIEVAL_ERROR);
        byte[] line = "{\"a\":\"no\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(new JsonRowWriter(schema).write(batch, line, 0, line.length, 77, List.of(first)))
                .isEmpty();
        assertThat(batch.changes(0)).hasSize(2).startsWith(first);
        assertThat(batch.extractedAt(0)).isEqualTo(77);
    }

    @Test
    void whatIsNoJsonObjectIsRejectedAndLeavesTheBatchAsItWas() {
        var schema =
                StreamSchema.of(
                        Column.of("a", new ColumnType.Int64()),
                        Column.of("b", new ColumnType.ListOf(new ColumnType.Text())));
        ColumnBatch batch = batch(schema);
        var writer = new JsonRowWriter(schema);
        for (String line :
                List.of(
                        "",
                        "x",
                        "[]",
                        "1",
                        "null",
                        "{",
                        "{\"a\"",
                        "{\"a\":",
                        "{\"a\":1",
                        "{\"a\":1,}",
                        "{\"a\":1 \"b\":2}",
                        "{\"a\":01}",
                        "{\"a\":1.}",
                        "{\"a\":+1}",
                        "{\"a\":tru}",
                        "{\"b\":[\"x\",]}",
                        "{\"b\":[\"x\"",
                        "{\"b\":[}]}",
                        "{\"a\":1}{",
                        "{\"a\":\"\\x\"}",
                        "{\"a\":\"\\u12\"}",
                        "{\"a\":\"\n\"}",
                        "{a:1}",
                        "{\"x\":{\"y\":}}",
                        "{\"x\":[1 2]}",
                        "{\"a\":1}}",
                        "{'a':1}")) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            assertThat(writer.write(batch, bytes, 0, bytes.length)).as(line).isPresent();
            assertThat(batch.rows()).isZero();
            assertThat(batch.vector(0).length()).isZero();
            assertThat(batch.vector(1).length()).isZero();
        }
        byte[] good = "{\"a\":1,\"b\":[\"x\",null]}".getBytes(StandardCharsets.UTF_8);
        assertThat(writer.write(batch, good, 0, good.length)).isEmpty();
        assertThat(json(batch, 0)).isEqualTo("{\"a\":1,\"b\":[\"x\",null]}");
        var narrow =
                new JsonRowWriter(schema, 10, FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR);
        assertThat(narrow.write(batch, good, 0, good.length))
                .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("x"));
    }

    @Test
    void randomObjectsAreReadAsJacksonReadsThem() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var mapper = JsonMapper.shared();
        var schema =
                StreamSchema.of(
                        Column.of("f0", new ColumnType.Json()),
                        Column.of("f1", new ColumnType.Json()),
                        Column.of("f2", new ColumnType.Json()),
                        Column.of("ké y", new ColumnType.Json()));
        var writer = new JsonRowWriter(schema);
        for (int i = 0; i < 5_000; i++) {
            String text = RandomJson.object(random, schema.names());
            byte[] line = RandomJson.damage(random, text.getBytes(StandardCharsets.UTF_8));
            ColumnBatch batch = batch(schema);
            boolean written = writer.write(batch, line, 0, line.length).isEmpty();
            JsonNode expected;
            try {
                expected = mapper.readTree(line);
            } catch (JacksonException _) {
                // Bytes that are no UTF-8 make a field null here, and end everything there.
                if (Octets.isUtf8(line, 0, line.length)) {
                    assertThat(written)
                            .as(new String(line, StandardCharsets.UTF_8))
                            .isEqualTo(false);
                }
                continue;
            }
            assertThat(written)
                    .as(new String(line, StandardCharsets.UTF_8))
                    .isEqualTo(expected.isObject());
            if (!written || !batch.changes().isEmpty()) {
                continue;
            }
            JsonNode actual = mapper.readTree(json(batch, 0));
            for (String name : schema.names()) {
                JsonNode value = expected.path(name);
                assertThat(actual.path(name))
                        .as("%s of %s", name, new String(line, StandardCharsets.UTF_8))
                        .isEqualTo(value.isMissingNode() ? mapper.nullNode() : value);
            }
            opened.removeLast().close();
        }
    }

    private ColumnBatch read(StreamSchema schema, String... lines) {
        ColumnBatch batch = batch(schema);
        var writer = new JsonRowWriter(schema);
        for (String line : lines) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            assertThat(writer.write(batch, bytes, 0, bytes.length)).isEmpty();
        }
        return batch;
    }

    private ColumnBatch batch(StreamSchema schema) {
        var batch = new ColumnBatch(memory, StreamName.of("s"), schema, 5, 16);
        opened.add(batch);
        return batch;
    }

    private static String json(ColumnBatch batch, int row) {
        var out = new JsonBuffer(16);
        new JsonLineEncoder(batch.schema()).encode(batch, row, out);
        return out.text();
    }
}
