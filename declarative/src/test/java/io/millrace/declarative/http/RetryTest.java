package io.millrace.declarative.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.http.Headers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryTest {
    private final HttpFixture fixture = new HttpFixture();
    private LocalApi api = LocalApi.inTurn(Reply.ok("[]"));

    @AfterEach
    void close() {
        fixture.close();
        api.close();
    }

    private void given(Reply... replies) {
        api.close();
        api = LocalApi.inTurn(replies);
    }

    private Optional<Answer> send(String errorHandler) throws InterruptedException {
        return send(errorHandler, "{}");
    }

    private Optional<Answer> send(String errorHandler, String config) throws InterruptedException {
        String handler = errorHandler.isEmpty() ? "" : ", 'error_handler': " + errorHandler;
        return fixture.send(
                "{'type': 'HttpRequester', 'url': '%s/a?key=hush'%s}".formatted(api.url(), handler),
                config);
    }

    private static String handler(String fields) {
        return "{'type': 'DefaultErrorHandler', %s}".formatted(fields);
    }

    private static String filter(String fields) {
        return handler(
                "'response_filters': [{'type': 'HttpResponseFilter', %s}]".formatted(fields));
    }

    @Test
    void aServerErrorIsTriedSixTimesWithDoubledWaits() {
        given(Reply.json(500, "{'message': 'down'}"));
        assertThatThrownBy(() -> send(""))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("answered 500 (attempt 6)")
                .hasMessageNotContaining("hush");
        assertThat(api.received()).hasSize(6);
        assertThat(fixture.seconds()).containsExactly(1L, 2L, 4L, 8L, 16L);
    }

    @Test
    void anUnusualStatusIsTriedAgainToo() {
        given(Reply.json(418, "{}"));
        assertThatThrownBy(() -> send("")).isInstanceOf(SystemFailure.class);
        assertThat(api.received()).hasSize(6);
    }

    @Test
    void aWaitCanStandInTheAnswer() {
        given(Reply.json(503, "{'retry': {'in': '7'}}"));
        assertThatThrownBy(() ->
                        send(
                                handler(
                                        "'max_retries': 1, 'backoff_strategies': [{'type':"
                                                + " 'WaitTimeFromResponse', 'wait_time_in_seconds':"
                                                + " '{{ response.retry.in }}'}]")))
                .isInstanceOf(TransientFailure.class);
        assertThat(fixture.seconds()).containsExactly(8L);
    }

    @Test
    void aConstantWaitIsASecondLonger() {
        given(Reply.json(500, "{}"));
        assertThatThrownBy(() ->
                        send(
                                handler(
                                        "'max_retries': 2, 'backoff_strategies': [{'type':"
                                                + " 'ConstantBackoffStrategy',"
                                                + " 'backoff_time_in_seconds': 3}]")))
                .isInstanceOf(TransientFailure.class);
        assertThat(fixture.seconds()).containsExactly(4L, 4L);
    }

    @Test
    void anExponentialWaitBeginsWithTwiceTheFactor() {
        given(Reply.json(503, "{}"));
        assertThatThrownBy(() ->
                        send(
                                handler(
                                        "'max_retries': '{{ config.n }}',"
                                                + " 'backoff_strategies': [{'type':"
                                                + " 'ExponentialBackoffStrategy', 'factor':"
                                                + " 2}]"),
                                "{'n': '3'}"))
                .isInstanceOf(TransientFailure.class);
        assertThat(fixture.seconds()).containsExactly(5L, 9L, 17L);
    }

    @Test
    void aHeaderTellsHowLongToWait() throws InterruptedException {
        given(Reply.json(429, "{}").with("Retry-After", "7"), Reply.ok("[]"));
        send(
                handler(
                        "'backoff_strategies': [{'type': 'WaitTimeFromHeader', 'header':"
                                + " 'retry-after'}]"));
        assertThat(fixture.seconds()).contains(8L);
        assertThat(api.received()).hasSize(2);
        assertThat(fixture.rateLimited).containsExactly("s");
    }

    @Test
    void aPatternPicksTheWaitOutOfAHeader() throws InterruptedException {
        given(Reply.json(503, "{}").with("X-Wait", "12s please"), Reply.ok("[]"));
        send(
                handler(
                        "'backoff_strategies': [{'type': 'WaitTimeFromHeader', 'header': 'X-Wait',"
                                + " 'regex': '[0-9]+'}]"));
        assertThat(fixture.seconds()).containsExactly(13L);
    }

    @Test
    void aHeaderTellsUntilWhenToWait() throws InterruptedException {
        long reset = HttpFixture.NOW.getEpochSecond() + 30;
        given(Reply.json(503, "{}").with("X-Reset", Long.toString(reset)), Reply.ok("[]"));
        send(
                handler(
                        "'backoff_strategies': [{'type': 'WaitUntilTimeFromHeader', 'header':"
                                + " 'X-Reset', 'min_wait': 60}]"));
        assertThat(fixture.seconds()).containsExactly(61L);
    }

    @Test
    void aLongerWaitThanAllowedIsNotWaited() {
        given(Reply.json(429, "{}").with("Retry-After", "60"));
        assertThatThrownBy(() ->
                        send(
                                handler(
                                        "'backoff_strategies': [{'type':"
                                                + " 'WaitTimeFromHeader', 'header':"
                                                + " 'Retry-After',"
                                                + " 'max_waiting_time_in_seconds': 60}]")))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("wait longer than the manifest allows");
        assertThat(api.received()).hasSize(1);
    }

    @Test
    void aMissingHeaderLeavesTheWaitToTheNextStrategy() throws InterruptedException {
        given(Reply.json(500, "{}"), Reply.ok("[]"));
        send(
                handler(
                        "'backoff_strategies': [{'type': 'WaitTimeFromHeader', 'header':"
                                + " 'Retry-After'}, {'type': 'ConstantBackoffStrategy',"
                                + " 'backoff_time_in_seconds': 20}]"));
        assertThat(fixture.seconds()).containsExactly(21L);
    }

    @Test
    void tooManyRequestsAreTriedAgainAndThenATransientFailure() {
        given(Reply.json(429, "{}"));
        assertThatThrownBy(() -> send(handler("'max_retries': 2")))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("rate limit exceeded");
        assertThat(api.received()).hasSize(3);
        assertThat(fixture.rateLimited).hasSize(3);
    }

    @Test
    void withoutRetriesThereIsOneAttempt() {
        given(Reply.json(500, "{}"));
        assertThatThrownBy(() -> send(handler("'max_retries': 0")))
                .isInstanceOf(TransientFailure.class);
        assertThat(api.received()).hasSize(1);
    }

    @Test
    void whoeverIsRefusedHasToLookAtTheConfiguration() {
        given(Reply.json(401, "{'error': {'message': 'no such key'}}"));
        assertThatThrownBy(() -> send(""))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("401. Error: Unauthorized");
        given(Reply.json(404, "{}"));
        assertThatThrownBy(() -> send("")).isInstanceOf(SystemFailure.class);
    }

    @Test
    void aFilterFailsWithItsOwnMessageAndType() {
        given(Reply.json(403, "{'code': 7}").with("X-Why", "because"));
        assertThatThrownBy(() ->
                        send(
                                filter(
                                        "'action': 'FAIL', 'http_codes': [403],"
                                                + " 'failure_type': 'transient_error',"
                                                + " 'error_message': 'Code {{ response.code"
                                                + " }}, {{ headers.get(\\\"x-why\\\") }}, {{"
                                                + " config.n }}'"),
                                "{'n': 1}"))
                .isInstanceOf(TransientFailure.class)
                .hasMessage("Code 7, because, 1");
    }

    @Test
    void aPredicateOnTheBodyOfASuccessCounts() throws InterruptedException {
        given(Reply.ok("{'status': 'busy'}"), Reply.ok("{'status': 'done'}"));
        Optional<Answer> answer =
                send(
                        filter(
                                "'action': 'RETRY', 'predicate': '{{ response.status =="
                                        + " \\\"busy\\\" }}'"));
        assertThat(answer.orElseThrow().text()).contains("done");
        assertThat(api.received()).hasSize(2);
    }

    @Test
    void aPredicateSeesNoConfiguration() throws InterruptedException {
        given(Reply.ok("[]"));
        assertThat(
                        send(
                                        filter(
                                                "'action': 'FAIL', 'predicate': '{{ config is not"
                                                        + " none }}'"),
                                        "{'a': 1}")
                                .orElseThrow()
                                .status())
                .isEqualTo(200);
    }

    @Test
    void anIgnoredErrorIsGivenBack() throws InterruptedException {
        given(Reply.json(404, "{'errors': [{'detail': 'gone fishing'}, {'detail': 'for good'}]}"));
        Answer answer =
                send(filter("'action': 'IGNORE', 'error_message_contains': 'fishing," + " for'"))
                        .orElseThrow();
        assertThat(answer.isError()).isTrue();
        assertThat(api.received()).hasSize(1);
    }

    @Test
    void aFilterWithoutActionMatchesNothing() throws InterruptedException {
        given(Reply.ok("[]"));
        assertThat(send(filter("'http_codes': [200]")).orElseThrow().status()).isEqualTo(200);
    }

    @Test
    void pagesAreReadAgainWhereAFilterSaysSo() {
        given(Reply.ok("[]"));
        assertThatThrownBy(() -> send(filter("'action': 'RESET_PAGINATION', 'http_codes': [200]")))
                .isInstanceOf(PaginationResetRequired.class);
    }

    /** The first handler's own meaning of a 500 hides what the second one would do. */
    @Test
    void theFirstOfSeveralHandlersDecidesAboutServerErrors() {
        given(Reply.json(500, "{}"));
        String second = filter("'action': 'IGNORE', 'http_codes': [500]");
        assertThatThrownBy(() ->
                        send(
                                "{'type': 'CompositeErrorHandler', 'error_handlers': [%s, %s]}"
                                        .formatted(handler("'max_retries': 1"), second)))
                .isInstanceOf(TransientFailure.class);
        assertThat(api.received()).hasSize(2);
    }

    @Test
    void aLaterHandlerDecidesWhereTheFirstWouldFail() throws InterruptedException {
        given(Reply.json(404, "{}"));
        String second = filter("'action': 'IGNORE', 'http_codes': [404]");
        assertThat(
                        send(
                                "{'type': 'CompositeErrorHandler', 'error_handlers': [%s, %s]}"
                                        .formatted(handler("'max_retries': 1"), second)))
                .isPresent();
    }

    @Test
    void aCutConnectionIsTriedAgainAndThenATransientFailure() throws Exception {
        try (var server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            while (true) {
                                Socket socket = server.accept();
                                socket.getInputStream().read();
                                socket.close();
                            }
                        } catch (IOException _) {
                            // The test is over.
                            return;
                        }
                    });
            assertThatThrownBy(() ->
                            fixture.send(
                                    "{'type': 'HttpRequester', 'url': 'http://127.0.0.1:%d'}"
                                            .formatted(server.getLocalPort())))
                    .isInstanceOf(TransientFailure.class)
                    .hasMessageContaining("got no answer (attempt 6)");
        }
    }

    @Test
    void anAddressOfAnotherSchemeIsAMatterOfTheConfiguration() {
        assertThatThrownBy(() -> fixture.send("{'type': 'HttpRequester', 'url': 'ftp://h/a'}"))
                .isInstanceOf(ConfigurationFailure.class);
    }

    @Test
    void aRedirectIsFollowedWithoutCredentialsForAnotherHost() throws InterruptedException {
        try (var other = new LocalApi(_ -> Reply.ok("['there']"))) {
            given(Reply.json(302, "").with("Location", other.url() + "/b c"));
            Answer answer =
                    fixture.send(
                                    "{'type': 'HttpRequester', 'url': '%s/a', 'http_method': 'POST',"
                                                    .formatted(api.url())
                                            + " 'request_body_json': {'a': 1}, 'authenticator':"
                                            + " {'type': 'BearerAuthenticator', 'api_token': 't'}}")
                            .orElseThrow();
            assertThat(answer.text()).isEqualTo("[\"there\"]");
            assertThat(answer.url()).endsWith("/b%20c");
            assertThat(other.lines()).containsExactly("GET /b%20c");
            assertThat(other.received().getFirst().headers()).doesNotContainKey("Authorization");
            assertThat(other.received().getFirst().body()).isEmpty();
        }
    }

    @Test
    void redirectsEnd() {
        given(Reply.json(302, "").with("Location", "/again"));
        assertThatThrownBy(() -> send(handler("'max_retries': 0")))
                .isInstanceOf(TransientFailure.class);
        assertThat(api.received()).hasSize(31);
    }

    @Test
    void cookiesComeBack() throws InterruptedException {
        given(Reply.ok("[]").with("Set-Cookie", "a=1; Path=/"));
        HttpEngine engine = fixture.engine("{}");
        Requester requester =
                engine.requester(
                        HttpFixture.definition(
                                "{'type': 'HttpRequester', 'url': '%s'}".formatted(api.url())),
                        "s",
                        false);
        requester.send(HttpFixture.call(engine));
        requester.send(HttpFixture.call(engine));
        assertThat(api.received().getFirst().headers()).doesNotContainKey("Cookie");
        assertThat(api.received().getLast().header("Cookie")).isEqualTo("a=1");
    }

    @Test
    void namesOfHeadersStayAsTheServerWroteThem() throws InterruptedException {
        given(Reply.ok("[]").with("X-Next-Page", "2"));
        Headers headers = send("").orElseThrow().headers();
        assertThat(HeaderViews.asSent(headers)).containsKey("X-next-page");
        assertThat(headers.find("x-NEXT-page")).contains("2");
    }

    @Test
    void everyWaitIsToldWithoutSecrets() {
        given(Reply.json(500, "{}"));
        assertThatThrownBy(() -> send(handler("'max_retries': 1"))).isNotNull();
        assertThat(fixture.logged)
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains("Trying again in 1.0 s"))
                .noneSatisfy(line -> assertThat(line).contains("hush"));
        assertThat(fixture.seconds()).isEqualTo(List.of(1L));
    }
}
