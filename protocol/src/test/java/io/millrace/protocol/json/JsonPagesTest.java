package io.millrace.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class JsonPagesTest {
    private static final JsonMapper STRICT =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    @Test
    void theItemsAtAPathAreFoundAsTheyStand() {
        assertThat(
                        find(
                                "{\"n\":1,\"data\":{\"items\":[{\"a\":1}, {\"a\" : [2]}"
                                        + " ,3]},\"z\":[]}",
                                "data",
                                "items"))
                .containsExactly("{\"a\":1}", "{\"a\" : [2]}", "3");
    }

    @Test
    void theWholePageIsTheValueAtTheEmptyPath() {
        assertThat(find(" [ {} , 1 ] ")).containsExactly("{}", "1");
        assertThat(find("{\"a\":1}\n")).containsExactly("{\"a\":1}");
        assertThat(find("5")).containsExactly("5");
        assertThat(find("[]")).isEmpty();
    }

    @Test
    void whatIsAtThePathDecidesWhatIsFound() {
        assertThat(kind("{\"a\":[]}", "a")).isEqualTo(JsonPages.Found.ITEMS);
        assertThat(kind("{\"a\":{}}", "a")).isEqualTo(JsonPages.Found.OBJECT);
        assertThat(kind("{\"a\":null}", "a")).isEqualTo(JsonPages.Found.SCALAR);
        assertThat(kind("{\"a\":1}", "b")).isEqualTo(JsonPages.Found.NOTHING);
        assertThat(kind("{\"a\":1}", "a", "b")).isEqualTo(JsonPages.Found.NOTHING);
        assertThat(kind("{}", "a")).isEqualTo(JsonPages.Found.NOTHING);
    }

    @Test
    void aPageWhoseTreeSaysSomethingElseIsLeftToTrees() {
        List<String> irregular =
                List.of(
                        "",
                        "{",
                        "{\"a\":1",
                        "{\"a\":1,}",
                        "[1,]",
                        "[1 2]",
                        "{\"a\":1} x",
                        "{\"a\":1,\"a\":2}",
                        "{\"b\":{\"a\":1,\"c\":2,\"a\":3}}",
                        "[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2,\"a\":3}]",
                        "{\"\\u0061\":1}",
                        "{\"a\":NaN}",
                        "{\"a\":Infinity}",
                        "{\"a\":1e100}",
                        "{\"a\":18446744073709551616}",
                        "{\"a\":-9223372036854775809}",
                        "{\"a\":01}",
                        "{\"a\":.5}",
                        "{\"a\":1.}",
                        "{\"a\":+1}",
                        "{\"a\":tru}",
                        "{\"a\":\"x\ny\"}",
                        "{\"a\":\"\\x\"}",
                        "{\"a\":\"\\u12\"}",
                        "{'a':1}",
                        "{\"a\" 1}",
                        "{1:2}");
        assertThat(irregular)
                .allSatisfy(page -> assertThat(kind(page)).isEqualTo(JsonPages.Found.IRREGULAR));
        byte[] latin = "{\"a\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(new JsonPages().find(latin, 0, latin.length, List.of()))
                .isEqualTo(JsonPages.Found.IRREGULAR);
    }

    @Test
    void numbersThatFit64BitsAreRegular() {
        assertThat(kind("[18446744073709551615,-9223372036854775808,1e22,-0.0]"))
                .isEqualTo(JsonPages.Found.ITEMS);
    }

    @Test
    void objectsOfOneKindMayLackKeysOrHaveThemInAnotherOrder() {
        assertThat(
                        find(
                                "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1},{\"b\":3},{},{\"a\":1,\"b\":2,\"c\":3}]"))
                .hasSize(5);
    }

    @Test
    void membersOfAPageComeWithTheirKeys() {
        byte[] page = bytes("{ \"next\" : \"x\" , \"data\":[{\"a\":1}] }");
        var pages = new JsonPages();
        assertThat(pages.findMembers(page, 0, page.length)).isEqualTo(JsonPages.Found.OBJECT);
        assertThat(texts(page, pages)).containsExactly("next", "\"x\"", "data", "[{\"a\":1}]");
        assertThat(pages.findMembers(bytes("[1]"), 0, 3)).isEqualTo(JsonPages.Found.IRREGULAR);
    }

    /** Pages at random, some of them broken: what is called regular has the records of the tree. */
    @Test
    void aRegularPageHasTheRecordsOfItsTree() {
        long seed = 20261121;
        var random = new Random(seed);
        int regular = 0;
        var pages = new JsonPages();
        for (int round = 0; round < 20_000; round++) {
            ObjectNode root = STRICT.createObjectNode();
            root.set("meta", value(random, 0));
            ArrayNode items = root.putArray("data");
            for (int i = random.nextInt(4); i > 0; i--) {
                items.add(value(random, 0));
            }
            byte[] page =
                    bytes(
                            random.nextBoolean()
                                    ? root.toString()
                                    : STRICT.writerWithDefaultPrettyPrinter()
                                            .writeValueAsString(root));
            if (random.nextInt(3) == 0) {
                page[random.nextInt(page.length)] = (byte) random.nextInt(256);
            }
            if (pages.find(page, 0, page.length, List.of("data")) != JsonPages.Found.ITEMS) {
                continue;
            }
            regular++;
            JsonNode tree = parse(page, seed, round);
            JsonNode wanted = tree.get("data");
            assertThat(pages.count()).as("seed %d round %d", seed, round).isEqualTo(wanted.size());
            for (int i = 0; i < pages.count(); i++) {
                JsonNode item = STRICT.readTree(page, pages.from(i), pages.to(i) - pages.from(i));
                assertThat(item).isEqualTo(wanted.get(i));
            }
        }
        assertThat(regular).isGreaterThan(10_000);
    }

    private static JsonNode parse(byte[] page, long seed, int round) {
        try {
            return STRICT.readTree(page);
        } catch (JacksonException error) {
            throw new AssertionError(
                    "called regular, seed %d round %d: %s"
                            .formatted(seed, round, new String(page, StandardCharsets.UTF_8)),
                    error);
        }
    }

    private static JsonNode value(Random random, int depth) {
        var make = STRICT.getNodeFactory();
        return switch (random.nextInt(depth > 2 ? 7 : 10)) {
            case 0 -> make.nullNode();
            case 1 -> make.booleanNode(random.nextBoolean());
            case 2 -> make.numberNode(random.nextLong());
            case 3 -> make.numberNode(random.nextInt(100));
            case 4 -> make.numberNode(random.nextGaussian());
            case 5 -> make.stringNode("plain text of some length " + random.nextInt());
            case 6 -> make.stringNode("\"q\" \\ \n é € 😀 ".repeat(random.nextInt(3)));
            case 7 -> {
                ArrayNode array = STRICT.createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = STRICT.createObjectNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    object.set("field_number_" + random.nextInt(8), value(random, depth + 1));
                }
                yield object;
            }
        };
    }

    private static JsonPages.Found kind(String page, String... path) {
        byte[] bytes = bytes(page);
        return new JsonPages().find(bytes, 0, bytes.length, List.of(path));
    }

    private static List<String> find(String page, String... path) {
        byte[] bytes = bytes(page);
        var pages = new JsonPages();
        assertThat(pages.find(bytes, 0, bytes.length, List.of(path)))
                .isNotEqualTo(JsonPages.Found.IRREGULAR);
        return texts(bytes, pages);
    }

    private static List<String> texts(byte[] page, JsonPages pages) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < pages.count(); i++) {
            texts.add(
                    new String(
                            page,
                            pages.from(i),
                            pages.to(i) - pages.from(i),
                            StandardCharsets.UTF_8));
        }
        return texts;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
