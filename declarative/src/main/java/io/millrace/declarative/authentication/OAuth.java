package io.millrace.declarative.authentication;

import io.millrace.declarative.http.Authenticator;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * OAuth 2.0 (reference 4.2): an access token that is fetched when it is first needed and again when
 * it has expired. Requesters with the same credentials share it. Where the API hands out a new
 * refresh token each time, the tokens are kept in the configuration, and the changed configuration
 * is told.
 */
final class OAuth implements Authenticator {
    private static final Duration USUAL_LIFE = Duration.ofHours(1);

    /** One renewal at a time for a source, since requesters may share a refresh token. */
    private record RenewalLock() {}

    private final TokenRequest request;
    private final TokenStore store;
    private final boolean isFixed;
    private final ReentrantLock lock;
    private final InstantSource clock;
    private final EngineLog log;

    private OAuth(
            TokenRequest request,
            TokenStore store,
            boolean isFixed,
            ReentrantLock lock,
            Compilation compilation) {
        this.request = request;
        this.store = store;
        this.isFixed = isFixed;
        this.lock = lock;
        this.clock = compilation.clock();
        this.log = compilation.log();
    }

    static Authenticator compile(Definition definition, HttpEngine engine) {
        Compilation compilation = engine.compilation();
        boolean usesAssertion = usesAssertion(definition, compilation);
        Optional<Definition> updater = definition.find("refresh_token_updater");
        if (updater.isEmpty()) {
            check(definition, usesAssertion, compilation);
        }
        var request = TokenRequest.compile(definition, usesAssertion, updater, engine);
        boolean isFixed =
                updater.isEmpty()
                        && !definition.has("token_refresh_endpoint")
                        && definition.has("access_token_value");
        TokenStore store =
                updater.isPresent()
                        ? new ConfigurationTokens(updater.get(), compilation)
                        : SharedTokens.compile(definition, request, isFixed, engine);
        return new OAuth(
                request,
                store,
                isFixed,
                engine.shared(new RenewalLock(), ReentrantLock::new),
                compilation);
    }

    private static boolean usesAssertion(Definition definition, Compilation compilation) {
        return definition.value("use_profile_assertion") instanceof Boolean flag
                ? flag
                : compilation
                        .findCondition(definition, "use_profile_assertion")
                        .filter(condition -> condition.evaluate(compilation.context()))
                        .isPresent();
    }

    private static void check(
            Definition definition, boolean usesAssertion, Compilation compilation) {
        if (usesAssertion) {
            if (!definition.has("profile_assertion")) {
                throw definition.malformed("profile_assertion", "a JwtAuthenticator");
            }
            return;
        }
        for (String field : new String[] {"client_id", "client_secret"}) {
            if (!definition.has(field)) {
                throw definition.malformed(field, "a text");
            }
        }
        InterpolatedString grantType =
                compilation.string(
                        definition.findText("grant_type").orElse("refresh_token"), definition);
        if (grantType.evaluateText(compilation.context()).equals("refresh_token")
                && !definition.has("refresh_token")) {
            throw definition.malformed(
                    "refresh_token", "a text, since grant_type is refresh_token");
        }
    }

    @Override
    public RequestOptions options() throws InterruptedException {
        if (!isFixed && hasExpired()) {
            lock.lockInterruptibly();
            try {
                // Another thread may have renewed it meanwhile.
                if (hasExpired()) {
                    fetch();
                }
            } catch (TokenRefused refused) {
                throw new ConfigurationFailure(
                        ("The API gave no access token: its token endpoint answered %d%s. Check the"
                                        + " client id, the client secret and the refresh token in"
                                        + " the configuration, or authenticate again.")
                                .formatted(
                                        refused.status(),
                                        refused.error().isEmpty()
                                                ? ""
                                                : " (%s)".formatted(refused.error())),
                        String.valueOf(refused.getMessage()));
            } finally {
                lock.unlock();
            }
        }
        return FixedCredentials.authorization(header());
    }

    private String header() {
        return "Bearer " + store.accessToken().orElse("");
    }

    private boolean hasExpired() {
        return store.accessToken().isEmpty() || clock.instant().isAfter(store.expiry());
    }

    /** Only with the lock. */
    private void fetch() throws InterruptedException, TokenRefused {
        TokenRequest.Tokens tokens = request.send();
        log.secret(tokens.access());
        tokens.refresh().ifPresent(log::secret);
        Instant now = clock.instant();
        Instant expiry =
                tokens.expiry()
                        .orElseGet(() -> hasExpired() ? now.plus(USUAL_LIFE) : store.expiry());
        store.put(tokens.access(), tokens.refresh(), expiry);
    }

    @Override
    public Renewal renew(String rejected) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!rejected.isEmpty()
                    && store.accessToken().isPresent()
                    && !header().equals(rejected)) {
                return Renewal.RENEWED;
            }
            fetch();
            return Renewal.RENEWED;
        } catch (TokenRefused refused) {
            throw new ConfigurationFailure(
                    ("The API refuses the access token, and its token endpoint answered %d when a"
                                    + " new one was asked for. Authenticate again.")
                            .formatted(refused.status()),
                    String.valueOf(refused.getMessage()));
        } catch (TransientFailure | SystemFailure failure) {
            log.log(
                    LogLevel.WARN,
                    "The access token could not be renewed: %s".formatted(failure.getMessage()));
            return Renewal.FAILED;
        } finally {
            lock.unlock();
        }
    }

    /** Where the tokens of one set of credentials are. Written with the lock only. */
    interface TokenStore {
        /** The access token; empty before there was one. */
        Optional<String> accessToken();

        /** When it expires. */
        Instant expiry();

        /**
         * @param refreshToken the new one, if the API gave one
         */
        void put(String accessToken, Optional<String> refreshToken, Instant expiry);
    }

    /** Tokens in memory, for the time of one command. */
    private static final class SharedTokens implements TokenStore {

        /** What makes credentials the same. */
        private record Key(TokenRequest.Credentials credentials, String initial, Instant expiry) {
            @Override
            public String toString() {
                return "Key of tokens";
            }
        }

        private record State(Optional<String> access, Instant expiry) {}

        private volatile State state;

        private SharedTokens(State state) {
            this.state = state;
        }

        static TokenStore compile(
                Definition definition, TokenRequest request, boolean isFixed, HttpEngine engine) {
            Compilation compilation = engine.compilation();
            Optional<String> initial =
                    compilation
                            .findString(definition, "access_token_value")
                            .map(template -> Secrets.text(template, compilation.context()));
            Instant expiry = expiry(definition, compilation);
            if (isFixed) {
                return new SharedTokens(new State(initial, expiry));
            }
            return new Lazy(() ->
                    engine.shared(
                            new Key(request.credentials(), initial.orElse(""), expiry),
                            () -> new SharedTokens(new State(initial, expiry))));
        }

        private static Instant expiry(Definition definition, Compilation compilation) {
            Optional<String> text = definition.findText("token_expiry_date");
            if (text.isEmpty() || text.get().isEmpty()) {
                return compilation.clock().instant().minus(Duration.ofDays(1));
            }
            Context context = compilation.context();
            String date = compilation.string(text.get(), definition).evaluateText(context);
            return FlexibleDates.parse(date)
                    .orElseThrow(() ->
                            definition.malformed(
                                    "token_expiry_date", "a date for this configuration"));
        }

        @Override
        public Optional<String> accessToken() {
            return state.access();
        }

        @Override
        public Instant expiry() {
            return state.expiry();
        }

        @Override
        public void put(String accessToken, Optional<String> refreshToken, Instant expiry) {
            state = new State(Optional.of(accessToken), expiry);
        }
    }

    /** Looks the shared tokens up when they are needed: credentials may be missing until then. */
    private static final class Lazy implements TokenStore {
        private final Supplier<TokenStore> find;
        private volatile @Nullable TokenStore found;

        Lazy(Supplier<TokenStore> find) {
            this.find = find;
        }

        private TokenStore get() {
            TokenStore present = found;
            if (present == null) {
                present = find.get();
                found = present;
            }
            return present;
        }

        @Override
        public Optional<String> accessToken() {
            return get().accessToken();
        }

        @Override
        public Instant expiry() {
            return get().expiry();
        }

        @Override
        public void put(String accessToken, Optional<String> refreshToken, Instant expiry) {
            get().put(accessToken, refreshToken, expiry);
        }
    }
}
