package io.millrace.declarative.retriever;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.source.ManifestRun;
import io.millrace.declarative.source.StreamSelection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataFeedTest {

    @Test
    void aFeedThatFiltersOnOurSideTooEndsWithThePageOfTheFirstKnownRecord()
            throws InterruptedException {
        try (var api =
                        LocalApi.inTurn(
                                Reply.ok(
                                        "[{'id': 4, 'day': '2024-04-04'}, {'id': 3, 'day':"
                                                + " '2024-04-03'}]"),
                                Reply.ok(
                                        "[{'id': 2, 'day': '2024-04-02'}, {'id': 1, 'day':"
                                                + " '2024-04-01'}]"));
                var run = new ManifestRun()) {
            run.read(
                    """
                    {'type': 'DeclarativeSource', 'version': '7.0.0', 'check': {'type': 'CheckStream', 'stream_names': ['s']},
                     'streams': [{'type': 'DeclarativeStream', 'name': 's', 'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {}},
                      'incremental_sync': {'type': 'DatetimeBasedCursor', 'cursor_field': 'day', 'datetime_format': '%%Y-%%m-%%d',
                        'start_datetime': '2024-01-01', 'is_data_feed': true, 'is_client_side_incremental': true},
                      'retriever': {'type': 'SimpleRetriever', 'requester': {'type': 'HttpRequester', 'url': '%s/s'},
                       'paginator': {'type': 'DefaultPaginator', 'page_token_option': {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'p'},
                         'pagination_strategy': {'type': 'PageIncrement', 'page_size': 2}},
                       'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': []}}}}]}
                    """
                            .formatted(api.url()),
                    "{}",
                    List.of(
                            new StreamSelection(
                                    "s",
                                    Map.of("day", "2024-04-02"),
                                    List.of(),
                                    Optional.empty())));
            assertThat(run.of("s"))
                    .containsExactly(
                            "{\"id\": 4, \"day\": \"2024-04-04\"}",
                            "{\"id\": 3, \"day\": \"2024-04-03\"}",
                            "{\"id\": 2, \"day\": \"2024-04-02\"}");
            assertThat(api.lines()).containsExactly("GET /s", "GET /s?p=1");
        }
    }
}
