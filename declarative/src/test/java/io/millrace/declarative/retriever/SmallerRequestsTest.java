package io.millrace.declarative.retriever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.source.ManifestRun;
import io.millrace.declarative.source.StreamSelection;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that an API finds too big: pages with fewer records, and ranges of time in halves. */
class SmallerRequestsTest {
    private static final int ROWS = 23;

    private final ManifestRun run = new ManifestRun();
    private LocalApi api = LocalApi.inTurn(Reply.ok("{}"));

    @AfterEach
    void close() {
        run.close();
        api.close();
    }

    private record PageRequest(int limit, int offset) {}

    /** Rows from 1 on, for the pages that it likes. */
    private void givenPages(Predicate<PageRequest> likes) {
        given(uri -> {
            var page = new PageRequest(number(uri, "limit"), number(uri, "offset"));
            if (!likes.test(page)) {
                return Reply.json(502, "{'message': 'too big'}");
            }
            List<String> rows = new ArrayList<>();
            int end = Math.min(page.offset() + page.limit(), ROWS);
            for (int id = page.offset() + 1; id <= end; id++) {
                rows.add("{'id': %d}".formatted(id));
            }
            return Reply.ok(
                    "{'data': %s, 'next': %s}"
                            .formatted(rows, end < ROWS ? "'" + end + "'" : "null"));
        });
    }

    private void given(Function<String, Reply> answers) {
        api.close();
        api = new LocalApi(request -> answers.apply(request.uri()));
    }

    private static int number(String uri, String name) {
        return Integer.parseInt(text(uri, name).orElse("0"));
    }

    private static Optional<String> text(String uri, String name) {
        Matcher matcher = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(uri);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private void readPages(String strategy, String reduction) throws InterruptedException {
        read(
                """
                {'type': 'SimpleRetriever',
                 'requester': {'type': 'HttpRequester', 'url': '%s/rows', 'error_handler': {'type': 'DefaultErrorHandler',
                   'response_filters': [{'type': 'HttpResponseFilter', 'http_codes': [502], 'action': 'REDUCE_PAGE_SIZE'}]}},
                 'paginator': {'type': 'DefaultPaginator',
                   'page_size_option': {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'limit'},
                   'page_token_option': {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'offset'},
                   'pagination_strategy': %s},
                 'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': ['data']}}%s}
                """
                        .formatted(
                                api.url(),
                                strategy,
                                reduction.isEmpty()
                                        ? ""
                                        : ", 'page_size_reduction': {'type': 'PageSizeReduction'%s}"
                                                .formatted(reduction)),
                "",
                Map.of());
    }

    private void read(String retriever, String more, Map<String, Object> state)
            throws InterruptedException {
        run.read(
                """
                {'type': 'DeclarativeSource', 'version': '7.0.0', 'check': {'type': 'CheckStream', 'stream_names': ['s']},
                 'streams': [{'type': 'DeclarativeStream', 'name': 's', 'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {}},
                  'retriever': %s%s}]}
                """
                        .formatted(retriever, more),
                "{}",
                List.of(new StreamSelection("s", state, List.of(), Optional.empty())));
    }

    private static final String BY_OFFSET = "{'type': 'OffsetIncrement', 'page_size': 16}";

    private List<String> limits() {
        return api.lines().stream()
                .map(line -> number(line, "limit") + "@" + number(line, "offset"))
                .toList();
    }

    private List<String> allRows() {
        List<String> rows = new ArrayList<>();
        for (int id = 1; id <= ROWS; id++) {
            rows.add("{\"id\": %d}".formatted(id));
        }
        return rows;
    }

    @Test
    void aPageThatIsTooBigIsAskedForWithFewerRecords() throws InterruptedException {
        givenPages(page -> page.limit() <= 8);
        readPages(BY_OFFSET, " ");
        assertThat(limits()).containsExactly("16@0", "8@0", "8@8", "8@16");
        assertThat(run.of("s")).isEqualTo(allRows());
        assertThat(run.failures).isEmpty();
        assertThat(run.fixture.waits).hasSize(1);
        assertThat(run.fixture.waits.getFirst().toMillis()).isEqualTo(500);
    }

    @Test
    void theSizeComesBackAfterAPageThatWasGivenWhereThePolicySaysSo() throws InterruptedException {
        givenPages(page -> page.limit() <= 8 || page.offset() >= 8);
        readPages(BY_OFFSET, ", 'reset_policy': 'AFTER_SUCCESSFUL_PAGE'");
        assertThat(limits()).containsExactly("16@0", "8@0", "16@8");
        assertThat(run.of("s")).isEqualTo(allRows());
    }

    @Test
    void aPageThatStaysTooBigFailsTheStreamForTheTimeBeing() throws InterruptedException {
        givenPages(page -> page.limit() <= 2);
        readPages(BY_OFFSET, ", 'max_attempts': 2, 'failure_message': 'Choose fewer columns.'");
        assertThat(limits()).containsExactly("16@0", "8@0", "4@0");
        assertThat(onlyFailure())
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("no more than 4 records")
                .hasMessageContaining("Choose fewer columns.");
    }

    @Test
    void aPageOfTheSmallestSizeIsTriedAgainAsOftenAsThePolicySays() throws InterruptedException {
        int[] asked = {0};
        givenPages(page -> page.limit() == 4 && asked[0]++ >= 2);
        readPages(
                BY_OFFSET,
                ", 'reduction_factor': 4, 'minimum_page_size': 4,"
                        + " 'retries_at_minimum_page_size': 2, 'backoff_seconds': 2");
        assertThat(limits()).startsWith("16@0", "4@0", "4@0", "4@0", "4@4");
        assertThat(run.of("s")).isEqualTo(allRows());
        assertThat(run.fixture.seconds()).containsExactly(2L, 2L, 4L);
    }

    @Test
    void aConditionCanCompareWithTheSizeThatWasAskedFor() throws InterruptedException {
        givenPages(page -> page.limit() <= 4);
        readPages(
                "{'type': 'CursorPagination', 'page_size': 16, 'cursor_value': '{{ response.next"
                        + " }}', 'stop_condition': '{{ last_page_size < page_size }}'}",
                " ");
        assertThat(run.of("s")).isEqualTo(allRows());
    }

    @Test
    void aConditionThatWouldEndWithASmallerPageIsRefused() {
        for (String condition :
                List.of("last_page_size < 16", "16 > last_page_size", "last_page_size <= 3")) {
            assertRefused(
                    "{'type': 'CursorPagination', 'page_size': 16, 'cursor_value': '{{"
                            + " response.next }}', 'stop_condition': '{{ %s }}'}"
                                    .formatted(condition),
                    " ",
                    "stop_condition");
        }
    }

    @Test
    void aReductionThatCanNeverWorkIsRefused() {
        assertRefused("{'type': 'PageIncrement', 'page_size': 16}", " ", "pagination_strategy");
        assertRefused(BY_OFFSET, ", 'minimum_page_size': 16", "page_size");
        assertRefused(BY_OFFSET, ", 'reduction_factor': 1", "reduction_factor");
        assertRefused(BY_OFFSET, "", "page_size_reduction");
        assertRefused(
                "{'type': 'CursorPagination', 'cursor_value': '{{ page_size }}'}",
                " ",
                "page_size");
    }

    private void assertRefused(String strategy, String reduction, String told) {
        assertThatThrownBy(() -> readPages(strategy, reduction))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining(told);
    }

    // ---------------------------------------------------------------- ranges of time

    /** A record a day, for ranges of no more days than that. */
    private void givenDays(int most) {
        given(uri -> {
            LocalDate from = LocalDate.parse(text(uri, "from").orElseThrow());
            LocalDate to = LocalDate.parse(text(uri, "to").orElseThrow());
            if (from.plusDays(most).isBefore(to.plusDays(1))) {
                return Reply.json(400, "{'message': 'range'}");
            }
            List<String> days = new ArrayList<>();
            for (LocalDate day = from; !day.isAfter(to); day = day.plusDays(1)) {
                days.add("{'day': '%s'}".formatted(day));
            }
            return Reply.ok("{'data': %s}".formatted(days));
        });
    }

    private void readDays(String splitting, String cursor, String router)
            throws InterruptedException {
        read(
                """
                {'type': 'SimpleRetriever',
                 'requester': {'type': 'HttpRequester', 'url': '%s/days', 'error_handler': {'type': 'DefaultErrorHandler',
                   'response_filters': [{'type': 'HttpResponseFilter', 'http_codes': [400], 'action': 'SPLIT_REQUEST_WINDOW'}]}},
                 'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': ['data']}}%s%s}
                """
                        .formatted(
                                api.url(),
                                router,
                                splitting.isEmpty()
                                        ? ""
                                        : ", 'request_window_splitting': {'type':"
                                                + " 'RequestWindowSplitting'%s}"
                                                        .formatted(splitting)),
                """
                , 'incremental_sync': {'type': 'DatetimeBasedCursor', 'cursor_field': 'day', 'datetime_format': '%%Y-%%m-%%d',
                  'start_datetime': '2024-04-01', 'end_datetime': '2024-04-30', %s
                  'start_time_option': {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'from'},
                  'end_time_option': {'type': 'RequestOption', 'inject_into': 'request_parameter', 'field_name': 'to'}}
                """
                        .formatted(cursor),
                Map.of());
    }

    private static final String DAILY = "'step': 'P1Y', 'cursor_granularity': 'P1D',";

    private List<String> ranges() {
        return api.lines().stream()
                .map(line ->
                        text(line, "from").orElseThrow() + "/" + text(line, "to").orElseThrow())
                .toList();
    }

    @Test
    void aRangeThatIsTooWideIsReadInHalvesAndClosedAsAWhole() throws InterruptedException {
        givenDays(8);
        readDays(" ", DAILY, "");
        assertThat(ranges())
                .containsExactly(
                        "2024-04-01/2024-04-30",
                        "2024-04-01/2024-04-15",
                        "2024-04-01/2024-04-07",
                        "2024-04-08/2024-04-15",
                        "2024-04-16/2024-04-30",
                        "2024-04-16/2024-04-22",
                        "2024-04-23/2024-04-30");
        assertThat(run.of("s")).hasSize(30).doesNotHaveDuplicates();
        assertThat(run.states).containsEntry("s", Map.of("day", "2024-04-30"));
        assertThat(run.failures).isEmpty();
    }

    @Test
    void theHalvesOfAPartitionBelongToIt() throws InterruptedException {
        givenDays(20);
        readDays(
                " ",
                DAILY,
                ", 'partition_router': {'type': 'ListPartitionRouter', 'values': ['a', 'b'],"
                        + " 'cursor_field': 'p'}");
        assertThat(run.of("s")).hasSize(60);
        assertThat(run.states.get("s").toString())
                .contains("{partition={p=a}, cursor={day=2024-04-30}}")
                .contains("{partition={p=b}, cursor={day=2024-04-30}}");
    }

    @Test
    void aRangeThatCantBecomeSmallerFailsAndMovesNoState() throws InterruptedException {
        givenDays(0);
        readDays(", 'failure_message': 'Ask the vendor.'", DAILY, "");
        assertThat(ranges()).endsWith("2024-04-01/2024-04-01").hasSize(5);
        assertThat(onlyFailure())
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("Ask the vendor.");
        assertThat(run.states).containsEntry("s", Map.of("day", "2024-04-01"));
    }

    @Test
    void theManifestSaysHowSmallARangeMayBecome() throws InterruptedException {
        givenDays(5);
        readDays(", 'min_split_window': 'P10D'", DAILY, "");
        assertThat(ranges()).endsWith("2024-04-01/2024-04-07").hasSize(3);
        assertThat(onlyFailure()).isInstanceOf(TransientFailure.class);
    }

    @Test
    void aSplittingThatCanNeverWorkIsRefused() {
        assertRefused(" ", "", "cursor_granularity", "");
        assertRefused("", DAILY, "request_window_splitting", "");
        assertRefused(" ", DAILY + "'is_client_side_incremental': true,", "is_client_side", "");
        assertRefused(
                " ", "'step': 'P1Y', 'cursor_granularity': 'PT1S',", "cursor_granularity", "");
        assertRefused(", 'min_split_window': 'P1M'", DAILY, "min_split_window", "");
    }

    private void assertRefused(String splitting, String cursor, String told, String router) {
        assertThatThrownBy(() -> readDays(splitting, cursor, router))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining(told);
    }

    private SyncFailure onlyFailure() {
        List<SyncFailure> failures = run.failures.getOrDefault("s", List.of());
        assertThat(failures).hasSize(1);
        return failures.getFirst();
    }
}
