package io.millrace.declarative.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.protocol.json.JsonBuffer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SourceRecordTest {
    @Test
    void aRecordThatNobodyLookedAtIsWrittenAsItCame() {
        assertThat(written(bytes("{\"a\" : 1.50,\"b\":\"\\u00e9\"}")))
                .isEqualTo("{\"a\" : 1.50,\"b\":\"\\u00e9\"}");
    }

    @Test
    void aRecordOfSeveralLinesIsWrittenOnOne() {
        assertThat(written(bytes("{\n  \"a\": [1,\r\n\t2],\n  \"b\": \"x y\\n\"\n}")))
                .isEqualTo("{\"a\":[1,2],\"b\":\"x y\\n\"}");
    }

    @Test
    void fieldsAreReadFromBytesAsFromTheTree() {
        String json =
                "{\"id\":12,\"neg\":-5,\"big\":12345678901234567890,\"real\":1.5,\"text\":\"a\","
                        + "\"esc\":\"a\\\"b\",\"utf\":\"é€\",\"null\":null,\"flag\":true,"
                        + "\"list\":[1,{\"id\":2}],\"zero\":0}";
        SourceRecord tree = bytes(json);
        Map<String, Object> fields = tree.fields();
        SourceRecord record = bytes(json);
        assertThat(fields).hasSize(11);
        fields.forEach((name, value) -> assertThat(record.field(name)).as(name).isEqualTo(value));
        assertThat(record.field("nothing")).isSameAs(Python.MISSING);
        assertThat(tree.field("nothing")).isSameAs(Python.MISSING);
    }

    /** The parser of any JSON says what each value is. */
    @Test
    void bytesBecomeTheValuesThatAnyParserMakesOfThem() {
        List<String> values =
                List.of(
                        "0",
                        "-0",
                        "7",
                        "-12",
                        "999999999999999999",
                        "-999999999999999999",
                        "1234567890123456789",
                        "9223372036854775807",
                        "-9223372036854775808",
                        "18446744073709551615",
                        "1.5",
                        "-0.0",
                        "1e5",
                        "1E-7",
                        "123.456e+10",
                        "0.1234567890123456789",
                        "true",
                        "false",
                        "null",
                        "\"\"",
                        "\"plain\"",
                        "\"é€😀\"",
                        "\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t\"",
                        "\"é\\u00e9é\\ud83d\\ude00\"",
                        "\"\\ud800x\"",
                        "[]",
                        "[ ]",
                        "{}",
                        "{ }",
                        "[1,\n2 , [3] ]",
                        "{\"a\" : {\"b\":[{}, null]} , \"é\":1, \"" + "k".repeat(80) + "\":2}");
        for (String value : values) {
            Object expected = Json.parse(value);
            assertThat(bytes("{\"v\":" + value + "}").fields().get("v"))
                    .as(value)
                    .isEqualTo(expected);
            assertThat(bytes("{\"w\":1,\"v\": " + value + " }").field("v"))
                    .as(value)
                    .isEqualTo(expected);
            assertThat(bytes("{\"" + "x".repeat(3) + "\":[" + value + "]}").value())
                    .isEqualTo(Json.parse("{\"xxx\":[" + value + "]}"));
        }
    }

    @Test
    void aChangeOfTheTreeIsAChangeOfTheRecord() {
        SourceRecord record = bytes("{\"a\":1}");
        record.fields().put("b", 2L);
        assertThat(written(record)).isEqualTo("{\"a\":1,\"b\":2}");
        assertThat(record.field("b")).isEqualTo(2L);
        record.replace(Map.of("c", 3L));
        assertThat(written(record)).isEqualTo("{\"c\":3}");
    }

    @Test
    void onlyObjectsAreRecordsThatCanLeave() {
        assertThat(bytes("{}").isObject()).isTrue();
        assertThat(bytes("{ }").isFilledObject()).isFalse();
        assertThat(bytes("{ \"a\":1}").isFilledObject()).isTrue();
        assertThat(bytes("[1]").isObject()).isFalse();
        assertThat(bytes("[1]").field("a")).isSameAs(Python.MISSING);
        assertThat(SourceRecord.ofValue(null).isObject()).isFalse();
    }

    @Test
    void numbersAreWrittenAsPythonPrintsThem() {
        List<Object> numbers =
                List.of(1L, 1.0, 1e22, 1e-7, -0.0, new BigInteger("123456789012345678901"));
        assertThat(written(SourceRecord.ofValue(numbers)))
                .isEqualTo("[1,1.0,1e+22,1e-07,-0.0,123456789012345678901]");
    }

    @Test
    void whatJsonHasNoNumberForBecomesNull() {
        assertThat(written(SourceRecord.ofValue(List.of(Double.NaN, Double.POSITIVE_INFINITY))))
                .isEqualTo("[null,null]");
    }

    @Test
    void halfOfASurrogatePairGetsThroughAsAnEscape() {
        Object value = Json.parse("{\"a\":\"x\\ud800y\",\"b\":\"\\ud83d\\ude00\"}");
        assertThat(written(SourceRecord.ofValue(value)))
                .isEqualTo("{\"a\":\"x\\ud800y\",\"b\":\"😀\"}");
    }

    @Test
    void keysThatAreNoTextBecomeText() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(null, 1L);
        map.put(true, 2L);
        map.put(1.5, 3L);
        assertThat(written(SourceRecord.ofValue(map)))
                .isEqualTo("{\"null\":1,\"true\":2,\"1.5\":3}");
    }

    @Test
    void aValueThatJsonHasNoWordForFails() {
        assertThatThrownBy(() -> written(SourceRecord.ofValue(new Object())))
                .isInstanceOfAny(PythonError.class, IllegalArgumentException.class);
    }

    @Test
    void nothingOfARecordIsInItsText() {
        assertThat(bytes("{\"secret\":1}").toString()).doesNotContain("secret");
    }

    private static SourceRecord bytes(String json) {
        byte[] source = ("  " + json + " ").getBytes(StandardCharsets.UTF_8);
        return SourceRecord.ofBytes(source, 2, source.length - 1);
    }

    private static String written(SourceRecord record) {
        var out = new JsonBuffer(16);
        record.writeTo(out);
        return out.text();
    }
}
