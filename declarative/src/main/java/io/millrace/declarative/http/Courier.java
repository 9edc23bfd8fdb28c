package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.FailureType;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.http.Throttle;
import io.millrace.sdk.http.Throttles;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Delivers requests: past cache, budget and throttle, and again as the error handler says. Three
 * loops lie within each other, each with a count of its own (reference 3.6): the outermost for
 * retries without a wait of the manifest's, then one for rate limits without such a wait, then one
 * for waits that the manifest's strategies named.
 */
final class Courier {
    private static final Duration MOST_TIME = Duration.ofMinutes(10);

    /** Attempts that end with a server that says nothing: each of them takes minutes. */
    private static final int MOST_SILENCES = 3;

    /** What somebody who watches wonders about. */
    private static final Duration LONG = Duration.ofSeconds(10);

    private static final double OTHER_CREDENTIAL_WAIT = 0.1;

    private final String name;
    private final boolean streamed;
    private final boolean cached;
    private final Authenticator authenticator;
    private final ErrorHandler handler;
    private final int tries;
    private final String credentials;
    private final Patience patience;
    private final Cookies cookies = new Cookies();
    private final HttpEngine engine;
    private final Compilation compilation;

    private Courier(
            String name,
            boolean streamed,
            boolean cached,
            Authenticator authenticator,
            ErrorHandler handler,
            int tries,
            String credentials,
            Patience patience,
            HttpEngine engine) {
        this.name = name;
        this.streamed = streamed;
        this.cached = cached;
        this.authenticator = authenticator;
        this.handler = handler;
        this.tries = tries;
        this.credentials = credentials;
        this.patience = patience;
        this.engine = engine;
        this.compilation = engine.compilation();
    }

    static Courier compile(
            Definition definition,
            String name,
            boolean streamed,
            Authenticator authenticator,
            HttpEngine engine) {
        ErrorHandler handler =
                ErrorHandler.compile(definition.find("error_handler"), engine.compilation());
        boolean cached = engine.settings().cache() && definition.flag("use_cache", false);
        return new Courier(
                name,
                streamed && !cached && !handler.readsBodies(),
                cached,
                authenticator,
                handler,
                engine.settings().retries() ? handler.maxRetries() + 1 : 1,
                engine.credentials(definition),
                Patience.compile(definition),
                engine);
    }

    /** What came of an attempt that is to be repeated. */
    private record Again(Kind kind, double seconds, Resolution resolution, Attempt attempt) {
        enum Kind {
            DEFAULT,
            RATE_LIMIT,
            STRATEGY
        }

        /** Whether the server said nothing for as long as it may. */
        boolean isSilence() {
            return attempt.error().filter(SocketTimeoutException.class::isInstance).isPresent();
        }

        boolean isTooManyRequests() {
            return attempt.answer().filter(answer -> answer.status() == 429).isPresent();
        }
    }

    /** Either the end of a delivery, or why it goes on. */
    private record Step(Optional<Answer> answer, Optional<Again> again) {
        static Step done(Optional<Answer> answer) {
            return new Step(answer, Optional.empty());
        }

        static Step again(Again again) {
            // A body that nobody will read keeps its connection otherwise.
            again.attempt().answer().ifPresent(Answer::close);
            return new Step(Optional.empty(), Optional.of(again));
        }
    }

    Optional<Answer> deliver(OutgoingRequest request) throws InterruptedException {
        return new Delivery(request).run();
    }

    /** One request on its way. For one thread. */
    private final class Delivery {
        private OutgoingRequest request;
        private int attempts;
        private Authenticator.@Nullable Renewal renewal;

        Delivery(OutgoingRequest request) {
            this.request = request;
        }

        Optional<Answer> run() throws InterruptedException {
            long started = System.nanoTime();
            int tried = 0;
            while (true) {
                tried++;
                Step step = inRateLimitLoop();
                if (step.again().isEmpty()) {
                    return step.answer();
                }
                Again again = step.again().get();
                if (again.kind() != Again.Kind.DEFAULT
                        || isUsedUp(tried, started)
                        || (patience.silence().isEmpty()
                                && again.isSilence()
                                && tried >= MOST_SILENCES)
                        || isLost(again)) {
                    throw exhausted(again);
                }
                pause(Math.min(doubled(tried), seconds(MOST_TIME.minus(since(started)))), again);
            }
        }

        private Step inRateLimitLoop() throws InterruptedException {
            int tried = 0;
            while (true) {
                tried++;
                Step step = inStrategyLoop();
                Optional<Again> again = step.again();
                if (again.isEmpty()
                        || again.get().kind() != Again.Kind.RATE_LIMIT
                        || tried >= tries) {
                    return step;
                }
                pause(doubled(tried), again.get());
            }
        }

        private Step inStrategyLoop() throws InterruptedException {
            long started = System.nanoTime();
            int tried = 0;
            while (true) {
                tried++;
                Step step = attempt();
                Optional<Again> again = step.again();
                if (again.isEmpty()
                        || again.get().kind() != Again.Kind.STRATEGY
                        || isUsedUp(tried, started)
                        || isLost(again.get())) {
                    return step;
                }
                // A second more, since what APIs tell is often rounded down.
                pause(again.get().seconds() + 1, again.get());
            }
        }

        private boolean isUsedUp(int tried, long started) {
            return tried >= tries || since(started).compareTo(MOST_TIME) >= 0;
        }

        private boolean isLost(Again again) {
            return again.attempt()
                    .error()
                    .filter(error -> engine.reach().isLost(request.url(), error, attempts))
                    .isPresent();
        }

        private static Duration since(long started) {
            return Duration.ofNanos(System.nanoTime() - started);
        }

        private static double doubled(int tried) {
            return Math.pow(2, tried - 1);
        }

        private static double seconds(Duration duration) {
            return duration.toNanos() / 1e9;
        }

        private void pause(double seconds, Again again) throws InterruptedException {
            var wait = Duration.ofNanos((long) (Math.max(0, seconds) * 1e9));
            String message =
                    "Stream %s: %s Trying again in %.1f s."
                            .formatted(
                                    name, described(again.resolution(), again.attempt()), seconds);
            // What goes on without an answer, or after minutes, looks from outside as if it hung.
            if (again.attempt().answer().isEmpty() || wait.compareTo(LONG) >= 0) {
                compilation.log().waiting(message);
            } else {
                compilation.log().log(LogLevel.INFO, message);
            }
            if (again.resolution().action() == Action.RATE_LIMITED
                    && !authenticator.hasAlternative(request)) {
                throttle().limited(wait, compilation.clock());
            }
            compilation.pause().sleep(wait);
        }

        private Throttle throttle() {
            return Throttles.of(Addresses.origin(request.url()), credentials);
        }

        private Step attempt() throws InterruptedException {
            attempts++;
            if (attempts > 1) {
                Map<Object, Object> fresh = authenticator.options().headers();
                request = request.withHeaders(texts(fresh));
            }
            String key = cached ? AnswerCache.key(name, request) : "";
            Optional<Answer> kept = cached ? engine.cache().find(key) : Optional.empty();
            Attempt attempt = kept.isPresent() ? Attempt.answered(kept.get()) : send();
            Resolution resolution = handler.interpret(attempt);
            if (cached && kept.isEmpty()) {
                attempt.answer()
                        .filter(answer -> answer.status() == 200 && request.method().equals("GET"))
                        .ifPresent(answer -> engine.cache().store(key, answer));
            }
            return resolve(attempt, resolution);
        }

        private static Map<String, String> texts(Map<Object, Object> headers) {
            Map<String, String> texts = new LinkedHashMap<>();
            headers.forEach((key, value) -> texts.put(Python.str(key), Python.str(value)));
            return texts;
        }

        private Attempt send() throws InterruptedException {
            request = request.withHeaders(authenticator.sign(request));
            engine.budget().acquire(request);
            Throttle throttle = throttle();
            throttle.enter(compilation.clock(), compilation.pause());
            try {
                Answer answer;
                try (var _ = engine.slowRequests().begin(name, request)) {
                    answer = engine.send(request, streamed, cookies, patience);
                }
                engine.reach().found(request.url());
                engine.budget().update(request, answer.status(), answer.headers());
                authenticator.answered(request, answer.status(), answer.headers());
                if (answer.status() == 429) {
                    Throttle.retryAfter(answer.headers(), compilation.clock().instant())
                            .filter(_ -> !authenticator.hasAlternative(request))
                            .ifPresent(wait -> throttle.limited(wait, compilation.clock()));
                } else {
                    throttle.succeeded();
                    throttle.observe(answer.headers(), compilation.clock());
                }
                engine.settings().observer().exchanged(name, request, answer);
                return Attempt.answered(answer);
            } catch (IOException error) {
                return Attempt.failed(error);
            } finally {
                throttle.leave();
            }
        }

        private Step resolve(Attempt attempt, Resolution resolution) throws InterruptedException {
            return switch (resolution.action()) {
                case SUCCESS -> Step.done(attempt.answer());
                case IGNORE -> {
                    compilation.log().log(
                            LogLevel.INFO,
                            "Stream %s: ignored: %s"
                                    .formatted(name, described(resolution, attempt)));
                    yield Step.done(attempt.answer());
                }
                case RESET_PAGINATION -> {
                    attempt.answer().ifPresent(Answer::close);
                    throw new PaginationResetRequired(name);
                }
                case REDUCE_PAGE_SIZE -> {
                    attempt.answer().ifPresent(Answer::close);
                    throw new TooMuchRequested(
                            TooMuchRequested.Remedy.SMALLER_PAGE,
                            described(resolution, attempt),
                            detail(attempt));
                }
                case SPLIT_REQUEST_WINDOW -> {
                    attempt.answer().ifPresent(Answer::close);
                    throw new TooMuchRequested(
                            TooMuchRequested.Remedy.SMALLER_WINDOW,
                            described(resolution, attempt),
                            detail(attempt));
                }
                case FAIL -> {
                    attempt.answer().ifPresent(Answer::close);
                    throw Messages.failure(
                            resolution.failureType(), failed(resolution, attempt), detail(attempt));
                }
                case RETRY -> Step.again(again(Again.Kind.DEFAULT, attempt, resolution));
                case RATE_LIMITED -> {
                    compilation.log().rateLimited(name);
                    if (authenticator.hasAlternative(request)) {
                        yield Step.again(
                                new Again(
                                        Again.Kind.STRATEGY,
                                        OTHER_CREDENTIAL_WAIT,
                                        resolution,
                                        attempt));
                    }
                    yield Step.again(again(Again.Kind.RATE_LIMIT, attempt, resolution));
                }
                case REFRESH_TOKEN_THEN_RETRY -> {
                    renew(attempt, resolution);
                    yield Step.again(again(Again.Kind.DEFAULT, attempt, resolution));
                }
            };
        }

        private Again again(Again.Kind otherwise, Attempt attempt, Resolution resolution) {
            for (Backoff backoff : handler.backoffs()) {
                OptionalDouble wait = backoff.wait(attempt, attempts);
                if (wait.isPresent() && wait.getAsDouble() != 0) {
                    return new Again(Again.Kind.STRATEGY, wait.getAsDouble(), resolution, attempt);
                }
            }
            return new Again(otherwise, 0, resolution, attempt);
        }

        /** Once for a request: a token that is refused right after it was issued stays refused. */
        private void renew(Attempt attempt, Resolution resolution) throws InterruptedException {
            if (renewal == Authenticator.Renewal.RENEWED) {
                throw Messages.failure(
                        FailureType.CONFIG_ERROR,
                        "The API refuses the access token, though it was just renewed. Check what"
                                + " the account and the token are allowed to do.",
                        detail(attempt));
            }
            if (renewal == Authenticator.Renewal.FAILED) {
                throw new TransientFailure(
                        "The API refuses the access token, and it could not be renewed. The sync"
                                + " can be run again.",
                        detail(attempt));
            }
            Authenticator.Renewal outcome =
                    authenticator.renew(request.header("Authorization").orElse(""));
            if (outcome == Authenticator.Renewal.UNSUPPORTED) {
                compilation.log().log(
                        LogLevel.WARN,
                        ("Stream %s: the error handler asks to renew the token (%s), but"
                                        + " the authenticator has none that can be renewed.")
                                .formatted(name, resolution.action()));
                return;
            }
            renewal = outcome;
        }

        private SyncFailure exhausted(Again again) {
            again.attempt().error().ifPresent(error -> engine.reach().giveUp(request.url(), error));
            String what = described(again.resolution(), again.attempt());
            if (again.isTooManyRequests()) {
                return new TransientFailure(
                        "API rate limit exceeded. %s The sync can be run again later."
                                .formatted(what),
                        detail(again.attempt()));
            }
            return Messages.failure(
                    again.resolution().failureType(), what, detail(again.attempt()));
        }

        /** The author's own words, or what the status means and for which request. */
        private String failed(Resolution resolution, Attempt attempt) {
            if (resolution.message().isEmpty()) {
                return described(resolution, attempt);
            }
            boolean isAuthors =
                    attempt.answer()
                            .filter(answer -> resolution.isByStatus(answer.status()))
                            .isEmpty();
            return isAuthors
                    ? resolution.message()
                    : "%s (%s)".formatted(resolution.message(), request);
        }

        /** What happened, without secrets: method, address without query, status, message. */
        private String described(Resolution resolution, Attempt attempt) {
            String outcome =
                    attempt.answer()
                                    .map(answer -> "answered %d".formatted(answer.status()))
                                    .orElse("got no answer")
                            + (attempts == 1 ? "" : " (attempt %d)".formatted(attempts));
            return "%s %s. %s"
                    .formatted(request, outcome, Messages.shortened(resolution.message()))
                    .strip();
        }

        /** The same with what the API said about an error. */
        private String detail(Attempt attempt) {
            String said =
                    attempt.answer()
                            .filter(Answer::isError)
                            .map(_ -> attempt.errorMessage())
                            .or(() -> attempt.error().map(Messages::ofError))
                            .orElse("");
            return "%s: %s%s"
                    .formatted(
                            request,
                            attempt.answer()
                                    .map(answer -> "status %d. ".formatted(answer.status()))
                                    .orElse(""),
                            Messages.shortened(said));
        }
    }
}
