package io.millrace.declarative.retriever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.source.ManifestRun;
import io.millrace.declarative.source.StreamSelection;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueryPropertiesTest {
    private final HttpFixture fixture = new HttpFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<List<Object>> chunks(String fields, Optional<Map<String, Object>> schema)
            throws InterruptedException {
        return QueryProperties.find(
                        HttpFixture.definition(
                                "{'query_properties': {'type': 'QueryProperties', 'property_list': ['a', 'bb', 'ccc', 'd'], %s}}"
                                        .formatted(fields)),
                        schema,
                        _ -> List.of(),
                        fixture.compilation("{}"))
                .orElseThrow()
                .chunks();
    }

    @Test
    void withoutChunkingAllAreAskedForAtOnce() throws InterruptedException {
        assertThat(chunks("'always_include_properties': ['id']", Optional.empty()))
                .isEqualTo(List.of(List.of("id", "a", "bb", "ccc", "d")));
    }

    @Test
    void namesAreCountedOrMeasured() throws InterruptedException {
        assertThat(
                        chunks(
                                "'always_include_properties': ['id'], 'property_chunking': {'type':"
                                        + " 'PropertyChunking', 'property_limit_type':"
                                        + " 'property_count', 'property_limit': 3}",
                                Optional.empty()))
                .isEqualTo(List.of(List.of("id", "a", "bb", "ccc"), List.of("id", "d")));
        // Each name counts three more: 4 + 5, then 6 + 4.
        assertThat(
                        chunks(
                                "'property_chunking': {'type': 'PropertyChunking',"
                                    + " 'property_limit_type': 'characters', 'property_limit': 10}",
                                Optional.empty()))
                .isEqualTo(List.of(List.of("a", "bb"), List.of("ccc", "d")));
        assertThat(
                        chunks(
                                "'always_include_properties': ['id'], 'property_chunking': {'type':"
                                    + " 'PropertyChunking', 'property_limit_type': 'characters'}",
                                Optional.empty()))
                .isEqualTo(List.of(List.of("a", "bb", "ccc", "d", "id")));
    }

    @Test
    void onlyWhatTheUserChoseIsAskedFor() throws InterruptedException {
        String selecting =
                "'property_selector': {'type': 'JsonSchemaPropertySelector', 'transformations':"
                        + " [{'type': 'KeysReplace', 'old': 'x_', 'new': ''}]}";
        Map<String, Object> schema =
                HttpFixture.map("{'properties': {'x_a': {}, 'd': {}, 'e': {}}}");
        assertThat(chunks(selecting, Optional.of(schema))).isEqualTo(List.of(List.of("a", "d")));
        assertThat(chunks(selecting, Optional.empty()))
                .isEqualTo(List.of(List.of("a", "bb", "ccc", "d")));
    }

    @Test
    void thereIsOneSourceOfProperties() {
        assertThatThrownBy(() ->
                        QueryProperties.find(
                                HttpFixture.definition(
                                        "{'query_properties': {'type': 'QueryProperties',"
                                            + " 'property_list': ['a']}, 'request_parameters':"
                                            + " {'f': {'type': 'QueryProperties', 'property_list':"
                                            + " ['a']}}}"),
                                Optional.empty(),
                                _ -> List.of(),
                                fixture.compilation("{}")))
                .isInstanceOf(ConfigurationFailure.class);
    }

    @Test
    void recordsOfSeveralRequestsArePutTogetherByTheirKey() throws InterruptedException {
        try (var api =
                        new LocalApi(request ->
                                switch (request.uri()) {
                                    case "/names" ->
                                            Reply.ok("[{'n': 'a'}, {'n': 'b'}, {'n': 'c'}]");
                                    case "/s?fields=id%2Ca%2Cb" ->
                                            Reply.ok(
                                                    "{'next': 2, 'items': [{'id': 1, 'o': {'a':"
                                                        + " 1}}, {'id': 2, 'a': 2}, {'a': 9}]}");
                                    case "/s?fields=id%2Cc" ->
                                            Reply.ok(
                                                    "{'next': 2, 'items': [{'id': 2, 'c': 3},"
                                                            + " {'id': 1, 'o': {'c': 4}}, {'id': 5,"
                                                            + " 'c': 6}]}");
                                    case "/s?fields=id%2Ca%2Cb&page=2" ->
                                            Reply.ok("{'items': [{'id': 7}]}");
                                    default -> Reply.ok("{'items': [{'id': 7, 'c': 8}]}");
                                });
                var run = new ManifestRun()) {
            run.read(
                    """
                    {'type': 'DeclarativeSource', 'version': '6.0.0', 'check': {'type': 'CheckStream', 'stream_names': ['s']},
                     'streams': [{'type': 'DeclarativeStream', 'name': 's',
                      'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {}},
                      'retriever': {'type': 'SimpleRetriever',
                       'requester': {'type': 'HttpRequester', 'url': '%1$s/s', 'request_parameters': {'fields': {'type': 'QueryProperties',
                         'always_include_properties': ['id'],
                         'property_list': {'type': 'PropertiesFromEndpoint', 'property_field_path': ['n'], 'retriever': {'type': 'SimpleRetriever',
                            'requester': {'type': 'HttpRequester', 'url': '%1$s/names'},
                            'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': []}}}},
                         'property_chunking': {'type': 'PropertyChunking', 'property_limit_type': 'property_count', 'property_limit': 2}}}},
                       'paginator': {'type': 'DefaultPaginator', 'page_token_option': {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'page'},
                         'pagination_strategy': {'type': 'CursorPagination', 'cursor_value': '{{ response.get(\\"next\\") }}'}},
                       'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': ['items']}}}}]}
                    """
                            .formatted(api.url()),
                    "{}",
                    List.of(StreamSelection.of("s")));
            assertThat(run.failures).isEmpty();
            assertThat(run.of("s"))
                    .containsExactly(
                            "{\"a\": 9}",
                            "{\"id\": 1, \"o\": {\"a\": 1, \"c\": 4}}",
                            "{\"id\": 2, \"a\": 2, \"c\": 3}",
                            "{\"id\": 5, \"c\": 6}",
                            "{\"id\": 7, \"c\": 8}");
            assertThat(api.lines().stream().filter("GET /names"::equals)).hasSize(1);
        }
    }
}
