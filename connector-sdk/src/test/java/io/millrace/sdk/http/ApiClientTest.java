package io.millrace.sdk.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.http.LocalApi.Reply;
import io.millrace.sdk.option.Secret;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApiClientTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** Its clock stands still, so that no wait takes time. */
    private static final ConnectorContext CONTEXT =
            new ConnectorContext(Clock.fixed(NOW, ZoneOffset.UTC), Path.of(""), Path.of("cache"));

    private static LocalApi api(Function<LocalApi.Asked, Reply> answers) {
        return new LocalApi(answers);
    }

    /** The statuses of {@code replies}, one after the other, then 200. */
    private static LocalApi inTurn(Reply... replies) {
        var count = new AtomicInteger();
        return api(_ -> {
            int next = count.getAndIncrement();
            return next < replies.length ? replies[next] : Reply.ok("{'ok': true}");
        });
    }

    @Test
    void whatMayPassIsTriedAgain() throws Exception {
        for (int status : List.of(408, 429, 500, 502, 503, 504)) {
            try (LocalApi api = inTurn(Reply.status(status), Reply.status(status));
                    ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
                assertThat(client.get("prices").json().path("ok").asBoolean())
                        .as("after %d", status)
                        .isTrue();
                assertThat(api.asked()).hasSize(3);
            }
        }
    }

    @Test
    void whatDoesNotPassFailsTheSyncForNow() throws Exception {
        try (LocalApi api = api(_ -> Reply.status(503));
                ApiClient client = ApiClient.to(api.address(), CONTEXT).attempts(4).build()) {
            assertThatThrownBy(() -> client.get("prices?key=hush"))
                    .isInstanceOf(TransientFailure.class)
                    .hasMessageContaining("GET prices (status 503)")
                    .hasMessageNotContaining("hush");
            assertThat(api.asked()).hasSize(4);
            assertThatThrownBy(() -> client.withAttempts(1).get("prices"))
                    .isInstanceOf(TransientFailure.class);
            assertThat(api.asked()).hasSize(5);
        }
    }

    @Test
    void refusedCredentialsAndWrongRequestsAreNotTriedAgain() throws Exception {
        for (int status : List.of(401, 403)) {
            try (LocalApi api = api(_ -> Reply.status(status));
                    ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
                assertThatThrownBy(() -> client.get("prices"))
                        .isInstanceOf(ConfigurationFailure.class);
                assertThat(api.asked()).hasSize(1);
            }
        }
        try (LocalApi api = api(_ -> new Reply(404, java.util.Map.of(), "no such thing"));
                ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
            assertThatThrownBy(() -> client.get("prices"))
                    .isInstanceOfSatisfying(
                            SystemFailure.class,
                            failure -> assertThat(failure.detail()).contains("no such thing"));
            assertThat(api.asked()).hasSize(1);
        }
    }

    @Test
    void anApiMaySayWhatItsAnswersMean() throws Exception {
        try (LocalApi api = api(_ -> Reply.status(404));
                ApiClient client =
                        ApiClient.to(api.address(), CONTEXT)
                                .answers(answer ->
                                        answer.status() == 404
                                                ? AnswerPolicy.Verdict.ACCEPT
                                                : AnswerPolicy.STANDARD.judge(answer))
                                .build()) {
            assertThat(client.get("prices").status()).isEqualTo(404);
        }
    }

    @Test
    void anUnreachableHostIsNoFaultOfTheConfiguration() throws IOException {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (ApiClient client =
                ApiClient.to(URI.create("http://127.0.0.1:%d/".formatted(free)), CONTEXT)
                        .attempts(2)
                        .build()) {
            assertThatThrownBy(() -> client.get("prices"))
                    .isInstanceOf(TransientFailure.class)
                    .hasMessageContaining("No connection to 127.0.0.1 could be made");
        }
    }

    @Test
    void anAddressWhereNobodyEverAnsweredIsTriedThreeTimes() throws IOException {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        var told = new ArrayList<String>();
        try (ApiClient client =
                ApiClient.to(URI.create("http://127.0.0.1:%d/".formatted(free)), CONTEXT).build()) {
            client.logTo(told::add);
            assertThatThrownBy(() -> client.get("prices")).isInstanceOf(TransientFailure.class);
        }
        assertThat(told).hasSize(2).last().asString().contains("(attempt 3 of 3)");
    }

    @Test
    void anApiThatWentAwayIsWaitedFor() throws Exception {
        var told = new ArrayList<String>();
        LocalApi api = api(_ -> Reply.ok("{}"));
        try (ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
            client.get("prices");
            api.close();
            client.logTo(told::add);
            assertThatThrownBy(() -> client.get("prices")).isInstanceOf(TransientFailure.class);
        }
        assertThat(told).hasSize(5).last().asString().contains("(attempt 6 of 6)");
    }

    @Test
    void aWaitThatTheApiAsksForIsTold() throws Exception {
        var told = new ArrayList<String>();
        try (LocalApi api = inTurn(Reply.status(429).with("Retry-After", "7"));
                ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
            client.logTo(told::add);
            client.get("prices");
        }
        assertThat(told)
                .singleElement()
                .asString()
                .contains("takes no more requests")
                .contains("Trying again in 7.0 s (attempt 2 of 6)");
    }

    @Test
    void aDayIsTooLongAWait() throws Exception {
        try (LocalApi api = api(_ -> Reply.status(429).with("Retry-After", "86400"));
                ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
            assertThatThrownBy(() -> client.get("prices")).isInstanceOf(TransientFailure.class);
            assertThat(api.asked()).hasSize(1);
        }
    }

    @Test
    void aRateHoldsRequestsBack() throws Exception {
        var context = new ConnectorContext(Clock.systemUTC(), Path.of(""), Path.of("cache"));
        var rate = new CallRate.FixedWindow(3, Duration.ofMillis(300), Clock.systemUTC().instant());
        try (LocalApi api = inTurn();
                ApiClient client = ApiClient.to(api.address(), context).rate(rate).build()) {
            long start = System.nanoTime();
            for (int i = 0; i < 7; i++) {
                client.get("prices");
            }
            // Three windows are needed for seven calls: two ends of windows lie between.
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofMillis(300));
        }
    }

    @Test
    void credentialsDoNotFollowARedirectToAnotherHost() throws Exception {
        try (LocalApi other = inTurn();
                LocalApi api =
                        inTurn(
                                new Reply(
                                        302,
                                        java.util.Map.of("Location", other.address() + "elsewhere"),
                                        ""));
                ApiClient client =
                        ApiClient.to(api.address(), CONTEXT)
                                .authorization(Authorization.bearer(new Secret("hush")))
                                .build()) {
            client.get("prices");
            assertThat(api.asked().getFirst().header("Authorization")).isEqualTo("Bearer hush");
            assertThat(other.asked().getFirst().headers()).doesNotContainKey("Authorization");
        }
    }

    /** Answers with at most {@code limit} of {@code total} numbers, and a token and links. */
    private static Reply page(LocalApi.Asked asked, int total) {
        String query = asked.address().getQuery();
        int from = number(query, "offset", 0);
        int limit = number(query, "limit", 3);
        var items = new StringBuilder();
        for (int i = from; i < Math.min(total, from + limit); i++) {
            items.append(items.isEmpty() ? "" : ", ").append(i);
        }
        String next =
                from + limit < total
                        ? "numbers?offset=%d&limit=%d".formatted(from + limit, limit)
                        : "";
        Reply reply =
                Reply.ok(
                        "{'items': [%s], 'next': '%s', 'token': '%s'}"
                                .formatted(items, next, next.isEmpty() ? "" : from + limit));
        return next.isEmpty()
                ? reply
                : reply.with("Link", "<%s>; rel=\"prev\", <%s>; rel=\"next\"".formatted("x", next));
    }

    private static int number(String query, String name, int otherwise) {
        for (String each : query == null ? new String[0] : query.split("&")) {
            if (each.startsWith(name + "=")) {
                return Integer.parseInt(each.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    @Test
    void everyKindOfPagesGivesEveryRecordOnce() throws Exception {
        List<Pagination> kinds =
                List.of(
                        new Pagination.ByOffset("offset", "limit", 3),
                        new Pagination.ByToken("offset", "/token"),
                        new Pagination.ByAddress("/next"),
                        new Pagination.ByLink());
        for (int total = 0; total <= 10; total++) {
            int numbers = total;
            try (LocalApi api = api(asked -> page(asked, numbers));
                    ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
                for (Pagination kind : kinds) {
                    var read = new ArrayList<Integer>();
                    client.eachPage(
                            ApiRequest.get("numbers"),
                            kind,
                            "/items",
                            records -> records.forEach(each -> read.add(each.asInt())));
                    assertThat(read)
                            .as("%d by %s", total, kind)
                            .hasSize(total)
                            .doesNotHaveDuplicates();
                }
            }
        }
    }

    @Test
    void countedPagesEndWithTheFirstThatIsShort() throws Exception {
        try (LocalApi api =
                        api(asked ->
                                Reply.ok(
                                        number(asked.address().getQuery(), "page", 0) < 3
                                                ? "[1, 2]"
                                                : "[1]"));
                ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
            var pages = new ArrayList<List<JsonNode>>();
            client.eachPage(
                    ApiRequest.get("numbers"),
                    new Pagination.ByPage("page", 1, "per_page", 2),
                    "",
                    pages::add);
            assertThat(pages).hasSize(3);
            assertThat(api.asked().getLast().address().getQuery()).isEqualTo("page=3&per_page=2");
        }
    }

    @Test
    void pagesThatGoRoundInACircleEnd() throws Exception {
        for (int length = 1; length <= 5; length++) {
            int around = length;
            try (LocalApi api =
                            api(asked -> {
                                int at = number(asked.address().getQuery(), "at", 0);
                                return Reply.ok(
                                        "{'items': [], 'next': '%d'}".formatted(at % around + 1));
                            });
                    ApiClient client = ApiClient.to(api.address(), CONTEXT).build()) {
                assertThatThrownBy(() ->
                                client.eachPage(
                                        ApiRequest.get("numbers"),
                                        new Pagination.ByToken("at", "/next"),
                                        "/items",
                                        _ -> {}))
                        .as("a circle of %d", length)
                        .isInstanceOf(SystemFailure.class)
                        .hasMessageContaining("round in a circle");
            }
        }
    }
}
