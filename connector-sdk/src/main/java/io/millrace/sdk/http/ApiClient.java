package io.millrace.sdk.http;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.http.AnswerPolicy.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import tools.jackson.databind.JsonNode;

/**
 * Asks one API. It waits where the API or a {@link CallRate} asks for it, tries again what may
 * pass, renews a token that has expired, and tells everything else as the failure that it is: see
 * {@link AnswerPolicy}. Credentials go to the host of the base address alone, also where an answer
 * leads elsewhere. Safe for all threads; a request blocks its thread, and ends at an interrupt.
 */
public final class ApiClient implements AutoCloseable {
    private static final int REDIRECTS = 10;
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);

    /** A body that takes longer has stopped on its way. */
    private static final Duration BODY_WITHIN = Duration.ofMinutes(10);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_DOUBLED_WAIT = Duration.ofMinutes(1);

    /** An API that wants to be left alone for longer fails the stream, which a later run mends. */
    private static final Duration LONGEST_ASKED_WAIT = Duration.ofMinutes(15);

    private static final int ATTEMPTS = 6;

    /** Where nobody has ever answered, the address is more likely wrong than the API at rest. */
    private static final int ATTEMPTS_AT_A_STRANGER = 3;

    private final URI base;
    private final Clock clock;
    private final Pause pause;
    private final Authorization authorization;
    private final Map<String, String> headers;
    private final AnswerPolicy policy;
    private final Optional<RateLimit> limit;
    private final int attempts;
    private final Throttle throttle;
    private final Connections connections;
    private final AtomicBoolean hasAnswered;
    private volatile Consumer<String> log = _ -> {};

    private ApiClient(Builder builder) {
        this.base = builder.base;
        this.clock = builder.clock;
        this.pause = Pause.by(clock);
        this.authorization = builder.authorization;
        this.headers = Map.copyOf(builder.headers);
        this.policy = builder.policy;
        this.limit = builder.rate.map(rate -> new RateLimit(rate, clock, pause));
        this.attempts = builder.attempts;
        this.throttle = Throttles.of(origin(base), authorization.account());
        this.connections = new Connections(System.getenv());
        this.hasAnswered = new AtomicBoolean();
    }

    private ApiClient(ApiClient client, int attempts) {
        this.base = client.base;
        this.clock = client.clock;
        this.pause = client.pause;
        this.authorization = client.authorization;
        this.headers = client.headers;
        this.policy = client.policy;
        this.limit = client.limit;
        this.attempts = attempts;
        this.throttle = client.throttle;
        this.connections = client.connections;
        this.hasAnswered = client.hasAnswered;
        this.log = client.log;
    }

    /**
     * @param base what relative addresses start at, with or without a slash at its end
     * @param context whose clock counts; where it stands still, as in tests, no wait takes time
     */
    public static Builder to(URI base, ConnectorContext context) {
        return new Builder(base, context.clock());
    }

    /** How a client is to be. */
    public static final class Builder {
        private final URI base;
        private final Clock clock;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private Authorization authorization = Authorization.NONE;
        private AnswerPolicy policy = AnswerPolicy.STANDARD;
        private Optional<CallRate> rate = Optional.empty();
        private int attempts = ATTEMPTS;

        private Builder(URI base, Clock clock) {
            if (base.getScheme() == null
                    || !base.getScheme().matches("(?i)https?")
                    || base.getHost() == null) {
                throw new ConfigurationFailure(
                        "\"%s\" is no address of an API; it begins with https:// and a host."
                                .formatted(base));
            }
            // A base without a slash at its end would lose its last part to relative addresses.
            String path = String.valueOf(base.getRawPath());
            this.base = path.endsWith("/") ? base : base.resolve(path + "/");
            this.clock = clock;
        }

        /** The credentials; none without it. */
        public Builder authorization(Authorization given) {
            this.authorization = given;
            return this;
        }

        /** A header of every request. */
        public Builder header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        /** What the API lets everybody do; without it only its complaints hold requests back. */
        public Builder rate(CallRate given) {
            this.rate = Optional.of(given);
            return this;
        }

        /** What answers mean; {@link AnswerPolicy#STANDARD} without it. */
        public Builder answers(AnswerPolicy given) {
            this.policy = given;
            return this;
        }

        /**
         * How often a request is sent before its failure counts; 6 without it. At most 3 where
         * nobody is at the address, and nobody was before.
         */
        public Builder attempts(int given) {
            if (given < 1) {
                throw new IllegalArgumentException("%d attempts".formatted(given));
            }
            this.attempts = given;
            return this;
        }

        public ApiClient build() {
            return new ApiClient(this);
        }
    }

    /**
     * The same client, but one that gives up after {@code number} attempts. For a check, whose user
     * waits. It shares connections with this one, which is the one to be closed.
     */
    public ApiClient withAttempts(int number) {
        return new ApiClient(this, number);
    }

    /** Tells {@code listener} why requests wait, from now on. Without secrets. */
    public void logTo(Consumer<String> listener) {
        log = listener;
    }

    /** Sends {@code GET address}, as {@link #send}. */
    public ApiAnswer get(String address) throws InterruptedException {
        return send(ApiRequest.get(address));
    }

    /**
     * Sends a request, as often as it takes.
     *
     * @return an answer that the policy accepts
     * @throws ConfigurationFailure where the API refuses the credentials
     * @throws TransientFailure where no answer came, or none that could be used, time after time
     * @throws SystemFailure where the API says that the request is wrong
     */
    public ApiAnswer send(ApiRequest request) throws InterruptedException {
        boolean renewed = false;
        int tried = 0;
        while (true) {
            int attempt = ++tried;
            ApiRequest authorized = authorization.authorize(request);
            int most = attempts;
            Again again;
            try {
                ApiAnswer answer = exchange(request, authorized);
                hasAnswered.set(true);
                Verdict verdict = policy.judge(answer);
                if (verdict == Verdict.ACCEPT) {
                    return answer;
                }
                if (verdict == Verdict.RENEW && !renewed && authorization.renew(authorized)) {
                    renewed = true;
                    // A new token is no new attempt.
                    tried--;
                    continue;
                }
                again = again(verdict, request, answer, attempt);
            } catch (IOException error) {
                again = new Again(noAnswer(request, error), waitAfter(attempt));
                if (error instanceof ConnectException && !hasAnswered.get()) {
                    most = Math.min(attempts, ATTEMPTS_AT_A_STRANGER);
                }
            }
            if (attempt >= most || again.pause().compareTo(LONGEST_ASKED_WAIT) > 0) {
                throw again.failure();
            }
            log.accept(
                    "%s Trying again in %.1f s (attempt %d of %d)."
                            .formatted(
                                    again.failure().getMessage(),
                                    again.pause().toMillis() / 1e3,
                                    attempt + 1,
                                    most));
            pause.sleep(again.pause());
        }
    }

    /** What a failed attempt comes to: a wait, or the failure where there were too many. */
    private record Again(SyncFailure failure, Duration pause) {}

    private Again again(Verdict verdict, ApiRequest request, ApiAnswer answer, int attempt) {
        return switch (verdict) {
            case RETRY ->
                    new Again(
                            unavailable(request, answer),
                            asked(answer).orElseGet(() -> waitAfter(attempt)));
            case WAIT -> {
                Duration wait = asked(answer).orElseGet(() -> waitAfter(attempt));
                throttle.limited(wait, clock);
                yield new Again(tooMany(request, answer), wait);
            }
            case RENEW, REFUSE -> throw refused(request, answer);
            case ACCEPT, FAIL -> throw wrong(request, answer);
        };
    }

    /** What takes the pages of {@link #eachPage}. */
    @FunctionalInterface
    public interface PageReader {
        void read(List<JsonNode> records) throws InterruptedException;
    }

    /**
     * Turns pages until the last.
     *
     * @param recordsAt where an answer has its records, such as {@code /data}; empty where the
     *     whole body is the list
     * @param reader is given the records of one page after the other, in this thread
     * @throws SystemFailure also where the pages go round in a circle
     */
    public void eachPage(
            ApiRequest request, Pagination pagination, String recordsAt, PageReader reader)
            throws InterruptedException {
        ApiRequest asked = pagination.first(request);
        // Brent's way to find a circle: a page that is remembered for longer and longer.
        ApiRequest remembered = asked;
        long rememberUntil = 2;
        long before = 0;
        for (long number = 0; ; number++) {
            ApiAnswer answer = send(asked);
            List<JsonNode> records = answer.records(recordsAt);
            reader.read(records);
            Optional<ApiRequest> next =
                    pagination.after(
                            new Pagination.Page(asked, answer, number, before, records.size()));
            if (next.isEmpty()) {
                return;
            }
            before += records.size();
            ApiRequest following = absolute(next.get(), asked);
            if (following.equals(remembered) || following.equals(asked)) {
                throw new SystemFailure(
                        "The pages of %s go round in a circle: after page %d the API leads back."
                                .formatted(request, number + 1));
            }
            if (number + 1 == rememberUntil) {
                remembered = following;
                rememberUntil *= 2;
            }
            asked = following;
        }
    }

    /** Addresses of next pages are relative to the page that names them. */
    private ApiRequest absolute(ApiRequest next, ApiRequest asked) {
        if (next.address().equals(asked.address())) {
            return next;
        }
        try {
            return next.to(asked.resolve(base).resolve(next.address()).toString());
        } catch (IllegalArgumentException failure) {
            throw new SystemFailure(
                    "The API names a next page of %s that is no address.".formatted(asked),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private ApiAnswer exchange(ApiRequest plain, ApiRequest authorized)
            throws IOException, InterruptedException {
        if (limit.isPresent()) {
            limit.get().await(1);
        }
        throttle.enter(clock, pause);
        try {
            ApiAnswer answer = redirected(plain, authorized);
            if (answer.status() < 400) {
                throttle.succeeded();
            }
            throttle.observe(answer.headers(), clock);
            return answer;
        } finally {
            throttle.leave();
        }
    }

    private ApiAnswer redirected(ApiRequest plain, ApiRequest authorized)
            throws IOException, InterruptedException {
        ApiRequest current = plain;
        URI address = plain.resolve(base);
        for (int redirects = 0; redirects <= REDIRECTS; redirects++) {
            boolean ours = origin(address).equals(origin(base));
            ApiRequest sent =
                    ours ? redirects == 0 ? authorized : authorization.authorize(current) : current;
            ApiAnswer answer = sendOnce(sent);
            Optional<String> location = answer.headers().find("Location");
            if (location.isEmpty() || !isRedirect(answer.status())) {
                return answer;
            }
            address = address.resolve(location.get());
            current = current.to(address.toString());
            if (answer.status() < 307) {
                // 301, 302 and 303: what all clients make of them.
                current =
                        new ApiRequest(
                                "GET",
                                current.address(),
                                Map.of(),
                                current.headers(),
                                "",
                                Optional.empty());
            }
        }
        throw new IOException("more than %d redirects".formatted(REDIRECTS));
    }

    private ApiAnswer sendOnce(ApiRequest request) throws IOException, InterruptedException {
        HttpRequest.Builder message =
                HttpRequest.newBuilder(request.resolve(base))
                        .timeout(ANSWER_WITHIN)
                        .setHeader("User-Agent", "Millrace")
                        .setHeader("Accept", "application/json, */*;q=0.5")
                        .setHeader("Accept-Encoding", "gzip, deflate");
        headers.forEach(message::setHeader);
        if (request.body().isPresent()) {
            message.setHeader("Content-Type", request.contentType());
        }
        request.headers().forEach(message::setHeader);
        message.method(
                request.method(),
                request.body().map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody));
        HttpResponse<InputStream> response =
                connections.client().send(message.build(), BodyHandlers.ofInputStream());
        Headers came = headersOf(response);
        byte[] body = whole(response.body(), came.find("Content-Encoding").orElse(""), request);
        return new ApiAnswer(request.toString(), response.statusCode(), came, body);
    }

    /** All of a body; the timeout of the JDK's client ends where the body begins. */
    private static byte[] whole(InputStream raw, String encoding, ApiRequest request)
            throws IOException {
        var late = new AtomicBoolean();
        Thread watch =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                Thread.sleep(BODY_WITHIN);
                                late.set(true);
                                raw.close();
                            } catch (InterruptedException | IOException _) {
                                // It came in time, or the reader below meets what is wrong.
                            }
                        });
        try (raw;
                InputStream body = Bodies.decoded(raw, encoding)) {
            byte[] bytes = Bodies.read(body, -1, request);
            if (late.get()) {
                // A closed stream looks like one that has come to its end.
                throw new HttpTimeoutException("the body took too long");
            }
            return bytes;
        } finally {
            watch.interrupt();
        }
    }

    private static Headers headersOf(HttpResponse<?> response) {
        var fields = new ArrayList<Map.Entry<String, String>>();
        response.headers()
                .map()
                .forEach((name, values) ->
                        values.forEach(value -> fields.add(Map.entry(name, value))));
        return Headers.of(fields);
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /** Scheme, host and port: what may see the credentials. */
    private static String origin(URI address) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        int port = address.getPort();
        int effective = port >= 0 ? port : scheme.equals("https") ? 443 : 80;
        return "%s://%s:%d"
                .formatted(
                        scheme,
                        String.valueOf(address.getHost()).toLowerCase(Locale.ROOT),
                        effective);
    }

    /** As long as the API says, if it does. */
    private Optional<Duration> asked(ApiAnswer answer) {
        return Throttle.retryAfter(answer.headers(), clock.instant());
    }

    /**
     * Doubled with each attempt; between half of it and all of it, so that those who failed
     * together don't come back together.
     */
    private static Duration waitAfter(int attempt) {
        Duration doubled = FIRST_WAIT.multipliedBy(1L << Math.min(attempt - 1, 10));
        long most = Math.min(doubled.toMillis(), LONGEST_DOUBLED_WAIT.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    }

    private static SyncFailure unavailable(ApiRequest request, ApiAnswer answer) {
        return new TransientFailure(
                "The API could not answer %s (status %d). The sync can be run again."
                        .formatted(request, answer.status()),
                detail(answer));
    }

    private static SyncFailure tooMany(ApiRequest request, ApiAnswer answer) {
        return new TransientFailure(
                "The API takes no more requests for now (%s, status %d). The sync can be run again later."
                        .formatted(request, answer.status()),
                detail(answer));
    }

    private static SyncFailure refused(ApiRequest request, ApiAnswer answer) {
        return new ConfigurationFailure(
                "The API refused the credentials (%s, status %d). Check them, and what their account may read."
                        .formatted(request, answer.status()),
                detail(answer));
    }

    private static SyncFailure wrong(ApiRequest request, ApiAnswer answer) {
        return new SystemFailure(
                "The API could do nothing with %s (status %d).".formatted(request, answer.status()),
                detail(answer));
    }

    private static String detail(ApiAnswer answer) {
        return "status %d: %s".formatted(answer.status(), answer.beginning());
    }

    private SyncFailure noAnswer(ApiRequest request, IOException error) {
        String host = Objects.requireNonNullElse(base.getHost(), "");
        String why =
                switch (error) {
                    case ConnectException refused
                            when refused.getCause() instanceof UnresolvedAddressException ->
                            "The host %s is not known".formatted(host);
                    case ConnectException _ -> "No connection to %s could be made".formatted(host);
                    case HttpTimeoutException _ -> "%s did not answer in time".formatted(host);
                    case SSLException _ ->
                            "No secure connection to %s could be made".formatted(host);
                    default -> "The connection to %s broke".formatted(host);
                };
        return new TransientFailure(
                "%s (%s). Check address and network; the sync can be run again."
                        .formatted(why, request),
                String.valueOf(error.getMessage()),
                error);
    }

    @Override
    public void close() {
        connections.close();
    }
}
