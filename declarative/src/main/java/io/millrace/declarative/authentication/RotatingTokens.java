package io.millrace.declarative.authentication;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.Authenticator;
import io.millrace.declarative.http.Call;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.declarative.http.RequestMatcher;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.http.Requester;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.http.Headers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Several tokens that serve in turns, each until the calls that the API allows it are used up
 * (reference 4.6). What is left of each is asked once, counted here, and corrected by what answers
 * tell. Requesters of the same definition share one.
 */
final class RotatingTokens implements Authenticator {
    private static final Duration LEAST_WAIT = Duration.ofSeconds(5);
    private static final Duration MOST_DELAY = Duration.ofSeconds(10);
    private static final Duration LEAST_DELAY = Duration.ofMillis(100);

    /** How much earlier than ours an answer's reset may be and still be about the same window. */
    private static final Duration TOLERANCE = Duration.ofSeconds(60);

    /** A pool of calls, as the manifest describes it. */
    private record Quota(
            String name,
            List<String> remainingPath,
            List<String> resetPath,
            List<String> limitPath,
            List<RequestMatcher> matchers,
            String remainingHeader,
            String resetHeader,
            String limitHeader,
            Set<Integer> exhaustion) {

        boolean readsAnswers() {
            return !remainingHeader.isEmpty()
                    || !resetHeader.isEmpty()
                    || !limitHeader.isEmpty()
                    || !exhaustion.isEmpty();
        }
    }

    /** What a token has left of a pool. Guarded by the lock. */
    private static final class Pool {
        /** Whether the API counts at all. */
        private final boolean isTracked;

        private long remaining;
        private long limit;
        private Instant reset;

        Pool(boolean isTracked, long remaining, long limit, Instant reset) {
            this.isTracked = isTracked;
            this.remaining = remaining;
            this.limit = limit;
            this.reset = reset;
        }

        boolean isExhausted() {
            return isTracked && remaining <= 0;
        }
    }

    private final List<String> tokens;
    private final List<Quota> quotas;
    private final String method;
    private final String header;
    private final Duration longestWait;
    private final double reserveFraction;
    private final double leastReserve;
    private final Set<Integer> unavailable;
    private final Map<String, Requester> sources;
    private final Compilation compilation;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock refreshing = new ReentrantLock();
    private Map<String, Map<String, Pool>> pools = Map.of();
    private int active;
    private boolean hasWarned;

    private RotatingTokens(Definition definition, List<String> tokens, HttpEngine engine) {
        this.compilation = engine.compilation();
        this.tokens = tokens;
        this.quotas =
                definition.children("quotas").stream()
                        .map(quota -> quota(quota, compilation))
                        .toList();
        if (quotas.isEmpty()) {
            throw definition.malformed("quotas", "a list of at least one pool of calls");
        }
        this.method = definition.findText("auth_method").orElse("Bearer");
        this.header =
                definition
                        .findText("header")
                        .filter(text -> !text.isEmpty())
                        .orElse("Authorization");
        this.longestWait =
                Durations.fixed(
                        definition,
                        "max_wait_time",
                        text(
                                definition
                                        .findText("max_wait_time")
                                        .filter(text -> !text.isEmpty())
                                        .orElse("PT2H"),
                                compilation));
        this.reserveFraction =
                definition.has("budget_reserve_fraction")
                        ? Python.toReal(definition.value("budget_reserve_fraction"))
                        : 0.1;
        this.leastReserve = definition.findInteger("budget_min_reserve").orElse(50);
        Definition source = definition.child("quota_status_source");
        this.unavailable = statuses(source, "unavailable_status_codes");
        this.sources = new LinkedHashMap<>();
        for (String token : tokens) {
            sources.put(
                    token, engine.requester(statusRequester(source, token), "quota_status", false));
        }
    }

    static Authenticator compile(Definition definition, HttpEngine engine) {
        Compilation compilation = engine.compilation();
        List<String> tokens = tokens(definition, compilation);
        if (tokens.isEmpty()) {
            throw new ConfigurationFailure(
                    "Authentication tokens are missing from the configuration.");
        }
        return engine.shared(
                new Key(Templates.withoutParameters(definition)),
                () -> new RotatingTokens(definition, tokens, engine));
    }

    private record Key(String definition) {}

    private static String text(String template, Compilation compilation) {
        return Secrets.text(
                compilation.interpolation().string(template, Map.of()), compilation.context());
    }

    private static List<String> tokens(Definition definition, Compilation compilation) {
        List<String> found = new ArrayList<>();
        if (definition.value("tokens") instanceof String all) {
            String delimiter =
                    definition
                            .findText("token_delimiter")
                            .filter(text -> !text.isEmpty())
                            .orElse(",");
            found.addAll(Arrays.asList(text(all, compilation).split(Pattern.quote(delimiter), -1)));
        } else {
            definition.texts("tokens").forEach(token -> found.add(text(token, compilation)));
        }
        return found.stream()
                .map(String::strip)
                .filter(token -> !token.isEmpty())
                .distinct()
                .toList();
    }

    private static Quota quota(Definition definition, Compilation compilation) {
        return new Quota(
                definition.text("name"),
                definition.texts("remaining_path"),
                definition.texts("reset_path"),
                definition.texts("limit_path"),
                definition.children("matchers").stream()
                        .map(matcher -> RequestMatcher.compile(matcher, compilation))
                        .toList(),
                definition.findText("remaining_header").orElse(""),
                definition.findText("reset_header").orElse(""),
                definition.findText("limit_header").orElse(""),
                statuses(definition, "exhaustion_status_codes"));
    }

    private static Set<Integer> statuses(Definition definition, String field) {
        Set<Integer> statuses = new HashSet<>();
        if (definition.value(field) instanceof List<?> list) {
            for (Object item : list) {
                statuses.add(((Number) item).intValue());
            }
        }
        return statuses;
    }

    /**
     * A requester that asks what is left of one token. Answers that tell that nothing is counted
     * are no errors.
     */
    private Definition statusRequester(Definition source, String token) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "HttpRequester");
        fields.put("url", text(source.text("url"), compilation));
        fields.put("http_method", source.findText("http_method").orElse("GET"));
        Map<String, Object> headers = new LinkedHashMap<>();
        source.mapping("request_headers")
                .forEach((name, value) ->
                        headers.put(name, literal(text(Python.str(value), compilation))));
        fields.put("request_headers", headers);
        Map<String, Object> authenticator = new LinkedHashMap<>();
        authenticator.put("type", "ApiKeyAuthenticator");
        authenticator.put("header", header);
        authenticator.put("api_token", literal(headerValue(token)));
        fields.put("authenticator", authenticator);
        if (!unavailable.isEmpty()) {
            Map<String, Object> filter = new LinkedHashMap<>();
            filter.put("type", "HttpResponseFilter");
            filter.put("action", "IGNORE");
            filter.put("http_codes", unavailable.stream().map(Integer::longValue).toList());
            Map<String, Object> handler = new LinkedHashMap<>();
            handler.put("type", "DefaultErrorHandler");
            handler.put("response_filters", List.of(filter));
            fields.put("error_handler", handler);
        }
        return Definition.of(fields, source.path());
    }

    /** A template that gives exactly {@code text}. */
    private static String literal(String text) {
        return "{{ %s }}".formatted(Json.dumps(text));
    }

    private String headerValue(String token) {
        return (method + " " + token).strip();
    }

    @Override
    public RequestOptions options() {
        return RequestOptions.EMPTY;
    }

    @Override
    public Map<String, String> sign(OutgoingRequest request) throws InterruptedException {
        initialize();
        return Map.of(header, headerValue(acquire(pool(request))));
    }

    private void initialize() throws InterruptedException {
        refreshing.lockInterruptibly();
        try {
            if (pools().isEmpty()) {
                fetchAll();
            }
        } finally {
            refreshing.unlock();
        }
    }

    private Map<String, Map<String, Pool>> pools() {
        lock.lock();
        try {
            return pools;
        } finally {
            lock.unlock();
        }
    }

    private Quota pool(OutgoingRequest request) {
        Quota otherwise = null;
        for (Quota quota : quotas) {
            if (quota.matchers().isEmpty()) {
                otherwise = otherwise == null ? quota : otherwise;
            } else if (quota.matchers().stream().anyMatch(matcher -> matcher.matches(request))) {
                return quota;
            }
        }
        if (otherwise != null) {
            return otherwise;
        }
        if (!hasWarned) {
            hasWarned = true;
            compilation.log().log(
                    LogLevel.WARN,
                    "%s matches no pool of the authenticator's quotas; it counts as one of '%s'."
                            .formatted(request, quotas.getFirst().name()));
        }
        return quotas.getFirst();
    }

    /** A token to use after a wait; or no token, and what to wait for the next filling. */
    private record Turn(Optional<String> token, Duration pause) {}

    /** Takes one call out of a pool, and returns the token that it is taken from. */
    private String acquire(Quota quota) throws InterruptedException {
        Duration waited = Duration.ZERO;
        while (true) {
            Turn turn = next(quota, longestWait.minus(waited));
            if (turn.token().isPresent()) {
                if (turn.pause().compareTo(LEAST_DELAY) >= 0) {
                    compilation.pause().sleep(turn.pause());
                }
                return turn.token().get();
            }
            compilation.log().log(
                    LogLevel.INFO,
                    "All tokens are used up for '%s'. Going on in %d s."
                            .formatted(quota.name(), turn.pause().toSeconds()));
            compilation.pause().sleep(turn.pause());
            waited = waited.plus(turn.pause());
            refresh(quota);
        }
    }

    private Turn next(Quota quota, Duration left) {
        lock.lock();
        try {
            for (int tried = 0; tried < tokens.size(); tried++) {
                String token = tokens.get(active);
                Pool pool = pool(token, quota);
                if (!pool.isTracked) {
                    active = (active + 1) % tokens.size();
                    return new Turn(Optional.of(token), Duration.ZERO);
                }
                if (pool.remaining > 0) {
                    pool.remaining--;
                    return new Turn(Optional.of(token), delay(quota, pool));
                }
                active = (active + 1) % tokens.size();
            }
            return new Turn(Optional.empty(), untilReset(quota, left));
        } finally {
            lock.unlock();
        }
    }

    private Pool pool(String token, Quota quota) {
        Pool pool = pools.getOrDefault(token, Map.of()).get(quota.name());
        if (pool == null) {
            throw new IllegalStateException("Each token has every pool once they were fetched.");
        }
        return pool;
    }

    private Duration untilReset(Quota quota, Duration left) {
        Instant now = compilation.clock().instant();
        Duration wait =
                tokens.stream()
                        .map(token -> Duration.between(now, pool(token, quota).reset))
                        .min(Duration::compareTo)
                        .orElseThrow();
        if (!left.isPositive() || wait.compareTo(left) >= 0) {
            throw new TransientFailure(
                    "Rate limit is exceeded for all provided tokens. Run the sync again later, or"
                            + " add tokens.",
                    "The pool '%s' is next filled in %d s."
                            .formatted(quota.name(), wait.toSeconds()));
        }
        Duration atLeast = wait.compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : wait;
        return atLeast.compareTo(left) > 0 ? left : atLeast;
    }

    /** Spreads the last calls over the time that they have to last for. */
    private Duration delay(Quota quota, Pool own) {
        long total = 0;
        for (String token : tokens) {
            Pool pool = pool(token, quota);
            if (!pool.isTracked
                    || pool.remaining > Math.max(leastReserve, pool.limit * reserveFraction)) {
                return Duration.ZERO;
            }
            total += Math.max(pool.remaining, 0);
        }
        Duration untilReset = Duration.between(compilation.clock().instant(), own.reset);
        if (total <= 0 || !untilReset.isPositive()) {
            return Duration.ZERO;
        }
        Duration delay = untilReset.dividedBy(total);
        return delay.compareTo(MOST_DELAY) > 0 ? MOST_DELAY : delay;
    }

    private void refresh(Quota quota) throws InterruptedException {
        refreshing.lockInterruptibly();
        try {
            if (isExhausted(quota)) {
                fetchAll();
            }
        } finally {
            refreshing.unlock();
        }
    }

    private boolean isExhausted(Quota quota) {
        lock.lock();
        try {
            return tokens.stream().allMatch(token -> pool(token, quota).isExhausted());
        } finally {
            lock.unlock();
        }
    }

    private void fetchAll() throws InterruptedException {
        Map<String, Map<String, Pool>> fetched = new HashMap<>();
        for (String token : tokens) {
            fetched.put(token, fetch(token));
        }
        lock.lock();
        try {
            pools = fetched;
        } finally {
            lock.unlock();
        }
    }

    private Map<String, Pool> fetch(String token) throws InterruptedException {
        Requester source = sources.get(token);
        if (source == null) {
            throw new IllegalStateException("Each token has a requester.");
        }
        Context context =
                compilation.context().with("stream_slice", null).with("next_page_token", null);
        Optional<Answer> answer = source.send(Call.of(context));
        Map<String, Pool> result = new HashMap<>();
        if (answer.isEmpty() || unavailable.contains(answer.get().status())) {
            Instant now = compilation.clock().instant();
            quotas.forEach(quota -> result.put(quota.name(), new Pool(false, 0, 0, now)));
            return result;
        }
        Object body = parsed(answer.get());
        for (Quota quota : quotas) {
            long remaining = number(body, quota.remainingPath(), quota);
            Instant reset =
                    FlexibleDates.parse(Python.str(find(body, quota.resetPath(), quota)))
                            .orElseThrow(() -> wrongPath(quota, quota.resetPath()));
            long limit =
                    quota.limitPath().isEmpty()
                            ? remaining
                            : number(body, quota.limitPath(), quota);
            result.put(quota.name(), new Pool(true, remaining, limit, reset));
        }
        return result;
    }

    private static @Nullable Object parsed(Answer answer) {
        try {
            return Json.parse(answer.text());
        } catch (PythonError error) {
            throw new SystemFailure(
                    "The quota status source of the authenticator doesn't answer in JSON.",
                    answer + ": " + error.getMessage());
        }
    }

    private static long number(@Nullable Object body, List<String> path, Quota quota) {
        try {
            return ((Number) Python.toInteger(find(body, path, quota))).longValue();
        } catch (PythonError _) {
            throw wrongPath(quota, path);
        }
    }

    private static @Nullable Object find(@Nullable Object body, List<String> path, Quota quota) {
        Object value = body;
        for (String key : path) {
            if (!(value instanceof Map<?, ?> map) || !map.containsKey(key)) {
                throw wrongPath(quota, path);
            }
            value = map.get(key);
        }
        return value;
    }

    private static SystemFailure wrongPath(Quota quota, List<String> path) {
        return new SystemFailure(
                ("The quota status source has nothing usable at '%s', which the manifest names for"
                                + " the quota '%s'.")
                        .formatted(String.join(".", path), quota.name()));
    }

    @Override
    public void answered(OutgoingRequest request, int status, Headers headers) {
        Quota quota = pool(request);
        Optional<String> sender = sender(request);
        if (!quota.readsAnswers() || sender.isEmpty()) {
            return;
        }
        OptionalLong told = number(headers, quota.remainingHeader());
        OptionalLong remaining =
                told.isEmpty() && quota.exhaustion().contains(status) ? OptionalLong.of(0) : told;
        Optional<Instant> reset =
                quota.resetHeader().isEmpty()
                        ? Optional.empty()
                        : headers.find(quota.resetHeader()).flatMap(FlexibleDates::parse);
        OptionalLong limit = number(headers, quota.limitHeader());
        lock.lock();
        try {
            Pool pool = pool(sender.get(), quota);
            if (pool.isTracked) {
                update(pool, remaining, reset, limit, quota.exhaustion().contains(status));
            }
        } finally {
            lock.unlock();
        }
    }

    private static void update(
            Pool pool,
            OptionalLong remaining,
            Optional<Instant> reset,
            OptionalLong limit,
            boolean isExhaustion) {
        boolean isOlder = reset.isPresent() && reset.get().isBefore(pool.reset);
        if (limit.isPresent() && limit.getAsLong() > 0 && !isOlder) {
            pool.limit = limit.getAsLong();
        }
        if (reset.isPresent() && reset.get().isAfter(pool.reset)) {
            // A new window: what was counted in the old one is of no interest.
            pool.reset = reset.get();
            pool.remaining = remaining.orElse(pool.limit);
        } else if (remaining.isPresent()
                && ((remaining.getAsLong() <= 0 && isExhaustion)
                        || reset.isEmpty()
                        || !reset.get().isBefore(pool.reset.minus(TOLERANCE)))) {
            // Answers overtake each other, so a higher count is an old one.
            pool.remaining = Math.min(pool.remaining, remaining.getAsLong());
        }
    }

    private static OptionalLong number(Headers headers, String name) {
        if (name.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return headers.find(name)
                    .map(text -> OptionalLong.of(Long.parseLong(text.strip())))
                    .orElse(OptionalLong.empty());
        } catch (NumberFormatException _) {
            // Not a count: as if it weren't there.
            return OptionalLong.empty();
        }
    }

    private Optional<String> sender(OutgoingRequest request) {
        Optional<String> value = request.header(header);
        return tokens.stream()
                .filter(token -> value.filter(headerValue(token)::equals).isPresent())
                .findFirst();
    }

    @Override
    public boolean hasAlternative(OutgoingRequest request) {
        Optional<String> sender = sender(request);
        Quota quota = pool(request);
        lock.lock();
        try {
            return sender.isPresent()
                    && !pools.isEmpty()
                    && pool(sender.get(), quota).isExhausted()
                    && tokens.stream()
                            .filter(token -> !token.equals(sender.get()))
                            .anyMatch(token -> pool(token, quota).remaining > 0);
        } finally {
            lock.unlock();
        }
    }
}
