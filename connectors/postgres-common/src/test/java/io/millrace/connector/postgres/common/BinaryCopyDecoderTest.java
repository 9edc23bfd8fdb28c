package io.millrace.connector.postgres.common;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.protocol.schema.Timestamps;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

class BinaryCopyDecoderTest {
    @AutoClose private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();

    private final BatchMemory memory = new BatchMemory(64 << 20);

    @Test
    void integersKeepTheirBounds() throws Exception {
        assertThat(values("smallint", "-32768", "0", "32767"))
                .containsExactly("-32768", "0", "32767");
        assertThat(values("integer", "-2147483648", "2147483647"))
                .containsExactly("-2147483648", "2147483647");
        assertThat(values("bigint", "-9223372036854775808", "9223372036854775807"))
                .containsExactly("-9223372036854775808", "9223372036854775807");
    }

    @Test
    void floatsKeepNanInfinityAndTheSignOfZero() throws Exception {
        assertThat(values("real", "NaN", "Infinity", "-Infinity", "-0", "1.1"))
                .containsExactly("NaN", "Infinity", "-Infinity", "-0.0", "1.1");
        assertThat(values("double precision", "NaN", "-Infinity", "-0", "5e-324"))
                .containsExactly("NaN", "-Infinity", "-0.0", "4.9E-324");
    }

    @Test
    void decimalsOfEveryPrecisionAndScaleEqualTheServersText() throws Exception {
        var random = new Random(20261121);
        for (int round = 0; round < 120; round++) {
            int precision = 1 + random.nextInt(38);
            int scale = random.nextInt(precision + 1);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                var unscaled = new BigInteger(1 + random.nextInt(126), random);
                var bounded = unscaled.mod(BigInteger.TEN.pow(1 + random.nextInt(precision)));
                texts.add(new java.math.BigDecimal(bounded, scale).toPlainString());
                texts.add(new java.math.BigDecimal(bounded.negate(), scale).toPlainString());
            }
            texts.add(
                    new java.math.BigDecimal(
                                    BigInteger.TEN.pow(precision).subtract(BigInteger.ONE), scale)
                            .toPlainString());
            String type = "numeric(%d,%d)".formatted(precision, scale);
            assertThat(values(type, texts.toArray(String[]::new)))
                    .as(type)
                    .containsExactlyElementsOf(
                            texts.stream()
                                    .map(text -> new java.math.BigDecimal(text).toPlainString())
                                    .toList());
        }
    }

    @Test
    void numericsWithoutScaleKeepEveryDigit() throws Exception {
        String[] texts = {
            "0",
            "0.00",
            "1.10",
            "-1",
            "10000",
            "100000000",
            "0.0001",
            "0.00000001",
            "-0.000000000000000000000000000000000000000000012300",
            "123456789012345678901234567890123456789012345678901234567890.5",
            "NaN",
            "Infinity",
            "-Infinity",
            "9999.9999",
            "10000.0001",
            "1e200",
            "1e-200"
        };
        List<String> expected = new ArrayList<>();
        for (String text : texts) {
            expected.add(DATABASE.query("SELECT '" + text + "'::numeric::text").getFirst());
        }
        assertThat(values("numeric", texts)).containsExactlyElementsOf(expected);
    }

    @Test
    void notANumberInADecimalIsItsSentinel() throws Exception {
        assertThat(values("numeric(5,2)", "NaN", "1.5")).containsExactly("NaN", "1.50");
    }

    @Test
    void aNumericWithANegativeScaleTravelsAsText() throws Exception {
        assertThat(type("numeric(3,-2)").columnType()).isEqualTo(new ColumnType.BigDecimalText());
        assertThat(values("numeric(3,-2)", "12345", "-99900")).containsExactly("12300", "-99900");
        assertThat(values("numeric(2,4)", "0.0012")).containsExactly("0.0012");
    }

    @Test
    void datesAndTimesKeepTheirBounds() throws Exception {
        assertThat(
                        values(
                                "date",
                                "1970-01-01",
                                "4714-11-24 BC",
                                "5874897-12-31",
                                "infinity",
                                "-infinity"))
                .containsExactly(
                        "0",
                        "-2440588",
                        DATABASE.query("SELECT '5874897-12-31'::date - '1970-01-01'::date")
                                .getFirst(),
                        String.valueOf(Timestamps.DATE_INFINITY),
                        String.valueOf(Timestamps.DATE_NEGATIVE_INFINITY));
        assertThat(values("time", "00:00", "24:00", "23:59:59.999999"))
                .containsExactly("0", "86400000000", "86399999999");
        assertThat(values("timestamp", "1970-01-01", "infinity", "-infinity", "4714-11-24 BC"))
                .containsExactly(
                        "0",
                        String.valueOf(Timestamps.INFINITY),
                        String.valueOf(Timestamps.NEGATIVE_INFINITY),
                        String.valueOf(Timestamps.MIN_MICROS));
        long last = Long.parseLong(values("timestamp", "294276-12-31 23:59:59.999999").getFirst());
        assertThat(Timestamps.wrapped(last)).isTrue();
        assertThat(values("timestamptz", "2000-01-01 00:00+02")).containsExactly("946677600000000");
        long encoded = Long.parseLong(values("timetz", "12:00:00.5+05:30").getFirst());
        assertThat(ColumnType.TimeTz.micros(encoded)).isEqualTo(43_200_500_000L);
        assertThat(ColumnType.TimeTz.offsetSeconds(encoded)).isEqualTo(19_800);
        long extreme = Long.parseLong(values("timetz", "24:00:00-15:59:59").getFirst());
        assertThat(ColumnType.TimeTz.micros(extreme)).isEqualTo(86_400_000_000L);
        assertThat(ColumnType.TimeTz.offsetSeconds(extreme)).isEqualTo(-57_599);
    }

    @Test
    void textsBytesAndDocumentsAreUntouched() throws Exception {
        assertThat(values("text", "", "NULL", "\\N", "ä\n\t€😀"))
                .containsExactly("", "NULL", "\\N", "ä\n\t€😀");
        assertThat(values("char(5)", "ab")).containsExactly("ab   ");
        assertThat(values("json", "{\"b\": 1,  \"a\":1, \"a\" : 2}"))
                .containsExactly("{\"b\": 1,  \"a\":1, \"a\" : 2}");
        assertThat(values("jsonb", "{\"b\": 1,  \"a\":1}")).containsExactly("{\"a\": 1, \"b\": 1}");
        assertThat(values("bytea", "\\x", "\\x00ff5c")).containsExactly("", "00ff5c");
        assertThat(values("uuid", "00112233-4455-6677-8899-aabbccddeeff"))
                .containsExactly("00112233445566778899aabbccddeeff");
        assertThat(values("boolean", "t", "f")).containsExactly("true", "false");
        assertThat(values("name", "abc")).containsExactly("abc");
    }

    @Test
    void whatHasNoVectorFormIsAsPostgresPrintsIt() throws Exception {
        DATABASE.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'so so')",
                "CREATE TYPE pair AS (a int, b text)",
                "CREATE DOMAIN positive AS numeric(6,2) CHECK (value > 0)",
                "CREATE DOMAIN few AS int[] CHECK (cardinality(value) < 4)",
                "CREATE SCHEMA \"o\"\"dd\"",
                "CREATE TYPE \"o\"\"dd\".\"mo od\" AS ENUM ('x')");
        assertThat(values("mood", "so so")).containsExactly("so so");
        assertThat(type("mood").text()).isEqualTo("\"public\".\"mood\"");
        assertThat(type("\"o\"\"dd\".\"mo od\"").text()).isEqualTo("\"o\"\"dd\".\"mo od\"");
        assertThat(values("pair", "(1,\"a b\")")).containsExactly("(1,\"a b\")");
        assertThat(type("positive"))
                .isEqualTo(
                        new PostgresType(
                                new ColumnType.Decimal(6, 2),
                                "numeric(6,2)",
                                PostgresType.Form.ITSELF,
                                true,
                                true));
        assertThat(values("positive", "1.5")).containsExactly("1.50");
        assertThat(values("few", "{1,2}")).containsExactly("[1, 2]");
        assertThat(values("inet", "10.0.0.1", "10.0.0.1/8", "::1"))
                .containsExactly("10.0.0.1", "10.0.0.1/8", "::1");
        assertThat(values("cidr", "10.0.0.0/8")).containsExactly("10.0.0.0/8");
        assertThat(values("interval", "1 year 2 days 03:04:05.6", "-1 month"))
                .containsExactly("1 year 2 days 03:04:05.6", "-1 mons");
        assertThat(values("money", "12.5")).containsExactly("$12.50");
        assertThat(values("bit(4)", "1010")).containsExactly("1010");
        assertThat(values("varbit", "101")).containsExactly("101");
        assertThat(values("int4range", "[1,5)", "empty")).containsExactly("[1,5)", "empty");
        assertThat(values("int4multirange", "{[1,3),[5,6)}")).containsExactly("{[1,3),[5,6)}");
        assertThat(values("pg_lsn", "16/B374D848")).containsExactly("16/B374D848");
        assertThat(values("oid", "4294967295")).containsExactly("4294967295");
        assertThat(values("\"char\"", "x", "")).containsExactly("x", "");
        assertThat(values("xml", "<?xml version=\"1.0\"?><a>ä</a>"))
                .containsExactly(
                        DATABASE.query(
                                        "SELECT xmlparse(document '<?xml"
                                                + " version=\"1.0\"?><a>ä</a>')")
                                .getFirst());
        assertThat(values("point", "(1.5,-2)")).containsExactly("(1.5,-2)");
        assertThat(values("tsvector", "a b")).containsExactly("'a' 'b'");
        assertThat(values("macaddr", "08:00:2b:01:02:03")).containsExactly("08:00:2b:01:02:03");
        assertThat(values("regclass", "pg_type")).containsExactly("pg_type");
    }

    @Test
    void arraysOfOneDimensionAreListsAndOthersJson() throws Exception {
        DATABASE.execute("CREATE TYPE weather AS ENUM ('sun', 'light rain')");
        assertThat(values("int[]", "{}", "{1,NULL,3}", "[5:6]={7,8}"))
                .containsExactly("[]", "[1, null, 3]", "[7, 8]");
        assertThat(values("numeric(4,1)[]", "{1.5,NaN}")).containsExactly("[1.5, NaN]");
        assertThat(values("text[]", "{\"\",NULL,\"NULL\",\"a,\\\"b\"}"))
                .containsExactly("[, null, NULL, a,\"b]");
        assertThat(values("inet[]", "{10.0.0.1,10.0.0.0/8}"))
                .containsExactly("[10.0.0.1, 10.0.0.0/8]");
        assertThat(values("weather[]", "{sun,NULL,light rain}"))
                .containsExactly("[sun, null, light rain]");
        assertThat(values("timestamptz[]", "{1970-01-01 00:00+00}")).containsExactly("[0]");
        assertThat(type("int[][]").columnType()).isEqualTo(new ColumnType.Json());
        assertThat(values("int[][]", "{{1,2},{3,NULL}}", "{1}"))
                .containsExactly("[[1,2],[3,null]]", "[1]");
    }

    @Test
    void aValueOfMoreDimensionsThanDeclaredIsNulledAndReported() throws Exception {
        try (ColumnBatch batch = read("int[]", "{{1,2},{3,4}}", "{5}")) {
            assertThat(batch.rows()).isEqualTo(2);
            assertThat(batch.vector(0).isNull(0)).isTrue();
            assertThat(text(batch, 1)).isEqualTo("[5]");
            assertThat(batch.changes(0))
                    .containsExactly(
                            new FieldChange(
                                    "c",
                                    FieldChange.Kind.NULLED,
                                    FieldChange.Reason.SOURCE_SERIALIZATION_ERROR));
            assertThat(batch.changes(1)).isEmpty();
        }
    }

    @Test
    void anArrayThatDoesNotBeginAtOneLandsAndIsReported() throws Exception {
        try (ColumnBatch batch = read("int[]", "[2:3]={1,2}", "{5}", "[0:0]={7}", "{}")) {
            assertThat(text(batch, 0)).isEqualTo("[1, 2]");
            assertThat(text(batch, 2)).isEqualTo("[7]");
            var begins =
                    new FieldChange(
                            "c",
                            FieldChange.Kind.TRUNCATED,
                            FieldChange.Reason.SOURCE_SERIALIZATION_ERROR);
            assertThat(batch.changes(0)).containsExactly(begins);
            assertThat(batch.changes(1)).isEmpty();
            assertThat(batch.changes(2)).containsExactly(begins);
            assertThat(batch.changes(3)).isEmpty();
        }
    }

    @Test
    void nullsAreNull() throws Exception {
        for (String type :
                List.of("bigint", "boolean", "text", "numeric(5,2)", "uuid", "int[]", "numeric")) {
            try (ColumnBatch batch = read(type, (String) null)) {
                assertThat(batch.vector(0).isNull(0)).as(type).isTrue();
            }
        }
    }

    private List<String> values(String type, String... texts) throws Exception {
        try (ColumnBatch batch = read(type, texts)) {
            List<String> values = new ArrayList<>();
            for (int row = 0; row < batch.rows(); row++) {
                values.add(text(batch, row));
            }
            return values;
        }
    }

    private static PostgresType type(String name) throws Exception {
        DATABASE.execute("DROP TABLE IF EXISTS t", "CREATE TABLE t (c " + name + ")");
        try (Connection connection = DATABASE.connect()) {
            return type(connection);
        }
    }

    private static PostgresType type(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT atttypid::int8, atttypmod, attndims, format_type(atttypid, atttypmod)
                                FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum = 1
                                """)) {
            rows.next();
            int oid = (int) rows.getLong(1);
            return TypeCatalog.load(connection, List.of(oid))
                    .resolve(oid, rows.getInt(2), rows.getInt(3), rows.getString(4));
        }
    }

    private ColumnBatch read(String type, String... texts) throws Exception {
        DATABASE.execute("DROP TABLE IF EXISTS t", "CREATE TABLE t (c " + type + ")");
        try (Connection connection = DATABASE.connect()) {
            try (var insert =
                    connection.prepareStatement("INSERT INTO t VALUES (?::text::" + type + ")")) {
                for (String text : texts) {
                    insert.setString(1, text);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            PostgresType resolved = type(connection);
            var schema = StreamSchema.of(resolved.column("c"));
            var batch = new ColumnBatch(memory, StreamName.of("t"), schema, 0, 16);
            var decoder = new BinaryCopyDecoder(schema);
            decoder.into(batch);
            CopyOut copy =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut(
                                    "COPY (SELECT %s FROM t) TO STDOUT (FORMAT binary)"
                                            .formatted(resolved.select("c")));
            for (byte[] message = copy.readFromCopy();
                    message != null;
                    message = copy.readFromCopy()) {
                decoder.decode(message);
            }
            assertThat(decoder.ended()).isTrue();
            return batch;
        }
    }

    private static String text(ColumnBatch batch, int row) {
        return text(batch.schema().column(0), batch.vector(0), row);
    }

    private static String text(Column column, io.millrace.protocol.batch.Vector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        return switch (vector) {
            case io.millrace.protocol.batch.BitVector bits -> String.valueOf(bits.get(row));
            case io.millrace.protocol.batch.VariableVector bytes ->
                    column.type() instanceof ColumnType.Binary
                            ? HexFormat.of().formatHex(bytes.getBytes(row))
                            : new String(bytes.getBytes(row), StandardCharsets.UTF_8);
            case ListVector list -> {
                List<String> elements = new ArrayList<>();
                var type = ((ColumnType.ListOf) column.type()).element();
                for (int i = list.start(row); i < list.start(row) + list.size(row); i++) {
                    elements.add(text(Column.of("e", type), list.elements(), i));
                }
                yield elements.toString();
            }
            case io.millrace.protocol.batch.FixedVector fixed ->
                    switch (column.type()) {
                        case ColumnType.Float32 _ -> String.valueOf(fixed.getFloat(row));
                        case ColumnType.Float64 _ -> String.valueOf(fixed.getDouble(row));
                        case ColumnType.Decimal type ->
                                fixed.getHigh(row) == ColumnType.Decimal.NAN_HIGH
                                        ? "NaN"
                                        : new java.math.BigDecimal(
                                                        BigInteger.valueOf(fixed.getHigh(row))
                                                                .shiftLeft(64)
                                                                .add(
                                                                        new BigInteger(
                                                                                Long
                                                                                        .toUnsignedString(
                                                                                                fixed
                                                                                                        .getLow(
                                                                                                                row)))),
                                                        type.scale())
                                                .toPlainString();
                        case ColumnType.Uuid _ ->
                                HexFormat.of()
                                        .withLowerCase()
                                        .formatHex(
                                                fixed.data()
                                                        .asSlice(row * 16L, 16)
                                                        .toArray(
                                                                java.lang.foreign.ValueLayout
                                                                        .JAVA_BYTE));
                        case ColumnType.Int16 _ -> String.valueOf(fixed.getShort(row));
                        case ColumnType.Int32 _, ColumnType.Date _ ->
                                String.valueOf(fixed.getInt(row));
                        default -> String.valueOf(fixed.getLong(row));
                    };
        };
    }
}
