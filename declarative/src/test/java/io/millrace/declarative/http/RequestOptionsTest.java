package io.millrace.declarative.http;

import static io.millrace.declarative.http.HttpFixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestOptionsTest {

    private static RequestOptions json(String object) {
        return new RequestOptions(Map.of(), Map.of(), null, map(object));
    }

    private static RequestOptions data(Object data) {
        return new RequestOptions(Map.of(), Map.of(), data, null);
    }

    @Test
    void jsonBodiesMergeAtEveryDepthAndAgreeOnEqualValues() {
        RequestOptions merged =
                json("{'a': {'b': 1, 'c': [1]}, 'd': null}")
                        .combine(json("{'a': {'c': [1], 'e': 2}}"));
        assertThat(merged.bodyJson())
                .isEqualTo(map("{'a': {'b': 1, 'c': [1], 'e': 2}, 'd': null}"));
        assertThatThrownBy(() -> json("{'a': {'b': 1}}").combine(json("{'a': {'b': 2}}")))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("'a.b'");
    }

    @Test
    void otherPlacesShareNoKeyEvenWithEqualValues() {
        RequestOptions one = RequestOptions.ofParameters(Map.of("a", "1"));
        assertThatThrownBy(() -> one.combine(one)).hasMessageContaining("'a'");
        assertThatThrownBy(() -> data(map("{'a': 1}")).combine(data(map("{'a': 1}"))))
                .hasMessageContaining("'a'");
        assertThat(one.combine(RequestOptions.ofHeaders(Map.of("a", "1"))).headers()).hasSize(1);
    }

    @Test
    void aTextIsTheWholeBody() {
        assertThat(data("text").combine(RequestOptions.EMPTY).bodyData()).isEqualTo("text");
        assertThat(data("text").combine(data(Map.of())).bodyData()).isEqualTo("text");
        assertThatThrownBy(() -> data("text").combine(data(map("{'a': 1}"))))
                .isInstanceOf(SystemFailure.class);
        assertThatThrownBy(() -> data("text").combine(data("more")))
                .hasMessageContaining("gives it two");
    }

    @Test
    void anOverlayWins() {
        RequestOptions overlaid =
                RequestOptions.ofParameters(Map.of("a", 1L))
                        .overlay(RequestOptions.ofParameters(Map.of("a", 2L)));
        assertThat(overlaid.parameters()).isEqualTo(Map.of("a", 2L));
    }

    @Test
    void anOptionGoesWhereTheManifestSays() {
        try (var fixture = new HttpFixture()) {
            var compilation = fixture.compilation("{'k': 'deep'}");
            assertThat(
                            RequestOption.compile(
                                            HttpFixture.definition(
                                                    "{'inject_into': 'body_json', 'field_path':"
                                                            + " ['a', '{{ config.k }}', 'c']}"),
                                            compilation)
                                    .inject(5L)
                                    .bodyJson())
                    .isEqualTo(map("{'a': {'deep': {'c': 5}}}"));
            for (String wrong :
                    new String[] {
                        "{'inject_into': 'header'}",
                        "{'inject_into': 'header', 'field_path': ['a']}",
                        "{'inject_into': 'body_json', 'field_path': ['a'], 'field_name': 'a'}",
                        "{'inject_into': 'somewhere', 'field_name': 'a'}",
                    }) {
                assertThatThrownBy(() ->
                                RequestOption.compile(HttpFixture.definition(wrong), compilation))
                        .isInstanceOf(ConfigurationFailure.class);
            }
        }
    }

    @Test
    void whatIsPrintedHasNoValues() {
        assertThat(RequestOptions.ofHeaders(Map.of("Authorization", "hush")).toString())
                .contains("Authorization")
                .doesNotContain("hush");
    }
}
