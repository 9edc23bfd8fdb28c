package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.destination.Rows.row;
import static io.millrace.connector.postgres.destination.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.protocol.schema.Timestamps;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TypesTest {
    @AutoClose private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();

    @AutoClose private static final Harness HARNESS = new Harness(DATABASE);

    private static final ColumnType TEXT = new ColumnType.Text();

    /**
     * A type, values of it, and what the server is to show for them.
     *
     * @param sqlType what the column's type is to be
     */
    private record Case(
            ColumnType type,
            Optional<String> source,
            String sqlType,
            List<Object> values,
            List<String> shown) {

        static Case of(ColumnType type, String source, String sqlType) {
            return new Case(
                    type,
                    source.isEmpty() ? Optional.empty() : Optional.of(source),
                    sqlType,
                    List.of(),
                    List.of());
        }

        Case with(Object value, String text) {
            List<Object> more = new ArrayList<>(values);
            List<String> moreShown = new ArrayList<>(shown);
            more.add(value);
            moreShown.add(text);
            return new Case(type, source, sqlType, more, moreShown);
        }
    }

    private static final List<Case> CASES =
            List.of(
                    Case.of(new ColumnType.Bool(), "boolean", "boolean")
                            .with(true, "t")
                            .with(false, "f"),
                    Case.of(new ColumnType.Int16(), "smallint", "smallint")
                            .with(Short.MIN_VALUE, "-32768")
                            .with(Short.MAX_VALUE, "32767"),
                    Case.of(new ColumnType.Int32(), "integer", "integer")
                            .with(Integer.MIN_VALUE, "-2147483648")
                            .with(-1, "-1"),
                    Case.of(new ColumnType.Int64(), "bigint", "bigint")
                            .with(Long.MIN_VALUE, "-9223372036854775808")
                            .with(Long.MAX_VALUE, "9223372036854775807"),
                    Case.of(new ColumnType.Float32(), "real", "real")
                            .with(Float.NaN, "NaN")
                            .with(Float.NEGATIVE_INFINITY, "-Infinity")
                            .with(-0.0f, "-0")
                            .with(1.5e-45f, "1e-45"),
                    Case.of(new ColumnType.Float64(), "double precision", "double precision")
                            .with(Double.NaN, "NaN")
                            .with(Double.POSITIVE_INFINITY, "Infinity")
                            .with(-0.0, "-0")
                            .with(0.1, "0.1"),
                    Case.of(new ColumnType.Decimal(12, 2), "numeric(12,2)", "numeric(12,2)")
                            .with("0", "0.00")
                            .with("-0.01", "-0.01")
                            .with("1234567890.12", "1234567890.12")
                            .with("10000", "10000.00")
                            .with(ColumnType.Decimal.NAN_HIGH, "NaN"),
                    Case.of(new ColumnType.Decimal(38, 20), "", "numeric(38,20)")
                            .with(
                                    "-123456789012345678.00000000000000000001",
                                    "-123456789012345678.00000000000000000001")
                            .with("0.00000000000000000001", "0.00000000000000000001"),
                    Case.of(new ColumnType.Decimal(38, 0), "numeric(38,0)", "numeric(38,0)")
                            .with("9".repeat(38), "9".repeat(38))
                            .with("-9223372036854775808", "-9223372036854775808"),
                    Case.of(new ColumnType.Decimal(18, 17), "numeric(18,17)", "numeric(18,17)")
                            .with("-9.99999999999999999", "-9.99999999999999999"),
                    Case.of(new ColumnType.BigDecimalText(), "numeric", "numeric")
                            .with("NaN", "NaN")
                            .with("Infinity", "Infinity")
                            .with("-Infinity", "-Infinity")
                            .with("0.000", "0.000")
                            .with("-100000000", "-100000000")
                            .with("1" + "0".repeat(5000) + ".5", "1" + "0".repeat(5000) + ".5")
                            .with("0." + "0".repeat(4000) + "70", "0." + "0".repeat(4000) + "70"),
                    Case.of(TEXT, "text", "text")
                            .with("", "")
                            .with("é\uD83D\uDE00\n", "é\uD83D\uDE00\n"),
                    Case.of(TEXT, "mood", "text").with("happy", "happy"),
                    Case.of(TEXT, "character varying(3)", "character varying(3)")
                            .with("äöü", "äöü"),
                    Case.of(TEXT, "character(5)", "character(5)").with("ab   ", "ab   "),
                    Case.of(TEXT, "inet", "inet")
                            .with("10.0.0.1", "10.0.0.1")
                            .with("::1/64", "::1/64"),
                    Case.of(TEXT, "cidr", "cidr").with("10.0.0.0/8", "10.0.0.0/8"),
                    Case.of(TEXT, "macaddr", "macaddr")
                            .with("08:00:2b:01:02:03", "08:00:2b:01:02:03"),
                    Case.of(TEXT, "interval", "interval")
                            .with(
                                    "1 year 2 mons -3 days +04:05:06.5",
                                    "1 year 2 mons -3 days +04:05:06.5"),
                    Case.of(TEXT, "interval day to second(3)", "interval day to second(3)")
                            .with("1 day 00:00:00.125", "1 day 00:00:00.125"),
                    Case.of(TEXT, "point", "point").with("(1.5,-2)", "(1.5,-2)"),
                    Case.of(TEXT, "polygon", "polygon")
                            .with("((0,0),(1,1),(2,0))", "((0,0),(1,1),(2,0))"),
                    Case.of(TEXT, "int4range", "int4range").with("[1,10)", "[1,10)"),
                    Case.of(TEXT, "tstzrange", "tstzrange")
                            .with("[\"2020-01-01 00:00:00+00\",)", "[\"2020-01-01 00:00:00+00\",)"),
                    Case.of(TEXT, "xml", "xml").with("<a>&amp;</a>", "<a>&amp;</a>"),
                    Case.of(TEXT, "tsvector", "text").with("'a' 'b':2", "'a' 'b':2"),
                    Case.of(new ColumnType.Json(), "json", "json")
                            .with(
                                    "{ \"b\":1, \"a\": \"\\u0000\" }",
                                    "{ \"b\":1, \"a\": \"\\u0000\" }"),
                    Case.of(new ColumnType.Json(), "integer[]", "jsonb")
                            .with("[[1],[2]]", "[[1], [2]]"),
                    Case.of(new ColumnType.Jsonb(), "jsonb", "jsonb")
                            .with(
                                    "{\"b\":1.50,\"a\":[null,\"x\"]}",
                                    "{\"a\": [null, \"x\"], \"b\": 1.50}")
                            .with("\"\\ud83d\\ude00\"", "\"\uD83D\uDE00\""),
                    Case.of(new ColumnType.Date(), "date", "date")
                            .with(0, "1970-01-01")
                            .with(-719_163, "0001-12-31 BC")
                            .with(2_145_042_905, "5874897-12-31")
                            .with(-2_440_588, "4714-11-24 BC")
                            .with(Timestamps.DATE_INFINITY, "infinity")
                            .with(Timestamps.DATE_NEGATIVE_INFINITY, "-infinity"),
                    Case.of(
                                    new ColumnType.Time(),
                                    "time without time zone",
                                    "time without time zone")
                            .with(86_400_000_000L, "24:00:00")
                            .with(1L, "00:00:00.000001"),
                    Case.of(
                                    new ColumnType.Time(),
                                    "time(3) without time zone",
                                    "time(3) without time zone")
                            .with(1_000L, "00:00:00.001"),
                    Case.of(new ColumnType.TimeTz(), "time with time zone", "time with time zone")
                            .with(ColumnType.TimeTz.encode(3_600_000_000L, 7_200), "01:00:00+02")
                            .with(ColumnType.TimeTz.encode(0, -57_599), "00:00:00-15:59:59"),
                    Case.of(
                                    new ColumnType.Timestamp(),
                                    "timestamp without time zone",
                                    "timestamp without time zone")
                            .with(0L, "1970-01-01 00:00:00")
                            .with(Timestamps.INFINITY, "infinity")
                            .with(Timestamps.NEGATIVE_INFINITY, "-infinity")
                            .with(Timestamps.MIN_MICROS, "4714-11-24 00:00:00 BC")
                            // 294276-12-31 23:59:59.999999, which has wrapped around
                            .with(
                                    9_223_371_331_199_999_999L + 946_684_800_000_000L,
                                    "294276-12-31 23:59:59.999999"),
                    Case.of(
                                    new ColumnType.TimestampTz(),
                                    "timestamp(3) with time zone",
                                    "timestamp(3) with time zone")
                            .with(1_700_000_000_123_000L, "2023-11-14 22:13:20.123+00"),
                    Case.of(new ColumnType.Binary(), "bytea", "bytea")
                            .with(new byte[] {0, -1, 65}, "\\x00ff41")
                            .with(new byte[0], "\\x"),
                    Case.of(new ColumnType.Uuid(), "uuid", "uuid")
                            .with(
                                    UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                                    "00112233-4455-6677-8899-aabbccddeeff"),
                    Case.of(new ColumnType.ListOf(new ColumnType.Int32()), "integer[]", "integer[]")
                            .with(Arrays.asList(1, null, -3), "{1,NULL,-3}")
                            .with(List.of(), "{}"),
                    Case.of(
                                    new ColumnType.ListOf(TEXT),
                                    "character varying(5)[]",
                                    "character varying(5)[]")
                            .with(Arrays.asList("a,b", null, "NULL"), "{\"a,b\",NULL,\"NULL\"}"),
                    Case.of(new ColumnType.ListOf(TEXT), "mood[]", "text[]")
                            .with(List.of("sad"), "{sad}"),
                    Case.of(new ColumnType.ListOf(TEXT), "inet[]", "inet[]")
                            .with(Arrays.asList("10.0.0.1", null), "{10.0.0.1,NULL}"),
                    Case.of(
                                    new ColumnType.ListOf(new ColumnType.Decimal(5, 2)),
                                    "numeric(5,2)[]",
                                    "numeric(5,2)[]")
                            .with(List.of("1.50"), "{1.50}"),
                    Case.of(new ColumnType.ListOf(new ColumnType.Jsonb()), "jsonb[]", "jsonb[]")
                            .with(List.of("{\"a\":1}"), "{\"{\\\"a\\\": 1}\"}"),
                    Case.of(
                                    new ColumnType.ListOf(new ColumnType.TimestampTz()),
                                    "timestamp with time zone[]",
                                    "timestamp with time zone[]")
                            .with(List.of(0L), "{\"1970-01-01 00:00:00+00\"}"),
                    Case.of(new ColumnType.ListOf(new ColumnType.Uuid()), "uuid[]", "uuid[]")
                            .with(
                                    List.of(new UUID(1, 2)),
                                    "{00000000-0000-0001-0000-000000000002}"),
                    Case.of(new ColumnType.ListOf(new ColumnType.Bool()), "boolean[]", "boolean[]")
                            .with(List.of(true, false), "{t,f}"));

    @Test
    void everyTypeLandsAsItselfAndIsReadBackAsItWas() throws Exception {
        int number = 0;
        for (Case each : CASES) {
            String table = "type_" + ++number;
            StreamTarget target =
                    Harness.target(
                            table,
                            SyncMode.FULL_REFRESH_OVERWRITE,
                            StreamSchema.of(
                                    Column.of("id", new ColumnType.Int32()),
                                    new Column("value", each.type(), each.source())),
                            1);
            List<Object[]> rows = new ArrayList<>();
            List<String> shown = new ArrayList<>();
            for (int i = 0; i < each.values().size(); i++) {
                rows.add(row(i, each.values().get(i)));
                shown.add(i + "|" + each.shown().get(i));
            }
            rows.add(row(each.values().size(), null));
            shown.add(each.values().size() + "|NULL");
            long written = HARNESS.run(target, rows);
            assertThat(
                            DATABASE.query(
                                    "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                                            + " WHERE attname = 'value' AND attrelid = '"
                                            + table
                                            + "'::regclass"))
                    .as(each.toString())
                    .containsExactly(each.sqlType());
            assertThat(DATABASE.query("SELECT id, value FROM " + table + " ORDER BY id"))
                    .as(each.toString())
                    .isEqualTo(shown);
            assertThat(HARNESS.readBack(target)).as(each.toString()).isEqualTo(written);
        }
    }

    @Test
    void decimalsOfEveryScaleLandWithEveryDigit() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        List<Column> columns = new ArrayList<>();
        for (int scale = 0; scale <= 38; scale++) {
            columns.add(Column.of("d" + scale, new ColumnType.Decimal(38, scale)));
            columns.add(Column.of("t" + scale, new ColumnType.BigDecimalText()));
        }
        StreamTarget target =
                Harness.target(
                        "decimals", SyncMode.FULL_REFRESH_OVERWRITE, new StreamSchema(columns), 1);
        List<Object[]> rows = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Object[] values = new Object[columns.size()];
            List<String> texts = new ArrayList<>();
            for (int scale = 0; scale <= 38; scale++) {
                String digits = "";
                int length = random.nextInt(39);
                for (int digit = 0; digit < length; digit++) {
                    digits += random.nextInt(3) == 0 ? '0' : (char) ('0' + random.nextInt(10));
                }
                BigDecimal value =
                        new BigDecimal("0" + digits).movePointLeft(scale).setScale(scale);
                if (random.nextBoolean()) {
                    value = value.negate();
                }
                values[2 * scale] = value;
                values[2 * scale + 1] = value.toPlainString();
                texts.add(value.toPlainString());
                texts.add(value.toPlainString());
            }
            rows.add(values);
            expected.add(String.join("|", texts));
        }
        HARNESS.run(target, rows);
        assertThat(
                        DATABASE.query(
                                "SELECT "
                                        + String.join(
                                                ", ", columns.stream().map(Column::name).toList())
                                        + " FROM decimals ORDER BY ctid"))
                .as("seed %d", seed)
                .isEqualTo(expected);
    }

    /** What PostgreSQL can't hold is null, with its change, before it is written. */
    @Test
    void whatDoesNotFitIsNullAndNoted() throws Exception {
        record Misfit(ColumnType type, String source, Object value) {}
        byte[] overlong = {(byte) 0xC0, (byte) 0x80};
        byte[] surrogate = {(byte) 0xED, (byte) 0xA0, (byte) 0x80};
        byte[] cut = {'a', (byte) 0xE2, (byte) 0x82};
        List<Misfit> misfits =
                List.of(
                        new Misfit(TEXT, "text", "a\0b"),
                        new Misfit(TEXT, "text", overlong),
                        new Misfit(TEXT, "text", surrogate),
                        new Misfit(TEXT, "text", cut),
                        new Misfit(TEXT, "character varying(2)", "äöü"),
                        new Misfit(TEXT, "interval", "infinity"),
                        new Misfit(new ColumnType.Json(), "json", "{a:1}"),
                        new Misfit(new ColumnType.Json(), "json", ""),
                        new Misfit(new ColumnType.Json(), "json", "[1,]"),
                        new Misfit(new ColumnType.Json(), "json", "[1] 2"),
                        new Misfit(new ColumnType.Jsonb(), "jsonb", "\"\\u0000\""),
                        new Misfit(new ColumnType.Jsonb(), "jsonb", "\"\\ud83d\""),
                        new Misfit(new ColumnType.Jsonb(), "jsonb", "\"\\ude00\\ud83d\""),
                        new Misfit(new ColumnType.Jsonb(), "jsonb", "\"\\ud83dx\""),
                        new Misfit(new ColumnType.Jsonb(), "jsonb", "1e200000"),
                        new Misfit(new ColumnType.Jsonb(), "jsonb", "01"),
                        new Misfit(
                                new ColumnType.Jsonb(),
                                "jsonb",
                                "[".repeat(5000) + "]".repeat(5000)),
                        new Misfit(
                                new ColumnType.Decimal(12, 2),
                                "",
                                ColumnType.Decimal.POSITIVE_INFINITY_HIGH),
                        new Misfit(new ColumnType.BigDecimalText(), "", "1".repeat(140_000)),
                        new Misfit(new ColumnType.BigDecimalText(), "", "abc"),
                        new Misfit(new ColumnType.Date(), "", Integer.MAX_VALUE - 1),
                        new Misfit(new ColumnType.Date(), "", -2_440_589),
                        new Misfit(new ColumnType.Time(), "", 86_400_000_001L),
                        new Misfit(new ColumnType.Timestamp(), "", Timestamps.MIN_MICROS - 1),
                        new Misfit(
                                new ColumnType.TimestampTz(),
                                "",
                                9_223_371_331_200_000_000L + 946_684_800_000_000L));
        int number = 0;
        for (Misfit misfit : misfits) {
            String table = "misfit_" + ++number;
            StreamTarget target =
                    Harness.target(
                            table,
                            SyncMode.FULL_REFRESH_OVERWRITE,
                            StreamSchema.of(
                                    new Column(
                                            "value",
                                            misfit.type(),
                                            Optional.of(misfit.source()).filter(s -> !s.isEmpty())),
                                    Column.of("id", new ColumnType.Int32())),
                            1);
            long written = HARNESS.run(target, rows(row(misfit.value(), 1), row(null, 2)));
            assertThat(HARNESS.readBack(target)).as(misfit.toString()).isEqualTo(written);
            assertThat(
                            DATABASE.query(
                                    "SELECT value, _airbyte_meta->'changes'->0->>'field',"
                                            + " _airbyte_meta->'changes'->0->>'change' FROM "
                                            + table
                                            + " ORDER BY id"))
                    .as(misfit.toString())
                    .containsExactly("NULL|value|NULLED", "NULL|NULL|NULL");
        }
    }

    @Test
    void anElementThatDoesNotFitIsNullInItsList() throws Exception {
        StreamTarget target =
                Harness.target(
                        "elements",
                        SyncMode.FULL_REFRESH_OVERWRITE,
                        StreamSchema.of(Column.of("tags", new ColumnType.ListOf(TEXT), "text[]")),
                        1);
        HARNESS.run(
                target,
                rows(
                        row(List.of("a")),
                        row((Object) null),
                        row(List.of()),
                        row(List.of("b", "c\0", "d"))));
        assertThat(
                        DATABASE.query(
                                "SELECT tags, _airbyte_meta->'changes'->0->>'field' FROM elements"
                                        + " ORDER BY ctid"))
                .containsExactly("{a}|NULL", "NULL|NULL", "{}|NULL", "{b,NULL,d}|tags.1");
    }

    @Test
    void deepAndLargeJsonThatFitsIsTaken() throws Exception {
        String deep = "[".repeat(JsonCheck.MAX_DEPTH) + "]".repeat(JsonCheck.MAX_DEPTH);
        String large = "\"" + "x".repeat(20 << 20) + "\"";
        StreamTarget target =
                Harness.target(
                        "large",
                        SyncMode.FULL_REFRESH_OVERWRITE,
                        StreamSchema.of(Column.of("value", new ColumnType.Jsonb(), "jsonb")),
                        1);
        HARNESS.run(target, rows(row(deep), row(large), row("1e131071"), row("1e-16383")));
        assertThat(DATABASE.query("SELECT count(value) FROM large")).containsExactly("4");
    }

    @Test
    void changesThatCameWithARowAreKept() throws Exception {
        StreamTarget target =
                Harness.target(
                        "changed",
                        SyncMode.INCREMENTAL_APPEND,
                        StreamSchema.of(Column.of("value", TEXT)),
                        1);
        try (DestinationSession session = HARNESS.destination.open(Harness.PIPELINE);
                DestinationLane lane = session.open(List.of(target), new Harness.Listener())) {
            ColumnBatch batch =
                    Harness.landed(lane, target, 0, rows(row("a"), row("b\0"), row("c")));
            batch.change(
                    1,
                    new FieldChange(
                            "a\"b",
                            FieldChange.Kind.TRUNCATED,
                            FieldChange.Reason.SOURCE_FIELD_SIZE_LIMITATION));
            HARNESS.destination.fit(batch);
            assertThat(RowHasher.hash(batch)).hasSize(3);
            lane.write(batch);
            lane.finish(target.source(), Harness.checkpoint(target, 1), Harness.details());
        }
        assertThat(DATABASE.query("SELECT _airbyte_meta->'changes' FROM changed ORDER BY ctid"))
                .containsExactly(
                        "[]",
                        "[{\"field\": \"a\\\"b\", \"change\": \"TRUNCATED\", \"reason\":"
                                + " \"SOURCE_FIELD_SIZE_LIMITATION\"}, {\"field\": \"value\","
                                + " \"change\": \"NULLED\", \"reason\":"
                                + " \"DESTINATION_SERIALIZATION_ERROR\"}]",
                        "[]");
    }
}
