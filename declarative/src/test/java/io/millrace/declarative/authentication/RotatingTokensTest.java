package io.millrace.declarative.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Received;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.http.Requester;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RotatingTokensTest {
    private final Map<String, Integer> left = new HashMap<>();
    private final LocalApi api = new LocalApi(_ -> Reply.ok("[]"));
    private final HttpFixture fixture = new HttpFixture();
    private int statusCode = 200;
    private int made;
    private long reset = HttpFixture.NOW.getEpochSecond() + 600;
    private HttpEngine engine = fixture.engine("{'tokens': 'a, b,'}");

    @BeforeEach
    void giveQuotas() {
        api.answerWith(this::answer);
    }

    @AfterEach
    void close() {
        fixture.close();
        api.close();
    }

    private static String token(Received request) {
        return request.header("Authorization").replace("token ", "");
    }

    private Reply answer(Received request) {
        if (request.uri().equals("/quota")) {
            return Reply.json(
                    statusCode,
                    "{'core': {'left': %d, 'reset': %d, 'limit': 5000}, 'search': {'left': 100, 'reset': %d}}"
                            .formatted(left.getOrDefault(token(request), 1000), reset, reset));
        }
        return Reply.ok("[]");
    }

    private Requester requester(String more, String handler) {
        return engine.requester(
                HttpFixture.definition(
                        """
                        {'type': 'HttpRequester', 'url': '%s', 'path': 'data', 'authenticator': {
                          'type': 'RateLimitedMultipleTokenAuthenticator', 'tokens': '{{ config.tokens }}', 'auth_method': 'token',
                          'quota_status_source': {'url': '%s/quota', 'request_headers': {'Accept': 'a/b'}, 'unavailable_status_codes': [404]},
                          '$parameters': {'name': '%s'}, 'quotas': [{'name': 'search', '$parameters': {'name': '%s'}, 'remaining_path': ['search', 'left'], 'reset_path': ['search', 'reset'],
                                      'matchers': [{'url_path_pattern': '/search'}]},
                                     {'name': 'core', 'remaining_path': ['core', 'left'], 'reset_path': ['core', 'reset'],
                                      'limit_path': ['core', 'limit'] %s}]}%s}
                        """
                                .formatted(api.url(), api.url(), ++made, made, more, handler)),
                "s",
                false);
    }

    private List<String> send(Requester requester, int times) throws InterruptedException {
        int before = api.received().size();
        for (int i = 0; i < times; i++) {
            requester.send(HttpFixture.call(engine));
        }
        return api.received().stream()
                .skip(before)
                .filter(request -> !request.uri().equals("/quota"))
                .map(RotatingTokensTest::token)
                .toList();
    }

    @Test
    void aTokenServesUntilItsCallsAreUsedUp() throws InterruptedException {
        left.put("a", 2);
        Requester one = requester("", "");
        Requester two = requester("", "");
        assertThat(send(one, 1)).containsExactly("a");
        assertThat(send(two, 1)).containsExactly("a");
        assertThat(send(one, 2)).containsExactly("b", "b");
        List<Received> quotas =
                api.received().stream().filter(request -> request.uri().equals("/quota")).toList();
        assertThat(quotas).extracting(RotatingTokensTest::token).containsExactly("a", "b");
        assertThat(quotas.getFirst().header("Accept")).isEqualTo("a/b");
    }

    @Test
    void allTokensUsedUpWaitForTheEarliestReset() throws InterruptedException {
        left.put("a", 1);
        left.put("b", 0);
        Requester requester = requester("", "");
        send(requester, 1);
        fixture.waits.clear();
        left.put("a", 10);
        assertThat(send(requester, 1)).containsExactly("a");
        assertThat(fixture.seconds()).contains(599L);
    }

    @Test
    void aResetThatIsTooFarIsNotWaitedFor() {
        left.put("a", 0);
        left.put("b", 0);
        reset += 7200;
        assertThatThrownBy(() -> send(requester("", ""), 1))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("all provided tokens");
    }

    @Test
    void theLastCallsAreSpreadOverTheTimeThatTheyHaveToLast() throws InterruptedException {
        left.put("a", 100);
        left.put("b", 100);
        send(requester("", ""), 1);
        assertThat(fixture.waits)
                .singleElement()
                .satisfies(wait ->
                        assertThat(wait)
                                .isBetween(Duration.ofMillis(2900), Duration.ofMillis(3100)));
    }

    @Test
    void answersCorrectTheCount() throws InterruptedException {
        Requester requester =
                requester(
                        ", 'remaining_header': 'X-Left', 'reset_header': 'X-Reset',"
                                + " 'exhaustion_status_codes': [403]",
                        "");
        api.answerWith(request ->
                request.uri().equals("/quota")
                        ? answer(request)
                        : Reply.ok("[]")
                                .with("X-Left", token(request).equals("a") ? "0" : "50")
                                .with("X-Reset", Long.toString(reset)));
        assertThat(send(requester, 3)).containsExactly("a", "b", "b");
    }

    @Test
    void aRateLimitIsRetriedAtOnceWithAnotherToken() throws InterruptedException {
        Requester requester =
                requester(
                        ", 'exhaustion_status_codes': [429]",
                        ", 'error_handler': {'type': 'DefaultErrorHandler', 'backoff_strategies':"
                                + " [{'type': 'ConstantBackoffStrategy', 'backoff_time_in_seconds':"
                                + " 3000}]}");
        api.answerWith(request ->
                request.uri().equals("/quota") || token(request).equals("b")
                        ? answer(request)
                        : Reply.json(429, "{}").with("Retry-After", "3000"));
        assertThat(send(requester, 1)).containsExactly("a", "b");
        assertThat(fixture.waits).containsExactly(Duration.ofMillis(1100));
    }

    @Test
    void whereNothingIsCountedTokensTakeTurns() throws InterruptedException {
        statusCode = 404;
        assertThat(send(requester("", ""), 4)).containsExactly("a", "b", "a", "b");
    }

    @Test
    void whatIsWrongIsTold() {
        assertThatThrownBy(
                        () -> {
                            engine = fixture.engine("{'tokens': ' , '}");
                            requester("", "");
                        })
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("tokens are missing");
        engine = fixture.engine("{'tokens': 'a'}");
        assertThatThrownBy(() -> send(requester(", 'limit_path': ['nowhere']", ""), 1))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("nowhere");
    }
}
