package io.millrace.declarative.authentication;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.FormEncoding;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedMapping;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Asks a token endpoint for an access token, and finds the tokens in what it answers. */
final class TokenRequest {
    private static final String JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final int DEEPEST = 5;
    private static final Duration MOST_TIME = Duration.ofMinutes(5);

    /**
     * What an endpoint gave.
     *
     * @param expiry when the access token expires, if it told
     */
    record Tokens(String access, Optional<String> refresh, Optional<Instant> expiry) {
        @Override
        public String toString() {
            return "Tokens";
        }
    }

    /** What is sent, for telling whether two requests are for the same token. */
    record Credentials(String endpoint, String form, String headers) {
        @Override
        public String toString() {
            return "Credentials for " + endpoint;
        }
    }

    private final Optional<InterpolatedString> endpoint;
    private final Map<String, InterpolatedString> names;
    private final Optional<InterpolatedString> clientId;
    private final Optional<InterpolatedString> clientSecret;
    private final Optional<InterpolatedString> refreshToken;
    private final InterpolatedString grantType;
    private final List<Object> scopes;
    private final InterpolatedMapping body;
    private final InterpolatedMapping headers;
    private final boolean inQuery;
    private final boolean tellsDate;
    private final Optional<Jwt> assertion;
    private final Optional<ConfigurationTokens> updated;
    private final Refusals refusals;
    private final Context context;
    private final HttpEngine engine;

    /** By which answers a refresh token is known to be no good any more. */
    private record Refusals(List<Object> statuses, String key, List<Object> values) {

        static Refusals compile(Definition definition, Optional<Definition> updater) {
            boolean isOwn = isDefined(definition);
            boolean isOfUpdater = updater.filter(Refusals::isDefined).isPresent();
            if (isOwn && isOfUpdater) {
                throw definition.malformed(
                        "refresh_token_error_key",
                        "given here or in refresh_token_updater, but not both");
            }
            if (!isOwn && !isOfUpdater) {
                return new Refusals(
                        List.of(400L), "error", List.of("invalid_grant", "invalid_permissions"));
            }
            Definition from = isOwn ? definition : updater.orElseThrow();
            return new Refusals(
                    list(from, "refresh_token_error_status_codes"),
                    from.findText("refresh_token_error_key").orElse(""),
                    list(from, "refresh_token_error_values"));
        }

        private static boolean isDefined(Definition definition) {
            return Python.isTrue(definition.value("refresh_token_error_status_codes"))
                    || Python.isTrue(definition.value("refresh_token_error_key"))
                    || Python.isTrue(definition.value("refresh_token_error_values"));
        }

        private static List<Object> list(Definition definition, String field) {
            return definition.value(field) instanceof List<?> list
                    ? new ArrayList<>(list)
                    : List.of();
        }

        boolean contains(Answer answer) {
            return statuses.contains((long) answer.status())
                    && parsed(answer) instanceof Map<?, ?> map
                    && values.contains(map.get(key));
        }
    }

    private TokenRequest(
            Definition definition,
            boolean usesAssertion,
            Optional<Definition> updater,
            HttpEngine engine) {
        Compilation compilation = engine.compilation();
        this.endpoint = compilation.findString(definition, "token_refresh_endpoint");
        this.names = new LinkedHashMap<>();
        for (String name :
                List.of(
                        "client_id",
                        "client_secret",
                        "refresh_token",
                        "access_token",
                        "expires_in",
                        "grant_type")) {
            String field = name + "_name";
            Optional<String> own = definition.findText(field).filter(text -> !text.isEmpty());
            if (name.equals("refresh_token") && updater.isPresent()) {
                own = updater.get().findText(field);
            }
            names.put(name, compilation.string(own.orElse(name), definition));
        }
        this.clientId = compilation.findString(definition, "client_id");
        this.clientSecret = compilation.findString(definition, "client_secret");
        this.refreshToken = compilation.findString(definition, "refresh_token");
        this.grantType =
                compilation.string(
                        usesAssertion
                                ? JWT_GRANT
                                : definition
                                        .findText("grant_type")
                                        .filter(text -> !text.isEmpty())
                                        .orElse("refresh_token"),
                        definition);
        this.scopes = List.copyOf(definition.texts("scopes"));
        this.body = compilation.mapping(definition, "refresh_request_body");
        this.headers = compilation.mapping(definition, "refresh_request_headers");
        this.inQuery = definition.flag("send_refresh_request_as_query_params", false);
        this.tellsDate =
                definition
                        .findText("token_expiry_date_format")
                        .filter(text -> !text.isEmpty())
                        .isPresent();
        this.assertion =
                usesAssertion && updater.isEmpty()
                        ? Optional.of(
                                Jwt.compile(definition.child("profile_assertion"), compilation))
                        : Optional.empty();
        this.updated = updater.map(found -> new ConfigurationTokens(found, compilation));
        this.refusals = Refusals.compile(definition, updater);
        this.context = compilation.context();
        this.engine = engine;
    }

    static TokenRequest compile(
            Definition definition,
            boolean usesAssertion,
            Optional<Definition> updater,
            HttpEngine engine) {
        return new TokenRequest(definition, usesAssertion, updater, engine);
    }

    private String name(String usual) {
        InterpolatedString template = names.get(usual);
        return template == null ? usual : template.evaluateText(context);
    }

    /** What is asked for with which credentials. An assertion counts by what signs it. */
    Credentials credentials() {
        return new Credentials(
                address(),
                assertion.map(Jwt::identity).orElseGet(() -> FormEncoding.encode(form())),
                Python.str(headers()));
    }

    private String address() {
        String address = endpoint.map(template -> template.evaluateText(context)).orElse("");
        if (address.isEmpty()) {
            throw new ConfigurationFailure(
                    "The manifest doesn't tell where to get an access token: its"
                            + " token_refresh_endpoint is empty for this configuration.");
        }
        return address;
    }

    private Map<String, String> headers() {
        Map<String, String> result = new LinkedHashMap<>();
        headers.evaluate(context)
                .forEach((key, value) -> {
                    if (value != null) {
                        result.put(Python.str(key), Python.str(value));
                    }
                });
        return result;
    }

    private Map<Object, Object> form() {
        Map<Object, Object> form = new LinkedHashMap<>();
        form.put(name("grant_type"), grantType.evaluate(context));
        if (assertion.isPresent()) {
            form.put("assertion", assertion.get().token());
            return form;
        }
        if (!headers().containsKey("Authorization")) {
            form.put(name("client_id"), client("client_id", clientId));
            form.put(name("client_secret"), client("client_secret", clientSecret));
        }
        form.put(name("refresh_token"), refreshTokenToSend());
        if (!scopes.isEmpty()) {
            form.put("scopes", scopes);
        }
        body.evaluate(context).forEach(form::putIfAbsent);
        return form;
    }

    private @Nullable Object refreshTokenToSend() {
        return updated.<Object>map(ConfigurationTokens::refreshToken)
                .or(() -> refreshToken.map(template -> Secrets.text(template, context)))
                .orElse(null);
    }

    /** Tokens in the configuration have their client beside them, if it is there. */
    private String client(String field, Optional<InterpolatedString> template) {
        Optional<String> found =
                updated.flatMap(_ ->
                                ConfigurationTokens.find(
                                        engine.compilation().config(),
                                        List.of("credentials", field)))
                        .or(() -> template.map(text -> Secrets.text(text, context)));
        if (field.equals("client_id") && found.orElse("").isEmpty() && updated.isEmpty()) {
            throw new ConfigurationFailure(
                    "The client id for OAuth is empty. Add it to the configuration.");
        }
        return found.orElse("");
    }

    /**
     * Asks for a token; again for up to five minutes where the endpoint fails by itself.
     *
     * @throws TokenRefused where the endpoint won't give one
     * @throws ConfigurationFailure where the refresh token is no good any more
     */
    Tokens send() throws InterruptedException, TokenRefused {
        Duration waited = Duration.ZERO;
        long started = System.nanoTime();
        for (int tried = 1; ; tried++) {
            String problem;
            Optional<IOException> unanswered = Optional.empty();
            try {
                Answer answer = engine.exchange("refresh_token", request());
                if (!answer.isError()) {
                    return tokens(answer);
                }
                problem = "it answered %d.".formatted(answer.status());
                if (answer.status() != 429 && answer.status() < 500) {
                    throw refused(answer);
                }
            } catch (IOException error) {
                problem = HttpEngine.reason(error);
                unanswered = Optional.of(error);
            }
            // Waits that a test skips count all the same, or an endpoint that never gets well
            // would be asked without end.
            Duration spent = Duration.ofNanos(System.nanoTime() - started);
            boolean isOver =
                    (spent.compareTo(waited) > 0 ? spent : waited).compareTo(MOST_TIME) >= 0;
            int count = tried;
            boolean isLost =
                    unanswered
                            .filter(error -> engine.reach().isLost(address(), error, count))
                            .isPresent();
            if (isOver || isLost) {
                unanswered.ifPresent(error -> engine.reach().giveUp(address(), error));
                throw new TransientFailure(
                        "The token endpoint of the API doesn't work: %s The sync can be run again."
                                .formatted(problem),
                        "%d attempts at %s".formatted(tried, address()));
            }
            double most = Math.min(Math.pow(2, tried - 1), MOST_TIME.toMillis() / 1000.0);
            Duration wait =
                    Duration.ofMillis(
                            (long) (ThreadLocalRandom.current().nextDouble() * most * 1000));
            waited = waited.plusSeconds((long) most);
            engine.compilation().pause().sleep(wait);
        }
    }

    private OutgoingRequest request() {
        Map<Object, Object> form = form();
        form.values().removeIf(value -> value == null);
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Content-Type", "application/x-www-form-urlencoded");
        all.putAll(headers());
        if (inQuery && assertion.isEmpty()) {
            all.remove("Content-Type");
            return OutgoingRequest.of("POST", address(), form, all, Optional.empty());
        }
        return OutgoingRequest.of(
                "POST", address(), Map.of(), all, Optional.of(FormEncoding.encode(form)));
    }

    private TokenRefused refused(Answer answer) {
        Object body = parsed(answer);
        String said =
                body instanceof Map<?, ?> map && map.get("error") != null
                        ? Python.str(map.get("error"))
                        : "";
        if (refusals.contains(answer)) {
            throw new ConfigurationFailure(
                    "The refresh token is invalid or has expired. Authenticate again, and put the"
                            + " new token into the configuration.",
                    "%s answered %d %s".formatted(address(), answer.status(), said));
        }
        return new TokenRefused(
                answer.status(),
                word(said),
                "%s answered %d %s".formatted(address(), answer.status(), said));
    }

    /** Such as invalid_client; what is longer is for the detail alone. */
    private static String word(String said) {
        return said.matches("[A-Za-z_]{1,60}") ? said : "";
    }

    private static @Nullable Object parsed(Answer answer) {
        try {
            return Json.parse(answer.text());
        } catch (PythonError _) {
            // An answer that isn't JSON has no fields to look at.
            return null;
        }
    }

    private Tokens tokens(Answer answer) {
        Object body = parsed(answer);
        Object access = find(body, name("access_token"), 0);
        if (!Python.isTrue(access)) {
            throw new SystemFailure(
                    ("The token endpoint answered without an access token: there is no '%s' in it."
                                    + " Look at access_token_name in the manifest.")
                            .formatted(name("access_token")),
                    "%s answered %d".formatted(address(), answer.status()));
        }
        Object refresh = find(body, name("refresh_token"), 0);
        Object expires = find(body, name("expires_in"), 0);
        return new Tokens(
                Python.str(access),
                Optional.ofNullable(refresh).map(Python::str),
                Optional.ofNullable(expires).map(this::expiry));
    }

    /** The value under a key, wherever in the document it is; a level's own key comes first. */
    private static @Nullable Object find(@Nullable Object value, String key, int depth) {
        if (depth > DEEPEST) {
            return null;
        }
        if (value instanceof Map<?, ?> map && map.containsKey(key)) {
            return map.get(key);
        }
        Collection<?> inner =
                switch (value) {
                    case Map<?, ?> map -> map.values();
                    case List<?> list -> list;
                    case null, default -> List.of();
                };
        for (Object item : inner) {
            Object found = find(item, key, depth + 1);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private Instant expiry(Object value) {
        String text = Python.str(value);
        if (tellsDate) {
            return FlexibleDates.parse(text)
                    .orElseThrow(() ->
                            new SystemFailure(
                                    ("The token endpoint tells no date under '%s', though the"
                                                    + " manifest has a token_expiry_date_format.")
                                            .formatted(name("expires_in"))));
        }
        try {
            return engine.compilation().clock().instant().plusSeconds((long) Python.toReal(text));
        } catch (PythonError _) {
            throw new SystemFailure(
                    ("The token endpoint tells no number of seconds under '%s'. Where it tells a"
                                    + " date, the manifest needs a token_expiry_date_format.")
                            .formatted(name("expires_in")));
        }
    }
}
