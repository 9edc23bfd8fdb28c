package io.millrace.declarative.http;

import static io.millrace.declarative.http.HttpFixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.protocol.failure.SystemFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The vectors of the reference, 15.4, as far as they are about one request. */
class RequestBuildingTest {
    private final LocalApi api = new LocalApi(_ -> LocalApi.Reply.ok("[]"));
    private final HttpFixture fixture = new HttpFixture();

    @AfterEach
    void close() {
        fixture.close();
        api.close();
    }

    private LocalApi.Received sent(String fields) throws InterruptedException {
        return sent(fields, "{}");
    }

    private LocalApi.Received sent(String fields, String config) throws InterruptedException {
        fixture.send(
                "{'type': 'HttpRequester', 'url': '%s', %s}".formatted(api.url(), fields), config);
        return api.received().getLast();
    }

    @Test
    void parametersKeepTheTextThatTheyRenderTo() throws InterruptedException {
        LocalApi.Received request =
                sent(
                        """
                        'path': 'p', 'request_parameters': {'a': '{{ [1,2] }}', 'b': 'True', 'c': '{{ 5 }}',
                        'd': '', 'e': 'x y&z', 'f': '{{ none }}', 'g': 'é', 'h': '1.50', 'k': 'a,b',
                        'l': '{{ config.nothing.there }}'}
                        """);
        assertThat(request.line())
                .isEqualTo("GET /p?a=1&a=2&b=True&c=5&e=x+y%26z&f=None&g=%C3%A9&h=1.50&k=a%2Cb");
    }

    @Test
    void aParameterThatTheAddressHasAlreadyIsSentOnce() throws InterruptedException {
        assertThat(sent("'path': '/a?x=1&y=2', 'request_parameters': {'x': '1', 'y': '3'}").line())
                .isEqualTo("GET /a?x=1&y=2&y=3");
    }

    @Test
    void headersAreReadAsLiteralsAndPrintedAgain() throws InterruptedException {
        LocalApi.Received request =
                sent(
                        """
                        'request_headers': {'A': '007', 'B': '1.50', 'C': 'true', 'D': '', 'E': "{{ [1,'a'] }}",
                        'G': '1e3'}
                        """
                                .replace("\"{{ [1,'a'] }}\"", "'{{ [1,\\\"a\\\"] }}'"));
        assertThat(request.header("A")).isEqualTo("007");
        assertThat(request.header("B")).isEqualTo("1.5");
        assertThat(request.header("C")).isEqualTo("true");
        assertThat(request.headers()).doesNotContainKey("D");
        assertThat(request.header("E")).isEqualTo("[1, 'a']");
        assertThat(request.header("G")).isEqualTo("1000.0");
    }

    @Test
    void aJsonBodyIsPrintedAsPythonPrintsIt() throws InterruptedException {
        LocalApi.Received request =
                sent(
                        """
                        'http_method': 'POST', 'request_body_json': {'a': '5', 'b': 'true', 'c': '',
                        'd': [1, '{{ 2 }}', '{{ none }}'], 'e': {'f': null, 'g': false}, 'h': 'é', 'i': 1.50}
                        """);
        assertThat(request.body())
                .isEqualTo(
                        "{\"a\": 5, \"b\": \"true\", \"d\": [1, 2, null], \"e\": {\"g\": false},"
                                + " \"h\": \"\\u00e9\", \"i\": 1.5}");
        assertThat(request.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void aTextIsAJsonBodyIfPythonReadsItAsAnObject() throws InterruptedException {
        assertThat(
                        sent("'http_method': 'POST', 'request_body_json': '{\\\"a\\\": \\\"{{ 5"
                                        + " }}\\\", \\\"b\\\": [1]}'")
                                .body())
                .isEqualTo("{\"a\": \"5\", \"b\": [1]}");
        assertThatThrownBy(() ->
                        sent("'http_method': 'POST', 'request_body_json': '{\\\"a\\\": true}'"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("request_body_json is a text");
    }

    @Test
    void aPlainTextGoesOutWithoutAContentType() throws InterruptedException {
        LocalApi.Received request =
                sent(
                        "'http_method': 'POST', 'request_body': {'type': 'RequestBodyPlainText',"
                                + " 'value': '{\\\"a\\\": true, \\\"b\\\": \\\"{{ 2 }}\\\"}'}");
        assertThat(request.body()).isEqualTo("{\"a\": true, \"b\": \"2\"}");
        assertThat(request.headers()).doesNotContainKey("Content-Type");
        assertThat(
                        sent("'http_method': 'POST', 'request_body': {'type':"
                                        + " 'RequestBodyPlainText', 'value': '12'}")
                                .body())
                .isEmpty();
        assertThat(
                        sent("'http_method': 'POST', 'request_body_data': '{\\\"a\\\": \\\"1\\\"}'")
                                .body())
                .isEqualTo("a=1");
    }

    @Test
    void aGraphQlQueryIsAJsonBodyWithItsVariables() throws InterruptedException {
        assertThat(
                        sent("""
                        'http_method': 'POST', 'request_body': {'type': 'RequestBodyGraphQL', 'value': {
                        'query': 'query { a(id: {{ 5 }}) { b } }', 'variables': {'x': '{{ 3 }}'},
                        'absent': null}}
                        """)
                                .body())
                .isEqualTo("{\"query\": \"query { a(id: 5) { b } }\", \"variables\": {\"x\": 3}}");
    }

    @Test
    void aGetMayHaveABody() throws InterruptedException {
        LocalApi.Received request = sent("'request_body_json': {'a': 1}");
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.body()).isEqualTo("{\"a\": 1}");
    }

    @Test
    void aKeyInABodyMergesWithTheBody() throws InterruptedException {
        assertThat(
                        sent(
                                        """
                                        'http_method': 'POST', 'request_body_json': {'a': 1, 'auth': {'b': 2}}, 'authenticator':
                                        {'type': 'ApiKeyAuthenticator', 'api_token': "{{ config['k'] }}", 'inject_into':
                                        {'type': 'RequestOption', 'inject_into': 'body_json', 'field_path': ['auth', 'key']}}
                                        """
                                                .replace(
                                                        "\"{{ config['k'] }}\"",
                                                        "'{{ config.k }}'"),
                                        "{'k': '007'}")
                                .body())
                .isEqualTo("{\"a\": 1, \"auth\": {\"b\": 2, \"key\": \"007\"}}");
    }

    @Test
    void twoPartsThatSetTheSameKeyAreRefused() {
        assertThatThrownBy(() ->
                        sent(
                                """
                                'request_headers': {'Authorization': 'x'}, 'authenticator':
                                {'type': 'BearerAuthenticator', 'api_token': 'hush'}
                                """))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("'Authorization'")
                .hasMessageNotContaining("hush");
    }

    @Test
    void theRequestIsForItsSliceAndPage() throws InterruptedException {
        HttpEngine engine = fixture.engine("{'v': 2}");
        Requester requester =
                engine.requester(
                        HttpFixture.definition(
                                """
                                {'type': 'HttpRequester', 'url_base': '%s/v{{ config.v }}', 'path': '/x/{{ stream_partition.id }}',
                                'request_parameters': {'from': '{{ stream_interval.start }}', 'page': '{{ next_page_token.next_page_token }}',
                                'of': '{{ creation_response.id }}'}}
                                """
                                        .formatted(api.url())),
                        "s",
                        false);
        Map<String, Object> extra = new LinkedHashMap<>(map("{'creation_response': {'id': 9}}"));
        var slice = new StreamSlice(map("{'id': 7}"), map("{'start': '2024'}"), extra);
        RequestOptions limit = RequestOptions.ofParameters(Map.of("limit", 2L));
        requester.send(
                new Call(
                        Call.variables(engine.compilation().context(), slice, 3L),
                        Optional.empty(),
                        limit));
        requester.send(
                new Call(
                        Call.variables(engine.compilation().context(), slice, "/pg?page=2"),
                        Optional.of("/pg?page=2"),
                        RequestOptions.EMPTY));
        assertThat(api.lines())
                .isEqualTo(
                        List.of(
                                "GET /v2/x/7?from=2024&page=3&of=9&limit=2",
                                "GET /pg?page=2&from=2024&page=%2Fpg%3Fpage%3D2&of=9"));
    }

    @Test
    void aUserInTheAddressAuthenticates() throws InterruptedException {
        fixture.send(
                "{'type': 'HttpRequester', 'url': '%s'}"
                        .formatted(api.url().replace("http://", "http://user:pass@")));
        assertThat(api.received().getLast().header("Authorization"))
                .isEqualTo("Basic dXNlcjpwYXNz");
    }
}
