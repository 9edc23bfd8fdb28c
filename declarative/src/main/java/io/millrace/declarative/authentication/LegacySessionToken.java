package io.millrace.declarative.authentication;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.Authenticator;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A session token of the user's, or else one that a login by name and password gives (reference
 * 4.4). A token that was found valid, or was given by a login, is used for a day.
 */
final class LegacySessionToken implements Authenticator {
    private static final Duration LIFE = Duration.ofDays(1);

    private final InterpolatedString base;
    private final InterpolatedString header;
    private final InterpolatedString sessionToken;
    private final InterpolatedString user;
    private final InterpolatedString password;
    private final InterpolatedString loginUrl;
    private final InterpolatedString validateUrl;
    private final InterpolatedString responseKey;
    private final HttpEngine engine;
    private final Context context;
    private final ConcurrentMap<Credentials, Session> sessions;

    /** What makes two sessions the same; the name is empty for a token of the user's. */
    private record Credentials(String base, String name, String secret) {
        @Override
        public String toString() {
            return "Credentials for " + base;
        }
    }

    private record Session(String token, Instant expiry) {
        @Override
        public String toString() {
            return "Session until " + expiry;
        }
    }

    private record Sessions() {}

    private LegacySessionToken(Definition definition, Definition requester, HttpEngine engine) {
        Compilation compilation = engine.compilation();
        this.base =
                compilation.string(
                        requester
                                .findText("url")
                                .or(() -> requester.findText("url_base"))
                                .orElse(""),
                        requester);
        this.header = compilation.string(definition, "header");
        this.sessionToken = optional(definition, "session_token", compilation);
        this.user = optional(definition, "username", compilation);
        this.password = optional(definition, "password", compilation);
        this.loginUrl = compilation.string(definition, "login_url");
        this.validateUrl = compilation.string(definition, "validate_session_url");
        this.responseKey = compilation.string(definition, "session_token_response_key");
        this.engine = engine;
        this.context = compilation.context();
        this.sessions = engine.shared(new Sessions(), ConcurrentHashMap::new);
    }

    private static InterpolatedString optional(
            Definition definition, String field, Compilation compilation) {
        return compilation.string(definition.findText(field).orElse(""), definition);
    }

    static Authenticator compile(Definition definition, Definition requester, HttpEngine engine) {
        return new LegacySessionToken(definition, requester, engine);
    }

    @Override
    public RequestOptions options() throws InterruptedException {
        return RequestOptions.ofHeaders(Map.of(header.evaluateText(context), token()));
    }

    private String token() throws InterruptedException {
        String address = base.evaluateText(context);
        String given = Secrets.text(sessionToken, context);
        if (!given.isEmpty()) {
            Optional<String> valid =
                    session(new Credentials(address, "", given), () -> validated(address, given));
            if (valid.isPresent()) {
                return valid.get();
            }
        }
        String name = Secrets.text(user, context);
        String secret = Secrets.text(password, context);
        if (name.isEmpty() || secret.isEmpty()) {
            throw new SystemFailure(
                    "The session token is not valid, and there are no username and password to"
                            + " log in with. Give one or the other in the configuration.");
        }
        return session(
                        new Credentials(address, name, secret),
                        () -> Optional.of(login(address, name, secret)))
                .orElseThrow();
    }

    private interface Source {
        Optional<String> get() throws InterruptedException;
    }

    private Optional<String> session(Credentials credentials, Source source)
            throws InterruptedException {
        Instant now = engine.compilation().clock().instant();
        Session session = sessions.get(credentials);
        if (session != null && now.isBefore(session.expiry())) {
            return Optional.of(session.token());
        }
        Optional<String> token = source.get();
        token.ifPresent(text -> sessions.put(credentials, new Session(text, now.plus(LIFE))));
        return token;
    }

    /** The token if the API accepts it; empty if it says that it doesn't. */
    private Optional<String> validated(String address, String token) throws InterruptedException {
        Answer answer =
                exchange(
                        OutgoingRequest.of(
                                "GET",
                                address + validateUrl.evaluateText(context),
                                Map.of(),
                                Map.of(header.evaluateText(context), token),
                                Optional.empty()));
        if (answer.status() == 401) {
            return Optional.empty();
        }
        if (answer.isError()) {
            throw new SystemFailure(
                    ("The API couldn't tell whether the session token is valid: it answered %d."
                                    + " Look at validate_session_url in the manifest.")
                            .formatted(answer.status()),
                    answer.toString());
        }
        return Optional.of(token);
    }

    private String login(String address, String name, String secret) throws InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("username", name);
        body.put("password", secret);
        Answer answer =
                exchange(
                        OutgoingRequest.of(
                                "POST",
                                address + loginUrl.evaluateText(context),
                                Map.of(),
                                Map.of("Content-Type", "application/json"),
                                Optional.of(Json.dumps(body))));
        if (answer.isError()) {
            throw new SystemFailure(
                    ("The login with username and password failed: the API answered %d. Check"
                                    + " both.")
                            .formatted(answer.status()),
                    answer.toString());
        }
        String key = responseKey.evaluateText(context);
        try {
            if (Json.parse(answer.text()) instanceof Map<?, ?> map && map.containsKey(key)) {
                String token = Python.str(map.get(key));
                engine.compilation().log().secret(token);
                return token;
            }
        } catch (PythonError _) {
            throw noToken(key, answer);
        }
        throw noToken(key, answer);
    }

    private static SystemFailure noToken(String key, Answer answer) {
        return new SystemFailure(
                ("The login's answer has no '%s'. Look at session_token_response_key in the"
                                + " manifest.")
                        .formatted(key),
                answer.toString());
    }

    private Answer exchange(OutgoingRequest request) throws InterruptedException {
        try {
            return engine.exchange("session", request);
        } catch (IOException error) {
            throw new TransientFailure(
                    "The API could not be reached to get a session. The sync can be run again.",
                    "%s: %s".formatted(request, error.getMessage()),
                    error);
        }
    }
}
