package io.millrace.declarative.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestTest {

    @Test
    void yamlIsReadAsItsVersionOneOne() {
        assertThat(
                        YamlText.parse(
                                "[yes, Off, 012, 0x1F, 1:30, 1_000, 1.5, 1e3, .5, ~, '7',"
                                        + " 2024-01-01]"))
                .isEqualTo(
                        Arrays.asList(
                                true,
                                false,
                                10L,
                                31L,
                                90L,
                                1000L,
                                1.5,
                                "1e3",
                                0.5,
                                null,
                                "7",
                                "2024-01-01"));
        assertThat(YamlText.parse("99999999999999999999"))
                .isEqualTo(new BigInteger("99999999999999999999"));
        assertThat(YamlText.parse("a: 1\na: 2")).isEqualTo(Map.of("a", 2L));
        assertThat(YamlText.parse("base: &b {x: 1, y: 2}\nover: {<<: *b, y: 3}"))
                .isEqualTo(
                        Map.of(
                                "base", Map.of("x", 1L, "y", 2L),
                                "over", Map.of("x", 1L, "y", 3L)));
    }

    @Test
    void textThatIsNoYamlIsReportedWithItsPlace() {
        assertThatThrownBy(() -> Manifest.parse("version: 1\ncheck: [a\n"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageStartingWith("3:1: This is no YAML");
        assertThatThrownBy(() -> Manifest.parse("- a"))
                .hasMessageContaining("it has to be an object");
    }

    @Test
    void anObjectWithAReferenceIsItsTargetOverlaidWithItsOwnKeys() {
        assertThat(
                        References.resolve(
                                        object(
                                                """
                                                {"d": {"a": {"x": 1, "$parameters": {"p": 1, "q": 2},
                                                             "n": {"k": 1, "l": 2}}},
                                                 "u": {"$ref": "#/d/a", "x": 2, "$parameters": {"p": 9},
                                                       "n": {"k": 5}}}
                                                """))
                                .get("u"))
                .isEqualTo(object("{\"x\": 2, \"$parameters\": {\"p\": 9}, \"n\": {\"k\": 5}}"));
    }

    @Test
    void aTextThatLooksLikeAReferenceIsOneAnywhere() {
        Map<Object, Object> resolved =
                References.resolve(
                        object(
                                """
                                {"d": {"a/b": 6, "l": [{"c": 7}]}, "list": ["#/d/a/b", "#/d/l/0/c"],
                                 "plain": {"$ref": "no reference", "lost": 1},
                                 "config_overrides": {"kept": "#/d"}}
                                """));
        assertThat(resolved.get("list")).isEqualTo(List.of(6L, 7L));
        assertThat(resolved.get("plain")).isEqualTo("no reference");
        assertThat(resolved.get("config_overrides")).isEqualTo(Map.of("kept", "#/d"));
    }

    @Test
    void aReferenceThatLeadsNowhereOrToItselfStopsTheLoading() {
        assertThatThrownBy(() -> References.resolve(object("{\"a\": \"#/b/c\"}")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("#/b/c leads nowhere");
        assertThatThrownBy(() -> References.resolve(object("{\"a\": \"#/b\", \"b\": [\"#/a\"]}")))
                .hasMessageContaining("leads to itself");
    }

    @Test
    void aParameterFillsAFieldThatIsAbsentEmptyZeroOrFalse() {
        assertThat(
                        ComponentDefaults.complete(
                                object(
                                        """
                                        {"type": "X", "a": 0, "b": "", "c": false, "d": [], "e": "keep",
                                         "$parameters": {"a": 1, "b": "p", "c": true, "d": [9], "e": "no"}}
                                        """),
                                ComponentDefaults.Precedence.NEAREST))
                .containsEntry("a", 1L)
                .containsEntry("b", "p")
                .containsEntry("c", true)
                .containsEntry("d", List.of(9L))
                .containsEntry("e", "keep");
    }

    @Test
    void parametersReachAllThatStandsBelowAndTheNearestCount() {
        Definition root =
                Manifest.of(
                                object(
                                        """
                                        {"streams": [{"$parameters": {"name": "outer", "path": "/p"},
                                          "retriever": {"requester": {"$parameters": {"path": "/q"}},
                                            "record_selector": {"extractor": {"field_path": []}}}}]}
                                        """))
                        .root();
        Definition stream = root.children("streams").getFirst();
        Definition requester = stream.child("retriever").child("requester");
        assertThat(stream.type()).isEqualTo("DeclarativeStream");
        assertThat(stream.text("name")).isEqualTo("outer");
        assertThat(requester.type()).isEqualTo("HttpRequester");
        assertThat(requester.text("path")).isEqualTo("/q");
        assertThat(requester.parameters()).containsEntry("name", "outer");
        assertThat(stream.child("retriever").child("record_selector").child("extractor").type())
                .isEqualTo("DpathExtractor");
    }

    @Test
    void parametersOfAGeneratedStreamsParentsCountOverItsOwn() {
        Map<String, Object> generated =
                Manifest.complete(
                        Definition.of(
                                        Map.of(
                                                "type", "DeclarativeStream",
                                                "$parameters", Map.of("p", 1L),
                                                "retriever",
                                                        Map.of(
                                                                "type",
                                                                "SimpleRetriever",
                                                                "$parameters",
                                                                Map.of("p", 2L))),
                                        "stream")
                                .fields(),
                        true);
        assertThat(Definition.of(generated, "stream").child("retriever").parameters())
                .containsEntry("p", 1L);
    }

    @Test
    void jsonSchemasGetNoParameters() {
        Map<String, Object> loader =
                ComponentDefaults.complete(
                        object(
                                """
                                {"type": "InlineSchemaLoader", "$parameters": {"name": "n"},
                                 "schema": {"type": "object", "properties": {"name": {"type": "string"}}}}
                                """),
                        ComponentDefaults.Precedence.NEAREST);
        assertThat(loader.get("schema"))
                .isEqualTo(
                        object(
                                "{\"type\": \"object\", \"properties\": {\"name\": {\"type\":"
                                        + " \"string\"}}}"));
    }

    private static Map<?, ?> object(String json) {
        return (Map<?, ?>) Json.parse(json);
    }

    @Test
    void aliasesOfAliasesThatMakeBillionsAreRefused() {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            text.append("a%d: &a%d [".formatted(i, i))
                    .append("*a%d, ".formatted(i - 1).repeat(10))
                    .append("]\n");
        }
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> YamlText.parse(text.toString()))
                .isInstanceOf(io.millrace.protocol.failure.ConfigurationFailure.class)
                .hasMessageContaining("aliases");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> YamlText.locate(text.toString()))
                .hasMessageContaining("aliases");
    }
}
