package io.millrace.declarative.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Received;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Credentials that are sent as they are, sessions, and the choice between authenticators. */
class AuthenticatorsTest {
    private final LocalApi api = new LocalApi(_ -> Reply.ok("[]"));
    private final HttpFixture fixture = new HttpFixture();

    @AfterEach
    void close() {
        fixture.close();
        api.close();
    }

    private String requester(String authenticator) {
        return "{'type': 'HttpRequester', 'url': '%s/data', 'authenticator': %s}"
                .formatted(api.url(), authenticator);
    }

    private Received sent(String authenticator, String config) throws InterruptedException {
        fixture.send(requester(authenticator), config);
        return api.received().getLast();
    }

    @Test
    void aKeyGoesWhereTheManifestSays() throws InterruptedException {
        String key = "{'type': 'ApiKeyAuthenticator', 'api_token': '{{ config.k }}', %s}";
        assertThat(sent(key.formatted("'header': 'X-Key'"), "{'k': 'a b'}").header("X-Key"))
                .isEqualTo("a b");
        assertThat(
                        sent(
                                        key.formatted(
                                                "'inject_into': {'type': 'RequestOption',"
                                                        + " 'inject_into': 'request_parameter',"
                                                        + " 'field_name': 'key'}"),
                                        "{'k': 'a b'}")
                                .uri())
                .isEqualTo("/data?key=a+b");
        assertThatThrownBy(() -> sent(key.formatted("'x': 1"), "{'k': 'hush'}"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageNotContaining("hush");
    }

    @Test
    void aKeyThatLooksLikeANumberStaysAsItIs() throws InterruptedException {
        for (String token : List.of("12e5", "007", "0x1F", "1_0", "None", "1.50")) {
            assertThat(
                            sent(
                                            "{'type': 'BearerAuthenticator', 'api_token': '{{"
                                                    + " config.k }}'}",
                                            "{'k': '%s'}".formatted(token))
                                    .header("Authorization"))
                    .isEqualTo("Bearer " + token);
        }
    }

    @Test
    void nameAndPasswordAreEncoded() throws InterruptedException {
        assertThat(
                        sent(
                                        "{'type': 'BasicHttpAuthenticator', 'username': '{{"
                                                + " config.u }}', 'password': 'ü'}",
                                        "{'u': 'a'}")
                                .header("Authorization"))
                .isEqualTo("Basic YTrDvA==");
        assertThat(
                        sent("{'type': 'BasicHttpAuthenticator', 'username': 'key'}", "{}")
                                .header("Authorization"))
                .isEqualTo("Basic a2V5Og==");
    }

    @Test
    void theConfigurationSelectsTheAuthenticator() throws InterruptedException {
        String selective =
                """
                {'type': 'SelectiveAuthenticator', 'authenticator_selection_path': ['auth', 'type'], 'authenticators': {
                  'key': {'type': 'ApiKeyAuthenticator', 'header': 'X-Key', 'api_token': '1'},
                  'oauth': {'type': 'OAuthAuthenticator'}}}
                """;
        assertThat(sent(selective, "{'auth': {'type': 'key'}}").header("X-Key")).isEqualTo("1");
        assertThatThrownBy(() -> sent(selective, "{'auth': {'type': 'other'}}"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("[key, oauth]");
        assertThatThrownBy(() -> sent(selective, "{}"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("'auth.type'");
    }

    private String session(String duration, String use) {
        return """
        {'type': 'SessionTokenAuthenticator', 'login_requester': {'type': 'HttpRequester', 'url': '%s/login',
         'http_method': 'POST', 'request_body_json': {'user': '{{ config.u }}'}},
         'session_token_path': ['auth', 'token'], %s 'request_authentication': %s}
        """
                .formatted(api.url(), duration, use);
    }

    @Test
    void aLoginGivesATokenForAsLongAsItIsValid() throws InterruptedException {
        int[] logins = {0};
        api.answerWith(request ->
                Reply.ok(
                        request.uri().equals("/login")
                                ? "{'auth': {'token': 't%d'}}".formatted(++logins[0])
                                : "[]"));
        var engine = fixture.engine("{'u': 'me'}");
        String use =
                "{'type': 'ApiKey', 'api_token': 'Token {{ session_token }}', 'inject_into':"
                        + " {'type': 'RequestOption', 'inject_into': 'header', 'field_name':"
                        + " 'X-Session'}}";
        for (String name : List.of("one", "two")) {
            var requester =
                    engine.requester(
                            HttpFixture.definition(
                                    requester(session("'expiration_duration': 'PT1H',", use))),
                            name,
                            false);
            requester.send(HttpFixture.call(engine));
            requester.send(HttpFixture.call(engine));
        }
        assertThat(logins[0]).isEqualTo(1);
        assertThat(api.received().getFirst().body()).isEqualTo("{\"user\": \"me\"}");
        assertThat(api.received().getLast().header("X-Session")).isEqualTo("Token t1");
        assertThat(fixture.secrets).containsExactly("t1");
    }

    @Test
    void aSessionOfUnknownLengthIsForOneRequest() throws InterruptedException {
        api.answerWith(_ -> Reply.ok("{'auth': {'token': 't'}}"));
        var engine = fixture.engine("{'u': 'me'}");
        var requester =
                engine.requester(
                        HttpFixture.definition(requester(session("", "{'type': 'Bearer'}"))),
                        "s",
                        false);
        requester.send(HttpFixture.call(engine));
        requester.send(HttpFixture.call(engine));
        assertThat(api.lines())
                .containsExactly("POST /login", "GET /data", "POST /login", "GET /data");
        assertThat(api.received().getLast().header("Authorization")).isEqualTo("Bearer t");
    }

    @Test
    void aLoginWithoutTokenNamesThePath() {
        api.answerWith(_ -> Reply.ok("{'auth': {}}"));
        assertThatThrownBy(() -> sent(session("", "{'type': 'Bearer'}"), "{'u': 'me'}"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("'auth.token'");
    }

    private static final String LEGACY =
            """
            {'type': 'LegacySessionTokenAuthenticator', 'header': 'X-Session', 'login_url': '/session',
             'validate_session_url': '/user', 'session_token_response_key': 'id',
             'session_token': '{{ config.t }}', 'username': '{{ config.u }}', 'password': '{{ config.p }}'}
            """;

    private Received legacy(String config) throws InterruptedException {
        fixture.send(
                "{'type': 'HttpRequester', 'url_base': '%s', 'path': '/data', 'authenticator': %s}"
                        .formatted(api.url(), LEGACY),
                config);
        return api.received().getLast();
    }

    @Test
    void aValidSessionTokenOfTheUserIsUsed() throws InterruptedException {
        assertThat(legacy("{'t': 'mine', 'u': '', 'p': ''}").header("X-Session")).isEqualTo("mine");
        assertThat(api.lines()).containsExactly("GET /user", "GET /data");
    }

    @Test
    void anInvalidSessionTokenIsReplacedByALogin() throws InterruptedException {
        api.answerWith(request ->
                switch (request.uri()) {
                    case "/user" -> Reply.json(401, "{}");
                    case "/session" -> Reply.ok("{'id': 'new'}");
                    default -> Reply.ok("[]");
                });
        assertThat(legacy("{'t': 'old', 'u': 'me', 'p': 'secret'}").header("X-Session"))
                .isEqualTo("new");
        assertThat(api.received().get(1).body())
                .isEqualTo("{\"username\": \"me\", \"password\": \"secret\"}");
        assertThatThrownBy(() -> legacy("{'t': 'old', 'u': 'me', 'p': ''}"))
                .hasMessageContaining("no username and password");
    }
}
