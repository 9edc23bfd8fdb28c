package io.millrace.replication.landing;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Fit;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.ValueFormatter;
import io.millrace.protocol.json.ValueParser;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LandingTest {
    private static final Map<ColumnType, List<String>> VALUES =
            Map.ofEntries(
                    Map.entry(new ColumnType.Bool(), List.of("true", "false")),
                    Map.entry(new ColumnType.Int16(), List.of("0", "-32768", "32767")),
                    Map.entry(new ColumnType.Int32(), List.of("7", "-2147483648", "2147483647")),
                    Map.entry(
                            new ColumnType.Int64(),
                            List.of("7", "9223372036854775807", "9007199254740993")),
                    Map.entry(new ColumnType.Float32(), List.of("0.1", "-0.0", "NaN", "5.0")),
                    Map.entry(
                            new ColumnType.Float64(),
                            List.of("0.1", "1.0E300", "-Infinity", "5.0")),
                    Map.entry(new ColumnType.Decimal(12, 2), List.of("5.00", "-1234567890.12")),
                    Map.entry(
                            new ColumnType.Decimal(38, 9),
                            List.of("0.000000001", "12345678901234567890123456789.000000000")),
                    Map.entry(
                            new ColumnType.BigDecimalText(),
                            List.of("5", "1" + "0".repeat(60) + ".50", "NaN")),
                    Map.entry(new ColumnType.JsonNumber(), List.of("5", "1.5e3", "-0.10", "1e400")),
                    Map.entry(
                            new ColumnType.Text(),
                            List.of("", "5", "true", "2024-02-29", "[1,null]", "\"é\n")),
                    Map.entry(
                            new ColumnType.Json(),
                            List.of("{\"a\": 1}", "[1,2]", "5", "\"5\"", "true")),
                    Map.entry(new ColumnType.Jsonb(), List.of("{\"a\": 1}", "[true]", "\"x\"")),
                    Map.entry(
                            new ColumnType.Date(),
                            List.of("2024-02-29", "-0043-03-15", "infinity", "+99999-01-01")),
                    Map.entry(new ColumnType.Time(), List.of("10:11:12.000001", "24:00:00")),
                    Map.entry(new ColumnType.TimeTz(), List.of("10:11:12Z", "10:11:12-05:30")),
                    Map.entry(
                            new ColumnType.Timestamp(),
                            List.of("2024-02-29T10:11:12.000001", "-infinity")),
                    Map.entry(
                            new ColumnType.TimestampTz(),
                            List.of("2024-02-29T10:11:12Z", "+294276-12-31T23:59:59.999999Z")),
                    Map.entry(new ColumnType.Binary(), List.of("", "AQL/")),
                    Map.entry(
                            new ColumnType.Uuid(), List.of("0191f3a0-0000-7000-8000-0123456789ab")),
                    Map.entry(
                            new ColumnType.ListOf(new ColumnType.Int32()),
                            List.of("[]", "[1,null,-3]")),
                    Map.entry(
                            new ColumnType.ListOf(new ColumnType.Text()),
                            List.of("[\"a\\\"b\",\"5\"]")));

    private final BatchMemory memory = new BatchMemory(64 << 20);

    @AfterEach
    void everyVectorIsClosed() {
        assertThat(memory.used()).isZero();
    }

    @Test
    void everyTypeLandsAsEveryOtherWithNothingLostInSilence() {
        for (ColumnType from : VALUES.keySet()) {
            for (ColumnType to : VALUES.keySet()) {
                List<String> values = VALUES.get(from);
                try (ColumnBatch landed = land(from, to, values)) {
                    Vector vector = landed.vector(0);
                    assertThat(vector.type()).isEqualTo(to);
                    assertThat(vector.length()).isEqualTo(values.size() + 1);
                    assertThat(vector.isNull(values.size())).isTrue();
                    assertThat(landed.changes(values.size())).isEmpty();
                    for (int row = 0; row < values.size(); row++) {
                        checkNothingIsLostInSilence(from, to, values.get(row), landed, row);
                    }
                }
            }
        }
    }

    /** A value without a change gives back the value it came from. */
    private void checkNothingIsLostInSilence(
            ColumnType from, ColumnType to, String value, ColumnBatch landed, int row) {
        String what = "%s of %s as %s".formatted(value, from, to);
        if (!landed.changes(row).isEmpty()) {
            assertThat(landed.changes(row)).as(what).hasSize(1);
            boolean nulled = landed.changes(row).getFirst().change() == FieldChange.Kind.NULLED;
            assertThat(landed.vector(0).isNull(row)).as(what).isEqualTo(nulled);
            return;
        }
        assertThat(landed.vector(0).isNull(row)).as(what).isFalse();
        String text = text(landed.vector(0), row);
        boolean fromJson = from instanceof ColumnType.Json || from instanceof ColumnType.Jsonb;
        if (fromJson || to instanceof ColumnType.Json || to instanceof ColumnType.Jsonb) {
            return; // quotes come and go there; the cases below tell how
        }
        if (from instanceof ColumnType.Date) {
            assertThat(text).as(what).startsWith(value); // midnight, where there is a time
            return;
        }
        if (to instanceof ColumnType.Float32
                && value.matches("-?[0-9]+")
                && new java.math.BigDecimal(landed.fixed(0).getFloat(row))
                        .equals(new java.math.BigDecimal(value))) {
            return; // the same number, though another decimal is shorter
        }
        try (Vector back = Vector.create(memory, from, 16)) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Fit fit = ValueParser.ofText(from).appendText(back, bytes, 0, bytes.length);
            if (from instanceof ColumnType.Float32 && to instanceof ColumnType.Float64) {
                return; // the double has more digits than the float's shortest text
            }
            if (isLocal(from) != isLocal(to)) {
                return; // the offset is UTC's
            }
            assertThat(fit).as(what + " is " + text).isEqualTo(Fit.EXACT);
            boolean number = !value.isEmpty() && "-0123456789".indexOf(value.charAt(0)) >= 0;
            if (number && from instanceof ColumnType.JsonNumber) {
                assertThat(new java.math.BigDecimal(text(back, 0)))
                        .as(what)
                        .isEqualByComparingTo(value);
            } else if (number && from instanceof ColumnType.BigDecimalText) {
                assertThat(new java.math.BigDecimal(text(back, 0)))
                        .as(what)
                        .isEqualByComparingTo(value);
            } else if (!(from instanceof ColumnType.Text)) {
                // -0.0 has no sign among integers and decimals, where it equals 0.
                assertThat(text(back, 0))
                        .as(what)
                        .isIn(value, value.equals("-0.0") ? "0.0" : value);
            }
        }
    }

    private static boolean isLocal(ColumnType type) {
        return !(type instanceof ColumnType.TimestampTz || type instanceof ColumnType.TimeTz);
    }

    @Test
    void valuesLandAsExpected() {
        check(new ColumnType.Int16(), "7", new ColumnType.Int64(), "7");
        check(new ColumnType.Int32(), "7", new ColumnType.Decimal(12, 2), "7.00");
        check(
                new ColumnType.Int64(),
                "9007199254740992",
                new ColumnType.Float64(),
                "9.007199254740992E15");
        check(
                new ColumnType.Int64(),
                "1152921504606846976",
                new ColumnType.Float64(),
                "1.152921504606847E18");
        check(new ColumnType.Decimal(12, 2), "-5.10", new ColumnType.Text(), "-5.10");
        check(
                new ColumnType.Decimal(12, 2),
                "-5.10",
                new ColumnType.Decimal(38, 9),
                "-5.100000000");
        check(new ColumnType.Decimal(12, 2), "-5.10", new ColumnType.BigDecimalText(), "-5.10");
        check(new ColumnType.Float32(), "0.1", new ColumnType.Float64(), "0.10000000149011612");
        check(new ColumnType.Float64(), "1.0E10", new ColumnType.BigDecimalText(), "10000000000");
        check(
                new ColumnType.Date(),
                "2024-02-29",
                new ColumnType.Timestamp(),
                "2024-02-29T00:00:00");
        check(new ColumnType.Date(), "-infinity", new ColumnType.TimestampTz(), "-infinity");
        check(
                new ColumnType.Timestamp(),
                "2024-02-29T10:00:00",
                new ColumnType.TimestampTz(),
                "2024-02-29T10:00:00Z");
        check(
                new ColumnType.TimestampTz(),
                "2024-02-29T10:00:00Z",
                new ColumnType.Timestamp(),
                "2024-02-29T10:00:00");
        check(new ColumnType.JsonNumber(), "1.50e1", new ColumnType.Float64(), "15.0");
        check(new ColumnType.JsonNumber(), "1.50e1", new ColumnType.BigDecimalText(), "15.0");
        check(new ColumnType.JsonNumber(), "1.50e1", new ColumnType.Text(), "1.50e1");
        check(
                new ColumnType.Uuid(),
                "0191f3a0-0000-7000-8000-0123456789ab",
                new ColumnType.Text(),
                "0191f3a0-0000-7000-8000-0123456789ab");
        check(new ColumnType.Text(), "a\"b", new ColumnType.Json(), "\"a\\\"b\"");
        check(new ColumnType.Date(), "2024-02-29", new ColumnType.Jsonb(), "\"2024-02-29\"");
        check(new ColumnType.Json(), "{\"a\" : 1}", new ColumnType.Text(), "{\"a\" : 1}");
        check(new ColumnType.Json(), "\"2024-02-29\"", new ColumnType.Date(), "2024-02-29");
        check(
                new ColumnType.ListOf(new ColumnType.Int32()),
                "[1,null]",
                new ColumnType.Json(),
                "[1,null]");
        check(
                new ColumnType.ListOf(new ColumnType.Int32()),
                "[1,null]",
                new ColumnType.ListOf(new ColumnType.Text()),
                "[\"1\",null]");
        check(new ColumnType.Text(), "true", new ColumnType.Bool(), "true");
        check(new ColumnType.Bool(), "true", new ColumnType.Text(), "true");
    }

    @Test
    void aValueThatDoesNotFitIsNullAndItsRowSaysSo() {
        var typecast = FieldChange.Reason.DESTINATION_TYPECAST_ERROR;
        var size = FieldChange.Reason.DESTINATION_FIELD_SIZE_LIMITATION;
        checkNulled(new ColumnType.Text(), "abc", new ColumnType.Int64(), typecast);
        checkNulled(new ColumnType.Text(), "2024", new ColumnType.Date(), typecast);
        checkNulled(new ColumnType.Int64(), "40000", new ColumnType.Int16(), size);
        checkNulled(new ColumnType.Decimal(12, 2), "5.10", new ColumnType.Int32(), typecast);
        checkNulled(new ColumnType.JsonNumber(), "1e400", new ColumnType.Float64(), size);
        checkNulled(new ColumnType.Bool(), "true", new ColumnType.Int32(), typecast);
        checkNulled(new ColumnType.Float64(), "1.0E300", new ColumnType.Float32(), size);
    }

    @Test
    void digitsThatADoubleCannotHoldAreRoundedAndTold() {
        for (String number : List.of("0.1234567890123456789", "9007199254740993")) {
            try (ColumnBatch landed =
                    land(new ColumnType.JsonNumber(), new ColumnType.Float64(), List.of(number))) {
                assertThat(landed.fixed(0).getDouble(0)).isEqualTo(Double.parseDouble(number));
                assertThat(landed.changes(0))
                        .containsExactly(
                                new FieldChange(
                                        "value",
                                        FieldChange.Kind.TRUNCATED,
                                        FieldChange.Reason.DESTINATION_FIELD_SIZE_LIMITATION));
            }
        }
    }

    @Test
    void vectorsWhoseTypeStaysArePassedOnAndNewColumnsAreNull() {
        var from =
                StreamSchema.of(
                        Column.of("a", new ColumnType.Text()),
                        Column.of("b", new ColumnType.Int16()));
        var to =
                StreamSchema.of(
                        Column.of("A", new ColumnType.Text()),
                        Column.of("b", new ColumnType.Int64()),
                        Column.of("c", new ColumnType.Date()));
        var batch = new ColumnBatch(memory, StreamName.of("s"), from, 0, 16);
        for (int row = 0; row < 1_000; row++) {
            batch.variable(0).append("row " + row);
            batch.fixed(1).appendShort((short) row);
            batch.endRow();
        }
        Vector kept = batch.vector(0);
        try (ColumnBatch landed = Landing.between(from, to).apply(batch)) {
            assertThat(landed.vector(0)).isSameAs(kept);
            assertThat(landed.fixed(1).getLong(999)).isEqualTo(999);
            assertThat(landed.vector(2).nullCount()).isEqualTo(1_000);
            assertThat(landed.schema()).isEqualTo(to);
        }
    }

    @Test
    void integersOfEveryWidthLandAsTheyAreOrNotAtAll() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        List<ColumnType> types =
                List.of(new ColumnType.Int16(), new ColumnType.Int32(), new ColumnType.Int64());
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            texts.add(Long.toString(random.nextLong() >> random.nextInt(64)));
        }
        for (ColumnType to : types) {
            try (ColumnBatch landed = land(new ColumnType.Int64(), to, texts)) {
                for (int row = 0; row < texts.size(); row++) {
                    long value = Long.parseLong(texts.get(row));
                    boolean fits =
                            switch (to) {
                                case ColumnType.Int16 _ -> value == (short) value;
                                case ColumnType.Int32 _ -> value == (int) value;
                                default -> true;
                            };
                    assertThat(landed.vector(0).isNull(row)).isEqualTo(!fits);
                    assertThat(landed.changes(row)).hasSize(fits ? 0 : 1);
                    if (fits) {
                        assertThat(text(landed.vector(0), row)).isEqualTo(texts.get(row));
                    }
                }
            }
        }
    }

    private void check(ColumnType from, String value, ColumnType to, String expected) {
        try (ColumnBatch landed = land(from, to, List.of(value))) {
            assertThat(landed.changes()).as("%s of %s as %s", value, from, to).isEmpty();
            assertThat(text(landed.vector(0), 0)).isEqualTo(expected);
        }
    }

    private void checkNulled(
            ColumnType from, String value, ColumnType to, FieldChange.Reason reason) {
        try (ColumnBatch landed = land(from, to, List.of(value))) {
            assertThat(landed.vector(0).isNull(0)).isTrue();
            assertThat(landed.changes(0))
                    .containsExactly(new FieldChange("value", FieldChange.Kind.NULLED, reason));
        }
    }

    /** The values, and a null behind them. */
    private ColumnBatch land(ColumnType from, ColumnType to, List<String> values) {
        var schema = StreamSchema.of(Column.of("value", from));
        var batch = new ColumnBatch(memory, StreamName.of("s"), schema, 0, 16);
        var parser = ValueParser.ofText(from);
        var json = ValueParser.ofJson(from);
        boolean isJson = from instanceof ColumnType.Json || from instanceof ColumnType.Jsonb;
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            Fit fit =
                    isJson
                            ? json.appendJson(batch.vector(0), bytes, 0, bytes.length)
                            : parser.appendText(batch.vector(0), bytes, 0, bytes.length);
            assertThat(fit).as("%s of %s", value, from).isEqualTo(Fit.EXACT);
            batch.endRow();
        }
        batch.vector(0).appendNull();
        batch.endRow();
        return Landing.between(schema, StreamSchema.of(Column.of("landed", to))).apply(batch);
    }

    private static String text(Vector vector, int row) {
        var text = new JsonBuffer(16);
        ValueFormatter.of(vector.type()).appendText(vector, row, text);
        return text.text();
    }
}
