package io.millrace.declarative.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.source.ManifestRun;
import io.millrace.protocol.failure.ConfigurationFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records out of several places of an answer, and out of lists within records. */
class CombinedExtractorTest {
    private final ManifestRun run = new ManifestRun();
    private LocalApi api = LocalApi.inTurn(Reply.ok("{}"));

    @AfterEach
    void close() {
        run.close();
        api.close();
    }

    private void given(Reply... replies) {
        api.close();
        api = LocalApi.inTurn(replies);
    }

    private static String at(String path) {
        return "{'type': 'DpathExtractor', 'field_path': ['%s']}".formatted(path);
    }

    private static String combined(String more) {
        return "{'type': 'CombinedExtractor', 'extractors': [%s, %s]%s}"
                .formatted(at("a"), at("b"), more);
    }

    private void read(String extractor, String more) throws InterruptedException {
        run.read(
                """
                {'type': 'DeclarativeSource', 'version': '7.0.0', 'check': {'type': 'CheckStream', 'stream_names': ['s']},
                 'streams': [{'type': 'DeclarativeStream', 'name': 's', 'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {}},
                  'retriever': {'type': 'SimpleRetriever', 'requester': {'type': 'HttpRequester', 'url': '%s/s'},
                   'record_selector': {'type': 'RecordSelector', 'extractor': %s}%s}}]}
                """
                        .formatted(api.url(), extractor, more),
                "{}",
                "s");
    }

    private static String pages(String strategy) {
        return ", 'paginator': {'type': 'DefaultPaginator', 'page_token_option': {'type':"
                + " 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'p'},"
                + " 'pagination_strategy': {'type': '%s', 'page_size': 2}}".formatted(strategy);
    }

    @Test
    void aUnionHasTheRecordsOfAllInTheirOrder() throws InterruptedException {
        given(Reply.ok("{'b': [{'id': 3}], 'a': [{'id': 1}, {'id': 2}]}"));
        read(combined(""), "");
        assertThat(run.of("s")).containsExactly("{\"id\": 1}", "{\"id\": 2}", "{\"id\": 3}");
    }

    @Test
    void theFirstMatchIsTheFirstThatHasRecords() throws InterruptedException {
        given(Reply.ok("{'a': [], 'b': [{'id': 3}]}"));
        read(combined(", 'mode': 'first_match'"), "");
        assertThat(run.of("s")).containsExactly("{\"id\": 3}");
    }

    @Test
    void emptyRecordsThatAreDroppedDontWinButCountAsPartOfThePage() throws InterruptedException {
        given(
                Reply.ok("{'a': [null, {}], 'b': [{'id': 1}, null]}"),
                Reply.ok("{'a': [], 'b': [{'id': 2}]}"));
        read(
                combined(", 'mode': 'first_match', 'skip_empty_records': true"),
                pages("OffsetIncrement"));
        assertThat(run.of("s")).containsExactly("{\"id\": 1}", "{\"id\": 2}");
        assertThat(api.lines()).containsExactly("GET /s", "GET /s?p=2");
    }

    @Test
    void offsetsDontGoByWhatListsAddUpTo() {
        given(Reply.ok("{}"));
        assertThatThrownBy(() -> read(combined(""), pages("OffsetIncrement")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("OffsetIncrement");
    }

    @Test
    void anAnswerThatCanBeReadOnceOnlyHasOneExtractor() {
        given(Reply.ok("{}"));
        assertThatThrownBy(() -> read(combined(""), ", 'decoder': {'type': 'JsonlDecoder'}"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("CombinedExtractor");
    }

    private static String expanding(String more) {
        return "{'type': 'DpathExtractor', 'field_path': ['data'], 'record_expander': {'type':"
                + " 'RecordExpander', 'expand_records_from_field': ['lines', 'items']%s}}"
                        .formatted(more);
    }

    @Test
    void itemsHaveTheFieldsOfTheirRecordBelowTheirOwn() throws InterruptedException {
        given(
                Reply.ok(
                        "{'data': [{'id': 1, 'n': {'x': 2}, 'lines': {'items': [{'id': 7}, 8],"
                                + " 'c': 3}}]}"));
        read(
                expanding(
                        ", 'merge_parent': true, 'parent_fields': [{'type': 'ParentFieldPath',"
                            + " 'parent_path': ['n', 'x'], 'record_path': ['up', 'x']}, {'type':"
                            + " 'ParentFieldPath', 'parent_path': ['gone'], 'record_path':"
                            + " ['n']}]"),
                "");
        assertThat(run.of("s"))
                .containsExactly(
                        "{\"id\": 7, \"n\": null, \"lines\": {\"c\": 3}, \"up\": {\"x\": 2}}",
                        "{\"id\": 1, \"n\": null, \"lines\": {\"c\": 3}, \"value\": 8, \"up\":"
                                + " {\"x\": 2}}");
    }

    @Test
    void aListThatIsCutOffIsFetchedAsAWhole() throws InterruptedException {
        api.close();
        api =
                new LocalApi(request ->
                        request.uri().equals("/s")
                                ? Reply.ok(
                                        "{'data': [{'id': 1, 'lines': {'more': true, 'items':"
                                            + " [{'n': 1}]}}, {'id': 2, 'lines': {'more': false,"
                                            + " 'items': [{'n': 4}]}}]}")
                                : Reply.ok("[{'n': 1}, {'n': 2}, {'n': 3}]"));
        read(
                expanding(
                        ", 'truncation_indicator_path': ['lines', 'more'],"
                                + " 'truncated_list_retriever': {'type': 'SimpleRetriever',"
                                + " 'requester': {'type': 'HttpRequester', 'url': '"
                                + api.url()
                                + "/lines/{{ stream_slice.parent_record.id }}'},"
                                + " 'record_selector': {'type': 'RecordSelector', 'extractor':"
                                + " {'type': 'DpathExtractor', 'field_path': []}}}"),
                "");
        assertThat(api.lines()).containsExactly("GET /s", "GET /lines/1");
        assertThat(run.of("s"))
                .containsExactly("{\"n\": 1}", "{\"n\": 2}", "{\"n\": 3}", "{\"n\": 4}");
    }

    @Test
    void aListThatIsCutOffAndCantBeFetchedIsTold() throws InterruptedException {
        given(Reply.ok("{'data': [{'lines': {'more': true, 'items': [{'n': 1}]}}]}"));
        read(expanding(", 'truncation_indicator_path': ['lines', 'more']"), "");
        assertThat(run.of("s")).containsExactly("{\"n\": 1}");
        assertThat(run.fixture.logged).anyMatch(line -> line.contains("is cut off"));
    }

    @Test
    void aServerThatSaysNothingIsWaitedForAsLongAsTheManifestSays() throws InterruptedException {
        api.close();
        api =
                new LocalApi(_ -> {
                    try {
                        Thread.sleep(1000);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                    return Reply.ok("{}");
                });
        run.read(
                """
                {'type': 'DeclarativeSource', 'version': '7.0.0', 'check': {'type': 'CheckStream', 'stream_names': ['s']},
                 'streams': [{'type': 'DeclarativeStream', 'name': 's', 'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {}},
                  'retriever': {'type': 'SimpleRetriever', 'requester': {'type': 'HttpRequester', 'url': '%s/s', 'read_timeout_in_seconds': 0.1,
                    'connect_timeout_in_seconds': 5, 'use_tcp_keepalive': true, 'error_handler': {'type': 'DefaultErrorHandler', 'max_retries': 1}},
                   'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': []}}}}]}
                """
                        .formatted(api.url()),
                "{}",
                "s");
        assertThat(run.failures.get("s")).hasSize(1);
        assertThat(api.lines()).hasSize(2);
    }
}
