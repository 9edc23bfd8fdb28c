package io.millrace.sdk.http;

import io.millrace.protocol.failure.SystemFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.http.AnswerPolicy.Verdict;
import io.millrace.sdk.option.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Access tokens of OAuth 2.0 (RFC 6749): fetched when they are first needed, again shortly before
 * they expire, and when the API refuses one. Threads that need a token at the same time wait for
 * the one that fetches it.
 */
public final class OAuth implements Authorization, AutoCloseable {
    /** A token that expires on the way is refused. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private static final AnswerPolicy POLICY =
            answer ->
                    switch (answer.status()) {
                        // RFC 6749, 5.2: how a token endpoint refuses credentials.
                        case 400, 401, 403 -> Verdict.REFUSE;
                        default -> AnswerPolicy.STANDARD.judge(answer);
                    };

    private final URI address;
    private final ApiClient tokens;
    private final InstantSource clock;
    private final String account;
    private final Map<String, String> form;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Consumer<Secret> rotation = _ -> {};
    private @Nullable Token token;

    private record Token(Secret value, Optional<Instant> expiresAt) {}

    private OAuth(URI address, ConnectorContext context, Secret account, Map<String, String> form) {
        this.address = address;
        this.tokens = ApiClient.to(address, context).answers(POLICY).build();
        this.clock = context.clock();
        this.account = Authorization.accountOf(account);
        this.form = new LinkedHashMap<>(form);
    }

    /**
     * Tokens of an application of its own (RFC 6749, 4.4).
     *
     * @param address of the token endpoint
     */
    public static OAuth ofClient(
            URI address,
            String clientId,
            Secret clientSecret,
            List<String> scopes,
            ConnectorContext context) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "client_credentials");
        form.put("client_id", clientId);
        form.put("client_secret", clientSecret.reveal());
        if (!scopes.isEmpty()) {
            form.put("scope", String.join(" ", scopes));
        }
        return new OAuth(address, context, new Secret(clientId), form);
    }

    /**
     * Tokens of a user who let the application act for them (RFC 6749, 6).
     *
     * @param address of the token endpoint
     * @param refreshToken as it was given last; see {@link #onRotation}
     */
    public static OAuth ofUser(
            URI address,
            String clientId,
            Secret clientSecret,
            Secret refreshToken,
            ConnectorContext context) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "refresh_token");
        form.put("client_id", clientId);
        form.put("client_secret", clientSecret.reveal());
        form.put("refresh_token", refreshToken.reveal());
        return new OAuth(address, context, refreshToken, form);
    }

    /**
     * Gives {@code listener} each refresh token that takes the place of the one before, which from
     * then on may be worth nothing: it has to keep it, by {@link
     * io.millrace.protocol.connector.SourceOutput#configuration}. Called by the thread that fetched
     * it, before the new access token is used.
     */
    public void onRotation(Consumer<Secret> listener) {
        rotation = listener;
    }

    @Override
    public String account() {
        return account;
    }

    @Override
    public ApiRequest authorize(ApiRequest request) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Token present = token;
            if (present == null || isOver(present)) {
                present = fetch();
            }
            return request.withHeader("Authorization", "Bearer " + present.value().reveal());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean renew(ApiRequest refused) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Token present = token;
            boolean isPresent =
                    present != null
                            && ("Bearer " + present.value().reveal())
                                    .equals(refused.headers().get("Authorization"));
            if (present == null || isPresent) {
                fetch();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver(Token present) {
        return present.expiresAt()
                .filter(end -> !clock.instant().isBefore(end.minus(MARGIN)))
                .isPresent();
    }

    /** With the lock held. */
    private Token fetch() throws InterruptedException {
        ApiAnswer answer = tokens.send(ApiRequest.postForm(address.toString(), form));
        JsonNode told = answer.json();
        String value = told.path("access_token").asString("");
        if (value.isEmpty()) {
            throw new SystemFailure(
                    "The token endpoint %s answered without an access_token."
                            .formatted(address.getHost()),
                    "its fields are %s".formatted(told.propertyNames()));
        }
        double seconds = told.path("expires_in").asDouble(0);
        var fresh =
                new Token(
                        new Secret(value),
                        seconds > 0
                                ? Optional.of(
                                        clock.instant().plusMillis(Math.round(seconds * 1000)))
                                : Optional.empty());
        token = fresh;
        String next = told.path("refresh_token").asString("");
        if (form.containsKey("refresh_token")
                && !next.isEmpty()
                && !next.equals(form.put("refresh_token", next))) {
            rotation.accept(new Secret(next));
        }
        return fresh;
    }

    @Override
    public void close() {
        tokens.close();
    }
}
