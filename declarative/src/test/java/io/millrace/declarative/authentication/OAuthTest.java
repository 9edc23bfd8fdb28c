package io.millrace.declarative.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.Answer;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OAuthTest {
    private static final String CLIENT =
            "'client_id': 'ci', 'client_secret': 'cs', 'refresh_token': '{{ config.rt }}'";

    private final LocalApi api = new LocalApi(_ -> Reply.ok("[]"));
    private final HttpFixture fixture = new HttpFixture();
    private int issued;

    @AfterEach
    void close() {
        fixture.close();
        api.close();
    }

    /** Answers requests for tokens so, and all others with an empty list. */
    private void givenTokens(Function<Received, Reply> tokens) {
        api.answerWith(request ->
                request.uri().startsWith("/token") ? tokens.apply(request) : Reply.ok("[]"));
    }

    private String requester(String fields, String handler) {
        return ("{'type': 'HttpRequester', 'url': '%s/data', 'authenticator': {'type':"
                        + " 'OAuthAuthenticator', 'token_refresh_endpoint': '%s/token', %s}%s}")
                .formatted(api.url(), api.url(), fields, handler);
    }

    private Requester requester(HttpEngine engine, String fields) {
        return engine.requester(HttpFixture.definition(requester(fields, "")), "s", false);
    }

    private void send(String fields) throws InterruptedException {
        fixture.send(requester(fields, ""), "{'rt': 'RT1'}");
    }

    private synchronized Reply token(String more) {
        return Reply.ok("{'data': {'access_token': 'at%d'%s}}".formatted(++issued, more));
    }

    @Test
    void aTokenIsFetchedOnceForAllThatUseTheSameCredentials() throws InterruptedException {
        givenTokens(_ -> token(", 'expires_in': '3600'"));
        HttpEngine engine = fixture.engine("{'rt': 'RT1'}");
        for (int i = 0; i < 3; i++) {
            requester(
                            engine,
                            CLIENT
                                    + ", 'scopes': ['a', 'b'], 'refresh_request_body': {'x': '{{ 5"
                                    + " }}', 'client_id': 'other'}")
                    .send(HttpFixture.call(engine));
        }
        assertThat(api.lines())
                .containsExactly("POST /token", "GET /data", "GET /data", "GET /data");
        assertThat(api.received().getFirst().body())
                .isEqualTo(
                        "grant_type=refresh_token&client_id=ci&client_secret=cs&refresh_token=RT1&scopes=a&scopes=b&x=5");
        assertThat(api.received().getLast().header("Authorization")).isEqualTo("Bearer at1");
        assertThat(fixture.secrets).containsExactly("at1");
        fixture.advance(Duration.ofSeconds(3601));
        requester(
                        engine,
                        CLIENT
                                + ", 'scopes': ['a', 'b'], 'refresh_request_body': {'x': '{{ 5 }}',"
                                + " 'client_id': 'other'}")
                .send(HttpFixture.call(engine));
        assertThat(api.received().getLast().header("Authorization")).isEqualTo("Bearer at2");
    }

    @Test
    void manyThreadsFetchOneToken() throws Exception {
        givenTokens(_ -> token(", 'expires_in': 3600"));
        HttpEngine engine = fixture.engine("{'rt': 'RT1'}");
        Callable<Optional<Answer>> sending =
                () -> requester(engine, CLIENT).send(HttpFixture.call(engine));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var future : executor.invokeAll(Collections.nCopies(20, sending))) {
                assertThat(future.get()).isPresent();
            }
        }
        assertThat(api.lines().stream().filter("POST /token"::equals)).hasSize(1);
    }

    @Test
    void credentialsInAHeaderAreNotInTheForm() throws InterruptedException {
        givenTokens(_ -> token(""));
        send(
                CLIENT
                        + ", 'grant_type': 'client_credentials', 'refresh_request_headers':"
                        + " {'Authorization': 'Basic x'}");
        assertThat(api.received().getFirst().body())
                .isEqualTo("grant_type=client_credentials&refresh_token=RT1");
        assertThat(api.received().getFirst().header("Authorization")).isEqualTo("Basic x");
    }

    @Test
    void theFormMayGoIntoTheQuery() throws InterruptedException {
        givenTokens(_ -> token(""));
        send(CLIENT + ", 'send_refresh_request_as_query_params': true");
        assertThat(api.lines().getFirst())
                .isEqualTo(
                        "POST /token?grant_type=refresh_token&client_id=ci&client_secret=cs&refresh_token=RT1");
        assertThat(api.received().getFirst().body()).isEmpty();
    }

    @Test
    void aTokenThatIsGivenWithItsExpiryIsUsedUntilThen() throws InterruptedException {
        givenTokens(_ -> token(""));
        HttpEngine engine = fixture.engine("{'rt': 'RT1'}");
        Requester requester =
                requester(
                        engine,
                        CLIENT
                                + ", 'access_token_value': 'given', 'token_expiry_date':"
                                + " '2024-05-06T08:00:00Z'");
        requester.send(HttpFixture.call(engine));
        assertThat(api.received().getLast().header("Authorization")).isEqualTo("Bearer given");
        fixture.advance(Duration.ofHours(1));
        requester.send(HttpFixture.call(engine));
        assertThat(api.received().getLast().header("Authorization")).isEqualTo("Bearer at1");
    }

    @Test
    void aTokenWithoutEndpointIsUsedForEver() throws InterruptedException {
        fixture.send(
                ("{'type': 'HttpRequester', 'url': '%s/data', 'authenticator': {'type':"
                                + " 'OAuthAuthenticator', 'access_token_value': 'given', %s}}")
                        .formatted(api.url(), CLIENT),
                "{'rt': ''}");
        assertThat(api.lines()).containsExactly("GET /data");
        assertThat(api.received().getLast().header("Authorization")).isEqualTo("Bearer given");
    }

    @Test
    void renewedTokensAreKeptInTheConfigurationAndTold() throws InterruptedException {
        givenTokens(request ->
                token(", 'refresh_token': 'RT%d', 'expires_in': 3600".formatted(issued + 2)));
        String config =
                "{'a': 1, 'credentials': {'client_id': 'own', 'refresh_token': 'RT1',"
                        + " 'access_token': 'old', 'token_expiry_date': ''}}";
        HttpEngine engine = fixture.engine(config);
        Requester requester =
                requester(
                        engine,
                        "'client_id': 'ci', 'client_secret': 'cs', 'refresh_token_updater': {}");
        requester.send(HttpFixture.call(engine));
        requester.send(HttpFixture.call(engine));
        assertThat(api.lines()).containsExactly("POST /token", "GET /data", "GET /data");
        assertThat(api.received().getFirst().body())
                .isEqualTo(
                        "grant_type=refresh_token&client_id=own&client_secret=cs&refresh_token=RT1");
        assertThat(fixture.configurations)
                .containsExactly(
                        HttpFixture.map(
                                "{'a': 1, 'credentials': {'client_id': 'own', 'refresh_token':"
                                        + " 'RT2', 'access_token': 'at1', 'token_expiry_date':"
                                        + " '2024-05-06T08:08:09.123456+00:00'}}"));
        fixture.advance(Duration.ofHours(2));
        requester.send(HttpFixture.call(engine));
        assertThat(api.received().get(3).body()).endsWith("refresh_token=RT2");
        assertThat(fixture.configurations).hasSize(2);
    }

    @Test
    void anExpiryMayBeADate() throws InterruptedException {
        givenTokens(_ -> token(", 'expires_at': '2024-05-06T09:00:00'"));
        HttpEngine engine = fixture.engine("{'rt': 'RT1'}");
        Requester requester =
                requester(
                        engine,
                        CLIENT
                                + ", 'expires_in_name': 'expires_at', 'token_expiry_date_format':"
                                + " '%Y'");
        requester.send(HttpFixture.call(engine));
        fixture.advance(Duration.ofMinutes(100));
        requester.send(HttpFixture.call(engine));
        fixture.advance(Duration.ofMinutes(20));
        requester.send(HttpFixture.call(engine));
        assertThat(api.lines().stream().filter("POST /token"::equals)).hasSize(2);
    }

    @Test
    void aRefreshTokenThatIsNoGoodHasToBeReplacedByTheUser() {
        givenTokens(_ -> Reply.json(400, "{'error': 'invalid_grant', 'hint': 'hush'}"));
        assertThatThrownBy(() -> send(CLIENT))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("Authenticate again")
                .hasMessageNotContaining("RT1");
        givenTokens(_ -> Reply.json(401, "{'error': 'invalid_client'}"));
        assertThatThrownBy(() -> send(CLIENT))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("401");
    }

    @Test
    void anEndpointThatFailsIsAskedAgainForFiveMinutes() throws InterruptedException {
        int[] asked = {0};
        givenTokens(_ -> asked[0]++ < 2 ? Reply.json(503, "{}") : token(""));
        send(CLIENT);
        assertThat(asked[0]).isEqualTo(3);
        givenTokens(_ -> Reply.json(503, "{}"));
        assertThatThrownBy(() -> send(CLIENT.replace("'ci'", "'another'")))
                .isInstanceOf(TransientFailure.class);
    }

    @Test
    void anAnswerWithoutTokenNamesTheField() {
        givenTokens(_ -> Reply.ok("{'token': 'hush'}"));
        assertThatThrownBy(() -> send(CLIENT))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("'access_token'")
                .hasMessageNotContaining("hush");
    }

    @Test
    void anAssertionIsExchangedForAToken() throws InterruptedException {
        givenTokens(_ -> token(", 'expires_in': 60"));
        send(
                "'use_profile_assertion': true, 'profile_assertion': {'type': 'JwtAuthenticator',"
                    + " 'algorithm': 'HS256', 'secret_key': 'k', 'jwt_payload': {'iss': 'me'}}");
        assertThat(api.received().getFirst().body())
                .startsWith(
                        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey");
        assertThat(api.received().getLast().header("Authorization")).isEqualTo("Bearer at1");
    }

    private static final String REFRESHING =
            ", 'error_handler': {'type': 'DefaultErrorHandler', 'response_filters': [{'type':"
                    + " 'HttpResponseFilter', 'action': 'REFRESH_TOKEN_THEN_RETRY', 'http_codes':"
                    + " [401]}]}";

    @Test
    void aTokenThatTheApiRefusesIsRenewedOnce() throws InterruptedException {
        api.answerWith(request ->
                request.uri().equals("/token")
                        ? token(", 'expires_in': 3600")
                        : request.header("Authorization").equals("Bearer at2")
                                ? Reply.ok("[]")
                                : Reply.json(401, "{}"));
        fixture.send(requester(CLIENT, REFRESHING), "{'rt': 'RT1'}");
        assertThat(api.lines())
                .containsExactly("POST /token", "GET /data", "POST /token", "GET /data");
        api.answerWith(
                request -> request.uri().equals("/token") ? token("") : Reply.json(401, "{}"));
        assertThatThrownBy(() -> fixture.send(requester(CLIENT, REFRESHING), "{'rt': 'RT1'}"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("just renewed");
    }

    @Test
    void whatIsMissingIsTold() {
        Map<String, String> wrong =
                Map.of(
                        "'client_id': 'a', 'refresh_token': 'r'", "client_secret",
                        "'client_id': 'a', 'client_secret': 's'", "refresh_token",
                        "'use_profile_assertion': true", "profile_assertion");
        wrong.forEach((fields, field) ->
                assertThatThrownBy(() -> send(fields))
                        .isInstanceOf(ConfigurationFailure.class)
                        .hasMessageContaining(field));
        assertThat(List.copyOf(api.received())).isEmpty();
    }
}
