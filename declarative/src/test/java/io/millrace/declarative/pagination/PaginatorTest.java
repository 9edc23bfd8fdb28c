package io.millrace.declarative.pagination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.http.Headers;
import io.millrace.sdk.http.Pause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PaginatorTest {
    private static final Headers NO_HEADERS = Headers.NONE;

    @Test
    void anOffsetReadsEveryRecordOnceForEveryTotalAndPageSize() throws Exception {
        for (int total = 0; total <= 25; total++) {
            for (int size = 1; size <= 7; size++) {
                Paginator paginator =
                        paginator("{'type': 'OffsetIncrement', 'page_size': %d}".formatted(size));
                assertThat(readAll(paginator, total, size))
                        .as("%d by %d", total, size)
                        .isEqualTo(total);
            }
        }
    }

    private static int readAll(Paginator paginator, int total, int size)
            throws InterruptedException {
        int read = 0;
        Optional<Object> token = paginator.first();
        do {
            int offset = token.map(value -> ((Long) value).intValue()).orElse(0);
            int count = Math.max(0, Math.min(size, total - offset));
            read += count;
            token = paginator.after(page("{}", NO_HEADERS, count, token));
        } while (token.isPresent());
        return read;
    }

    @Test
    void pagesAreCountedFromTheFirstWhetherItsNumberIsSentOrNot() throws Exception {
        assertThat(tokens("{'type': 'PageIncrement', 'page_size': 2}", 2, 2, 1))
                .containsExactly(Optional.empty(), Optional.of(1L), Optional.of(2L));
        assertThat(
                        tokens(
                                "{'type': 'PageIncrement', 'page_size': '2', 'start_from_page': 1,"
                                        + " 'inject_on_first_request': true}",
                                2,
                                2,
                                0))
                .containsExactly(Optional.of(1L), Optional.of(2L), Optional.of(3L));
        assertThat(tokens("{'type': 'PageIncrement', 'start_from_page': 5}", 7, 1, 0))
                .containsExactly(Optional.empty(), Optional.of(6L), Optional.of(7L));
    }

    private static List<Optional<Object>> tokens(String strategy, int... counts)
            throws InterruptedException {
        Paginator paginator = paginator(strategy);
        List<Optional<Object>> tokens = new ArrayList<>();
        Optional<Object> token = paginator.first();
        for (int count : counts) {
            tokens.add(token);
            token = paginator.after(page("{}", NO_HEADERS, count, token));
        }
        assertThat(token).isEmpty();
        return tokens;
    }

    @Test
    void anAnswerNamesTheNextPageUntilItNamesNone() throws Exception {
        Paginator paginator =
                paginator("{'type': 'CursorPagination', 'cursor_value': '{{ response.next }}'}");
        assertThat(paginator.first()).isEmpty();
        assertThat(paginator.after(page("{\"next\": \"a\"}", NO_HEADERS, 0, Optional.empty())))
                .contains("a");
        assertThat(paginator.after(page("{\"next\": 5}", NO_HEADERS, 0, Optional.empty())))
                .contains(5L);
        for (String end : List.of("{}", "{\"next\": null}", "{\"next\": \"\"}", "{\"next\": 0}")) {
            assertThat(paginator.after(page(end, NO_HEADERS, 3, Optional.empty()))).isEmpty();
        }
    }

    @Test
    void headersHaveTheNamesThatTheServerWroteAndLinksAreParsed() throws Exception {
        Headers headers =
                Headers.of(
                        Map.of(
                                "X-Next",
                                "7",
                                "Link",
                                "<https://a/?p=2>; rel=\"next\", <https://a/?p=9>; rel=\"last\""));
        assertThat(after("{{ headers['X-Next'] }}", headers)).contains(7L);
        assertThat(after("{{ headers['x-next'] }}", headers)).isEmpty();
        assertThat(after("{{ headers.link.next.url }}", headers)).contains("https://a/?p=2");
    }

    private static Optional<Object> after(String template, Headers headers)
            throws InterruptedException {
        return paginator(
                        "{\"type\": \"CursorPagination\", \"cursor_value\": \"%s\"}"
                                .formatted(template))
                .after(page("{}", headers, 1, Optional.empty()));
    }

    @Test
    void theStopConditionIsAskedFirst() throws Exception {
        Paginator paginator =
                paginator(
                        """
                        {'type': 'CursorPagination', 'cursor_value': '{{ last_record.id }}',
                         'stop_condition': '{{ last_page_size < 2 }}'}
                        """);
        assertThat(paginator.after(page("{}", NO_HEADERS, 2, Optional.empty()))).contains(42L);
        assertThat(paginator.after(page("{}", NO_HEADERS, 1, Optional.empty()))).isEmpty();
    }

    @Test
    void tokenAndPageSizeGoWhereTheOptionsSay() throws Exception {
        Paginator paginator =
                Paginator.compile(
                        Optional.of(
                                definition(
                                        """
                                        {'type': 'DefaultPaginator',
                                         'pagination_strategy': {'type': 'PageIncrement', 'page_size': 2},
                                         'page_size_option': {'inject_into': 'request_parameter', 'field_name': 'limit'},
                                         'page_token_option': {'type': 'RequestOption',
                                            'inject_into': 'request_parameter', 'field_name': 'page'}}
                                        """)),
                        compilation());
        assertThat(paginator.options(Optional.empty(), OptionalLong.empty()).parameters())
                .isEqualTo(Map.of("limit", 2L));
        assertThat(paginator.options(Optional.of(3L), OptionalLong.empty()).parameters())
                .isEqualTo(Map.of("limit", 2L, "page", 3L));
        assertThat(paginator.path(Optional.of(3L))).isEmpty();
    }

    @Test
    void aTokenThatIsAnAddressIsNoOption() throws Exception {
        Paginator paginator =
                Paginator.compile(
                        Optional.of(
                                definition(
                                        """
                                        {'type': 'DefaultPaginator', 'page_token_option': {'type': 'RequestPath'},
                                         'pagination_strategy': {'type': 'CursorPagination', 'cursor_value': 'x'}}
                                        """)),
                        compilation());
        assertThat(paginator.path(Optional.of("/p?page=2"))).contains("/p?page=2");
        assertThat(paginator.options(Optional.of("/p?page=2"), OptionalLong.empty()).isEmpty())
                .isTrue();
    }

    @Test
    void aPageSizeThatNobodyKnowsCannotBeSent() throws Exception {
        assertThatThrownBy(() ->
                        Paginator.compile(
                                Optional.of(
                                        definition(
                                                """
                                                {'type': 'DefaultPaginator',
                                                 'pagination_strategy': {'type': 'PageIncrement'},
                                                 'page_size_option': {'inject_into': 'header', 'field_name': 'n'}}
                                                """)),
                                compilation()))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("page_size");
        assertThatThrownBy(() ->
                        paginator("{'type': 'PageIncrement', 'page_size': '{{ config.no }}'}"))
                .hasMessageContaining("has to be an integer");
    }

    private static Paginator paginator(String strategy) {
        return Paginator.compile(
                Optional.of(
                        definition(
                                "{\"type\": \"DefaultPaginator\", \"pagination_strategy\": %s}"
                                        .formatted(json(strategy)))),
                compilation());
    }

    private static Compilation compilation() {
        return new Compilation(
                Interpolation.of(() -> Instant.EPOCH),
                Map.of(),
                () -> Instant.EPOCH,
                Pause.none(),
                EngineLog.none());
    }

    @SuppressWarnings("unchecked")
    private static Definition definition(String text) {
        return Definition.of((Map<String, Object>) Json.parse(json(text)), "paginator");
    }

    /** Texts in templates keep their quotes: only those of keys and values are turned. */
    private static String json(String text) {
        return text.contains("\"") ? text : text.replace('\'', '"');
    }

    private static Page page(String body, Headers headers, int count, Optional<Object> token) {
        byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new Page(
                Answer.of(200, "http://localhost/", headers, bytes),
                () -> Json.parse(body),
                count,
                count,
                count == 0
                        ? Optional.empty()
                        : Optional.of(SourceRecord.ofValue(Map.of("id", 42L))),
                token,
                OptionalLong.empty(),
                new StreamSlice(Map.of(), Map.of(), Map.of()));
    }
}
