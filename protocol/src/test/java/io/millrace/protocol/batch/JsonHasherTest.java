package io.millrace.protocol.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JsonHasherTest {
    private final JsonHasher hasher = new JsonHasher();

    private long hash(String text) {
        byte[] bytes = ("xy" + text + "z").getBytes(StandardCharsets.UTF_8);
        return hasher.hash(bytes, 2, bytes.length - 3);
    }

    @Test
    void textsOfOneValueHashEquallyAndOthersDont() {
        List<List<String>> classes =
                List.of(
                        List.of("1", "1.0", "10e-1", "0.1E1", "1.000", " 1\n", "1e0", "100e-2"),
                        List.of("0", "-0", "0.0", "0e9", "0e99999", "-0.00E+7"),
                        List.of("-1", "-1.0", "-10e-1"),
                        List.of("10", "1e1", "10.0", "1E+1"),
                        List.of("0.1", "1e-1", "0.10"),
                        List.of(
                                "123456789012345678901234567890",
                                "123456789012345678901234567890.0",
                                "12345678901234567890123456789e1"),
                        List.of("9007199254740993", "9007199254740993.0"),
                        List.of("9007199254740992"),
                        List.of("999999999999999999", "999999999999999999.000000000000000000000"),
                        List.of("1e1000000", "10e999999"),
                        List.of("1e99999999999"),
                        List.of("1e99999999998"),
                        List.of("\"1\""),
                        List.of("\"a/b\"", "\"a\\/b\"", "\"\\u0061/b\""),
                        List.of("\"\u00e9\"", "\"\\u00e9\"", "\"\\u00E9\""),
                        List.of("\"\ud83d\ude00\"", "\"\\ud83d\\ude00\"", "\"\\uD83D\\uDE00\""),
                        List.of("\"\\n\\t\"", "\"\\u000a\\u0009\""),
                        List.of("\"\""),
                        List.of("null", " null "),
                        List.of("\"null\""),
                        List.of("true"),
                        List.of("false"),
                        List.of("[]", "[ ]"),
                        List.of("{}", " { } "),
                        List.of("[1,2]", "[ 1.0 , 2 ]"),
                        List.of("[2,1]"),
                        List.of("[[1],2]"),
                        List.of("[[1,2]]"),
                        List.of("{\"a\":1,\"b\":2}", "{ \"b\" : 2.0, \"\\u0061\":1 }"),
                        List.of("{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":1,\"a\":2}"),
                        List.of("{\"a\":{\"b\":1}}"),
                        List.of("{\"a\":null}"),
                        List.of("{\"a\":{}}"),
                        List.of("nul"),
                        List.of("01"),
                        List.of("1."),
                        List.of("-"),
                        List.of("[1,]"),
                        List.of("[1"),
                        List.of("{\"a\"}"),
                        List.of("{\"a\":1,}"),
                        List.of("\"a\nb\""),
                        List.of("\"\\x\""),
                        List.of("\"\\u12\""),
                        List.of("1 2"),
                        List.of(""));
        Map<Long, String> seen = new HashMap<>();
        for (List<String> texts : classes) {
            long expected = hash(texts.getFirst());
            for (String text : texts) {
                assertThat(hash(text)).as(text + " as " + texts.getFirst()).isEqualTo(expected);
            }
            assertThat(seen.put(expected, texts.getFirst())).as(texts.getFirst()).isNull();
        }
    }

    @Test
    void objectsOfManyMembersDontDependOnTheirOrder() {
        for (int size = 1; size < 80; size++) {
            int count = size;
            String upwards =
                    IntStream.range(0, count)
                            .mapToObj(i -> "\"k" + i + "\":{\"v\":[" + i + "]}")
                            .collect(Collectors.joining(",", "{", "}"));
            String downwards =
                    IntStream.range(0, count)
                            .mapToObj(i -> count - 1 - i)
                            .map(i -> "\"k" + i + "\":{\"v\":[" + i + "]}")
                            .collect(Collectors.joining(",", "{\"k0\":1,", "}"));
            assertThat(hash(downwards)).as("%d members", count).isEqualTo(hash(upwards));
        }
    }

    @Test
    void textsOfAnyDepthAreHashed() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThat(hash(deep)).isEqualTo(hash(deep)).isNotEqualTo(hash(deep + " "));
        assertThat(hash("[".repeat(400) + "]".repeat(400)))
                .isEqualTo(hash("[ ".repeat(400) + "]".repeat(400)));
    }
}
