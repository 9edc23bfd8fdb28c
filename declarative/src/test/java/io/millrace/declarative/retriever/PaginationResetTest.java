package io.millrace.declarative.retriever;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Received;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.source.ManifestRun;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An API of ten records, a day each, that gives pages of two and no more than three of them. */
class PaginationResetTest {
    private final LocalApi api = new LocalApi(this::answer);
    private final ManifestRun run = new ManifestRun();
    private final List<String> asked = new ArrayList<>();
    private int refusals = Integer.MAX_VALUE;
    private int pages = 3;

    @AfterEach
    void close() {
        run.close();
        api.close();
    }

    private synchronized Reply answer(Received request) {
        asked.add(request.uri());
        String query = request.uri();
        int page = number(query, "page=", 0);
        int from = number(query, "from=2024-01-", 1);
        if (page >= pages && refusals-- > 0) {
            return Reply.json(400, "{'error': 'too deep'}");
        }
        var items = new StringBuilder();
        for (int day = from + page * 2; day < from + page * 2 + 2 && day <= 10; day++) {
            items.append(items.isEmpty() ? "" : ",")
                    .append("{'id': %d, 'at': '2024-01-%02d'}".formatted(day, day));
        }
        return Reply.ok("[%s]".formatted(items));
    }

    private static int number(String query, String name, int otherwise) {
        int at = query.indexOf(name);
        return at < 0
                ? otherwise
                : Integer.parseInt(query.substring(at + name.length()).split("[^0-9]", 2)[0]);
    }

    private void read(String reset, boolean incremental) throws InterruptedException {
        String cursor =
                incremental
                        ? """
                        'incremental_sync': {'type': 'DatetimeBasedCursor', 'cursor_field': 'at', 'datetime_format': '%Y-%m-%d',
                          'start_datetime': '2024-01-01', 'end_datetime': '2024-01-31', 'start_time_option':
                          {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'from'}},
                        """
                        : "";
        run.read(
                """
                {'type': 'DeclarativeSource', 'version': '6.0.0', 'check': {'type': 'CheckStream', 'stream_names': ['s']},
                 'streams': [{'type': 'DeclarativeStream', 'name': 's', @cursor
                  'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {}},
                  'retriever': {'type': 'SimpleRetriever', @reset
                   'requester': {'type': 'HttpRequester', 'url': '@url/items', 'error_handler': {'type': 'DefaultErrorHandler',
                     'response_filters': [{'type': 'HttpResponseFilter', 'action': 'RESET_PAGINATION', 'http_codes': [400],
                       'error_message_contains': 'too deep'}]}},
                   'paginator': {'type': 'DefaultPaginator', 'page_token_option': {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'page'},
                     'pagination_strategy': {'type': 'PageIncrement', 'page_size': 2}},
                   'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': []}}}}]}
                """
                        .replace("@cursor", cursor)
                        .replace("@reset", reset)
                        .replace("@url", api.url()),
                "{}",
                "s");
    }

    private static final String SPLIT =
            "'pagination_reset': {'type': 'PaginationReset', 'action': 'SPLIT_USING_CURSOR'%s},";

    @Test
    void aSliceGoesOnFromItsHighestCursorValue() throws InterruptedException {
        read(SPLIT.formatted(""), true);
        assertThat(run.failures).isEmpty();
        // The record at the border is read twice, which its key removes later.
        assertThat(run.of("s"))
                .hasSize(11)
                .contains(
                        "{\"id\": 1, \"at\": \"2024-01-01\"}",
                        "{\"id\": 10, \"at\": \"2024-01-10\"}");
        assertThat(asked)
                .containsExactly(
                        "/items?from=2024-01-01",
                        "/items?page=1&from=2024-01-01",
                        "/items?page=2&from=2024-01-01",
                        "/items?page=3&from=2024-01-01",
                        "/items?from=2024-01-06",
                        "/items?page=1&from=2024-01-06",
                        "/items?page=2&from=2024-01-06");
        assertThat(run.states.get("s")).containsEntry("at", "2024-01-10");
    }

    @Test
    void aNumberOfRecordsIsALimitToo() throws InterruptedException {
        pages = 99;
        read(
                SPLIT.formatted(
                        ", 'limits': {'type': 'PaginationResetLimits', 'number_of_records': 4}"),
                true);
        assertThat(run.failures).isEmpty();
        assertThat(asked)
                .startsWith(
                        "/items?from=2024-01-01",
                        "/items?page=1&from=2024-01-01",
                        "/items?from=2024-01-04",
                        "/items?page=1&from=2024-01-04",
                        "/items?from=2024-01-07");
        assertThat(run.of("s")).contains("{\"id\": 10, \"at\": \"2024-01-10\"}");
    }

    @Test
    void withoutCursorTheSliceIsReadOnceMore() throws InterruptedException {
        refusals = 1;
        read("'pagination_reset': {'type': 'PaginationReset', 'action': 'RESET'},", false);
        assertThat(run.failures).isEmpty();
        assertThat(run.of("s")).hasSize(16);
    }

    @Test
    void anApiThatAsksForItAgainAndAgainFailsTheStream() throws InterruptedException {
        read("", false);
        assertThat(run.failures.get("s")).singleElement().isInstanceOf(SystemFailure.class);
        assertThat(asked).hasSize(8);
    }
}
