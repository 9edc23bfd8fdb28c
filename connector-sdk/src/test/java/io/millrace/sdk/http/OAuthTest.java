package io.millrace.sdk.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.http.LocalApi.Reply;
import io.millrace.sdk.option.Secret;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OAuthTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicReference<Instant> time = new AtomicReference<>(NOW);
    private final ConnectorContext context =
            new ConnectorContext(
                    InstantSource.system().withZone(ZoneOffset.UTC), Path.of(""), Path.of("cache"));
    private final ConnectorContext moving =
            new ConnectorContext(clock(), Path.of(""), Path.of("cache"));

    private Clock clock() {
        InstantSource source = time::get;
        return source.withZone(ZoneOffset.UTC);
    }

    /** Gives tokens t1, t2, …, each with a refresh token of its own; takes the newest alone. */
    private static LocalApi api(AtomicInteger tokens) {
        return new LocalApi(asked -> {
            if (asked.address().getPath().endsWith("/token")) {
                int number = tokens.incrementAndGet();
                return Reply.ok(
                        "{'access_token': 't%d', 'expires_in': 3600, 'refresh_token': 'r%d'}"
                                .formatted(number, number));
            }
            return asked.header("Authorization").equals("Bearer t" + tokens.get())
                    ? Reply.ok("{}")
                    : Reply.status(401);
        });
    }

    private static ApiClient client(LocalApi api, OAuth tokens, ConnectorContext context) {
        return ApiClient.to(api.address(), context).authorization(tokens).build();
    }

    @Test
    void aTokenServesUntilShortlyBeforeItExpires() throws Exception {
        var tokens = new AtomicInteger();
        try (LocalApi api = api(tokens);
                OAuth oauth =
                        OAuth.ofClient(
                                api.address().resolve("token"),
                                "me",
                                new Secret("hush"),
                                List.of("read", "more"),
                                moving);
                ApiClient client = client(api, oauth, moving)) {
            client.get("a");
            time.set(NOW.plusSeconds(3500));
            client.get("b");
            assertThat(tokens).hasValue(1);
            time.set(NOW.plusSeconds(3575));
            client.get("c");
            assertThat(tokens).hasValue(2);
            assertThat(api.asked().getFirst().body())
                    .isEqualTo(
                            "grant_type=client_credentials&client_id=me&client_secret=hush"
                                    + "&scope=read+more");
        }
    }

    @Test
    void aRefusedTokenIsRenewedOnce() throws Exception {
        var tokens = new AtomicInteger();
        try (LocalApi api = api(tokens);
                OAuth oauth =
                        OAuth.ofClient(
                                api.address().resolve("token"),
                                "me",
                                new Secret("hush"),
                                List.of(),
                                context);
                ApiClient client = client(api, oauth, context)) {
            client.get("a");
            tokens.set(10); // the API forgets it
            client.get("b");
            assertThat(tokens).hasValue(11);
        }
    }

    @Test
    void aRotatedRefreshTokenIsToldAndUsed() throws Exception {
        var tokens = new AtomicInteger();
        var rotated = new ArrayList<String>();
        try (LocalApi api = api(tokens);
                OAuth oauth =
                        OAuth.ofUser(
                                api.address().resolve("token"),
                                "me",
                                new Secret("hush"),
                                new Secret("r0"),
                                moving);
                ApiClient client = client(api, oauth, moving)) {
            oauth.onRotation(token -> rotated.add(token.reveal()));
            client.get("a");
            time.set(NOW.plusSeconds(4000));
            client.get("b");
            assertThat(rotated).containsExactly("r1", "r2");
            assertThat(api.asked().get(2).body()).endsWith("refresh_token=r1");
        }
    }

    @Test
    void refusedCredentialsAreForTheUserToMend() {
        try (LocalApi api =
                        new LocalApi(_ -> new Reply(400, java.util.Map.of(), "invalid_client"));
                OAuth oauth =
                        OAuth.ofClient(
                                api.address().resolve("token"),
                                "me",
                                new Secret("hush"),
                                List.of(),
                                context);
                ApiClient client = client(api, oauth, context)) {
            assertThatThrownBy(() -> client.get("a"))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageNotContaining("hush");
        }
    }
}
