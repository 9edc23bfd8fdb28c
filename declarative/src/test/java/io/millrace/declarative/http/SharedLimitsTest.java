package io.millrace.declarative.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.sdk.http.Headers;
import io.millrace.sdk.http.Throttle;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Budgets, throttles and the cache: what requesters share. */
class SharedLimitsTest {
    private final LocalApi api = new LocalApi(_ -> Reply.ok("[]"));
    private final HttpFixture fixture = new HttpFixture();

    @AfterEach
    void close() {
        fixture.close();
        api.close();
    }

    private static Optional<Definition> budget(String policies) {
        return Optional.of(
                Definition.of(
                        HttpFixture.map(
                                "{'type': 'HTTPAPIBudget', 'policies': [%s]}".formatted(policies)),
                        "api_budget"));
    }

    private Requester requester(HttpEngine engine, String name, String fields) {
        return engine.requester(
                HttpFixture.definition(
                        "{'type': 'HttpRequester', 'url': '%s'%s}".formatted(api.url(), fields)),
                name,
                false);
    }

    @Test
    void allRequestersDrawOnOneBudget() throws InterruptedException {
        HttpEngine engine =
                fixture.engine(
                        "{'most': '2'}",
                        budget(
                                "{'type': 'UnlimitedCallRatePolicy', 'matchers':"
                                    + " [{'url_path_pattern': '^/free'}]}, {'type':"
                                    + " 'MovingWindowCallRatePolicy', 'rates': [{'limit': '{{"
                                    + " config.most }}', 'interval': 'PT10S'}], 'matchers': []}"));
        Requester one = requester(engine, "one", ", 'path': 'a'");
        Requester two = requester(engine, "two", ", 'path': 'b'");
        Requester free = requester(engine, "free", ", 'path': 'free/c'");
        for (int i = 0; i < 3; i++) {
            free.send(HttpFixture.call(engine));
        }
        one.send(HttpFixture.call(engine));
        two.send(HttpFixture.call(engine));
        assertThat(fixture.waits).isEmpty();
        one.send(HttpFixture.call(engine));
        assertThat(fixture.waits)
                .singleElement()
                .satisfies(wait ->
                        assertThat(wait)
                                .isBetween(Duration.ofSeconds(10), Duration.ofMillis(10_100)));
        two.send(HttpFixture.call(engine));
        assertThat(fixture.waits).hasSize(1);
    }

    @Test
    void aRequestMayCountAsSeveralCalls() throws InterruptedException {
        HttpEngine engine =
                fixture.engine(
                        "{}",
                        budget(
                                """
                                {'type': 'FixedWindowCallRatePolicy', 'period': 'PT1M', 'call_limit': 5, 'matchers': [
                                 {'method': 'post', 'url_base': '%s/', 'weight': 3},
                                 {'params': {'k': 'v'}, 'headers': {'x-a': '1'}}]}
                                """
                                        .formatted(api.url())));
        Requester post = requester(engine, "s", ", 'http_method': 'POST'");
        Requester other =
                requester(
                        engine,
                        "s",
                        ", 'request_parameters': {'k': 'v'}, 'request_headers': {'X-A': '1'}");
        Requester unmatched = requester(engine, "s", ", 'request_parameters': {'k': 'w'}");
        post.send(HttpFixture.call(engine));
        other.send(HttpFixture.call(engine));
        other.send(HttpFixture.call(engine));
        for (int i = 0; i < 9; i++) {
            unmatched.send(HttpFixture.call(engine));
        }
        assertThat(fixture.waits).isEmpty();
        other.send(HttpFixture.call(engine));
        assertThat(fixture.waits).hasSize(1);
        HttpEngine strict =
                fixture.engine(
                        "{}",
                        budget(
                                "{'type': 'FixedWindowCallRatePolicy', 'period': 'PT1M',"
                                        + " 'call_limit': 2, 'matchers': [{'weight': 3}]}"));
        assertThatThrownBy(() -> requester(strict, "s", "").send(HttpFixture.call(strict)))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("api_budget");
    }

    @Test
    void tooManyRequestsUseTheBudgetUp() throws InterruptedException {
        HttpEngine engine =
                fixture.engine(
                        "{}",
                        budget(
                                "{'type': 'MovingWindowCallRatePolicy', 'rates': [{'limit': 100,"
                                        + " 'interval': 'PT30S'}], 'matchers': []}"));
        int[] asked = {0};
        api.answerWith(_ -> asked[0]++ == 0 ? Reply.json(429, "{}") : Reply.ok("[]"));
        requester(engine, "s", "").send(HttpFixture.call(engine));
        // A second before the retry, by the loop for rate limits, and then the budget's window.
        assertThat(fixture.seconds()).contains(1L, 30L);
    }

    @Test
    void theApisOwnCountMovesAFixedWindow() throws InterruptedException {
        HttpEngine engine =
                fixture.engine(
                        "{}",
                        budget(
                                "{'type': 'FixedWindowCallRatePolicy', 'period': 'PT1H',"
                                        + " 'call_limit': 100, 'matchers': []}"));
        long reset = HttpFixture.NOW.getEpochSecond() + 20;
        api.answerWith(_ ->
                Reply.ok("[]")
                        .with("ratelimit-remaining", "0")
                        .with("ratelimit-reset", Long.toString(reset)));
        Requester requester = requester(engine, "s", "");
        requester.send(HttpFixture.call(engine));
        requester.send(HttpFixture.call(engine));
        assertThat(fixture.waits)
                .isNotEmpty()
                .allSatisfy(wait -> assertThat(wait).isLessThanOrEqualTo(Duration.ofSeconds(21)));
    }

    @Test
    void oneStreamsRateLimitHoldsTheOthersBack() throws InterruptedException {
        HttpEngine engine = fixture.engine("{'k': '%s'}".formatted(api.url()));
        String bearer =
                ", 'authenticator': {'type': 'BearerAuthenticator', 'api_token': '{{ config.k }}'}";
        Requester limited = requester(engine, "one", bearer + ", 'path': 'a'");
        Requester other = requester(engine, "two", bearer + ", 'path': 'b'");
        Requester stranger = requester(engine, "three", ", 'path': 'c'");
        int[] asked = {0};
        api.answerWith(_ ->
                asked[0]++ == 0 ? Reply.json(429, "{}").with("Retry-After", "40") : Reply.ok("[]"));
        limited.send(HttpFixture.call(engine));
        fixture.waits.clear();
        stranger.send(HttpFixture.call(engine));
        assertThat(fixture.waits).isEmpty();
        other.send(HttpFixture.call(engine));
        assertThat(fixture.seconds()).containsExactly(40L);
        fixture.advance(Duration.ofSeconds(41));
        fixture.waits.clear();
        other.send(HttpFixture.call(engine));
        assertThat(fixture.waits).isEmpty();
    }

    @Test
    void anApiWithoutCallsLeftIsLeftAloneUntilItsReset() throws InterruptedException {
        HttpEngine engine = fixture.engine("{'k': '%s/2'}".formatted(api.url()));
        api.answerWith(_ ->
                Reply.ok("[]").with("X-RateLimit-Remaining", "0").with("X-RateLimit-Reset", "12"));
        Requester requester =
                requester(
                        engine,
                        "s",
                        ", 'authenticator': {'type': 'BearerAuthenticator', 'api_token': '{{"
                                + " config.k }}'}");
        requester.send(HttpFixture.call(engine));
        requester.send(HttpFixture.call(engine));
        assertThat(fixture.seconds()).containsExactly(12L);
    }

    @Test
    void fewerRequestsRunAtATimeAfterAComplaintAndMoreAgainWithSuccess() throws Exception {
        var throttle = new Throttle();
        InstantSource clock = InstantSource.fixed(Instant.EPOCH);
        for (int i = 0; i < 4; i++) {
            throttle.enter(clock, _ -> {});
        }
        throttle.limited(Duration.ZERO, clock);
        for (int i = 0; i < 4; i++) {
            throttle.leave();
        }
        assertThat(atATime(throttle, clock, 8)).isEqualTo(2);
        for (int i = 0; i < 200; i++) {
            throttle.succeeded();
        }
        assertThat(atATime(throttle, clock, 8)).isEqualTo(8);
    }

    @Test
    void noMoreRequestsAreSentThanTheApiHasCallsLeft() throws Exception {
        InstantSource clock = InstantSource.fixed(Instant.EPOCH);
        for (Map<String, String> told :
                List.of(
                        Map.of("X-RateLimit-Remaining", "5", "X-RateLimit-Reset", "30"),
                        Map.of("RateLimit", "\"hourly\";r=5;t=30"),
                        Map.of("RateLimit", "limit=100, remaining=5, reset=30"))) {
            var throttle = new Throttle();
            List<Duration> waits = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                throttle.enter(clock, waits::add);
            }
            // Two others are on their way, so that three are left.
            throttle.observe(Headers.of(List.copyOf(told.entrySet())), clock);
            throttle.leave();
            for (int i = 0; i < 3; i++) {
                throttle.enter(clock, waits::add);
            }
            assertThat(waits).as("%s", told).isEmpty();
            throttle.enter(clock, waits::add);
            assertThat(waits).as("%s", told).containsExactly(Duration.ofSeconds(30));
        }
    }

    /** How many of {@code threads} are inside when none of them can go on. */
    private static int atATime(Throttle throttle, InstantSource clock, int threads)
            throws InterruptedException {
        var inside = new AtomicInteger();
        var release = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    throttle.enter(clock, _ -> {});
                                    inside.incrementAndGet();
                                    release.await();
                                    throttle.leave();
                                } catch (InterruptedException error) {
                                    throw new AssertionError(error);
                                }
                            }));
        }
        // Looked at one after the other, a thread may go on behind our back: look again.
        for (int calm = 0; calm < 3; calm++) {
            while (all.stream().anyMatch(thread -> thread.getState() != Thread.State.WAITING)) {
                calm = 0;
                Thread.onSpinWait();
            }
        }
        int count = inside.get();
        release.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        return count;
    }

    @Test
    void keptAnswersAreSharedByName() throws InterruptedException {
        HttpEngine engine = fixture.engine("{}");
        api.answerWith(request -> Reply.ok("['%s']".formatted(request.uri())));
        Requester stream =
                requester(
                        engine,
                        "s",
                        ", 'use_cache': true, 'request_parameters': {'a': '1', 'b': '2'}");
        Requester asParent =
                requester(
                        engine,
                        "s",
                        ", 'use_cache': true, 'request_parameters': {'b': '2', 'a': '1'}");
        Requester other =
                requester(
                        engine,
                        "t",
                        ", 'use_cache': true, 'request_parameters': {'a': '1', 'b': '2'}");
        String first = stream.send(HttpFixture.call(engine)).orElseThrow().text();
        assertThat(asParent.send(HttpFixture.call(engine)).orElseThrow().text()).isEqualTo(first);
        assertThat(api.received()).hasSize(1);
        other.send(HttpFixture.call(engine));
        assertThat(api.received()).hasSize(2);
    }

    @Test
    void onlySuccessfulReadsAreKept() throws InterruptedException {
        HttpEngine engine = fixture.engine("{}");
        String ignoring =
                ", 'use_cache': true, 'error_handler': {'type': 'DefaultErrorHandler',"
                        + " 'response_filters': [{'type': 'HttpResponseFilter', 'action': 'IGNORE',"
                        + " 'http_codes': [404]}]}";
        api.answerWith(_ -> Reply.json(404, "{}"));
        for (int i = 0; i < 2; i++) {
            requester(engine, "s", ignoring).send(HttpFixture.call(engine));
            requester(
                            engine,
                            "s",
                            ", 'use_cache': true, 'http_method': 'POST'" + ignoring.substring(19))
                    .send(HttpFixture.call(engine));
        }
        assertThat(api.received()).hasSize(4);
    }

    @Test
    void keptAnswersThatExceedTheMemoryAreReadFromAFile() {
        try (var cache = new AnswerCache()) {
            byte[] body = new byte[3 << 20];
            for (int i = 0; i < 20; i++) {
                body = body.clone();
                body[0] = (byte) i;
                cache.store("k" + i, Answer.of(200, "u", Headers.NONE, body));
            }
            for (int i = 0; i < 20; i++) {
                byte[] found = cache.find("k" + i).orElseThrow().bytes();
                assertThat(found).hasSize(3 << 20);
                assertThat(found[0]).isEqualTo((byte) i);
            }
            assertThat(cache.find("k99")).isEmpty();
        }
    }

    @Test
    void renewedCredentialsAskForTheSame() {
        OutgoingRequest one =
                OutgoingRequest.of(
                        "GET",
                        "http://h/a?api_key=1&x=2",
                        Map.of(),
                        Map.of("Authorization", "a", "X-B", "c"),
                        Optional.empty());
        OutgoingRequest two =
                OutgoingRequest.of(
                        "GET",
                        "http://h/a?x=2&api_key=9",
                        Map.of(),
                        Map.of("authorization", "z", "x-b", "c"),
                        Optional.empty());
        OutgoingRequest three =
                OutgoingRequest.of(
                        "GET", "http://h/a?x=2", Map.of(), Map.of("X-B", "d"), Optional.empty());
        assertThat(AnswerCache.key("s", one)).isEqualTo(AnswerCache.key("s", two));
        assertThat(List.of(AnswerCache.key("s", one), AnswerCache.key("t", one)))
                .doesNotContain(AnswerCache.key("s", three))
                .doesNotHaveDuplicates();
    }
}
