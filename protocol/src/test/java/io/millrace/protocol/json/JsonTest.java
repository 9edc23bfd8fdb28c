package io.millrace.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;

class JsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10 | 10.0 | true",
                "1e3 | 1000 | true",
                "-0.0 | 0 | true",
                "0.1 | 0.10000000000000000001 | false",
                "9007199254740993 | 9007199254740992.0 | false",
                "{\"a\":1,\"b\":[2.0]} | {\"b\":[2],\"a\":1.00} | true",
                "{\"a\":1} | {\"a\":1,\"b\":null} | false",
                "{\"a\":1,\"c\":1} | {\"a\":1,\"b\":1} | false",
                "[1,2] | [2,1] | false",
                "[1] | [1,1] | false",
                "\"1\" | 1 | false",
                "null | null | true",
                "true | false | false",
                "{} | [] | false"
            })
    void comparesByValue(String one, String other, boolean equal) {
        assertThat(Json.equalByValue(parse(one), parse(other))).isEqualTo(equal);
        assertThat(Json.equalByValue(parse(other), parse(one))).isEqualTo(equal);
    }

    @Test
    void keepsEveryDigit() {
        String text =
                "[0.1234567890123456789012345678901234567890,1.10,123456789012345678901234567890]";
        assertThat(parse(text).toString()).isEqualTo(text);
    }

    @Test
    void takesTheLastOfDoubledKeys() {
        assertThat(parse("{\"a\":1,\"a\":2}").toString()).isEqualTo("{\"a\":2}");
    }

    @Test
    void refusesWhatIsMoreOrLessThanOneValue() {
        for (String text : new String[] {"{}{}", "{} x", "{", "1e99999999999", "[1,]"}) {
            assertThatThrownBy(() -> parse(text)).as(text).isInstanceOf(JacksonException.class);
        }
    }

    @Test
    void takesTextsOfManyMegabytes() {
        String text = "\"" + "x".repeat(30_000_000) + "\"";
        assertThat(parse(text).stringValue()).hasSize(30_000_000);
    }

    private static tools.jackson.databind.JsonNode parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
