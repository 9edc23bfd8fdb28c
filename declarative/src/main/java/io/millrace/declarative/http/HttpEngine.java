package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.Supplier;

/**
 * What the requesters of one source share: connections, the call budget, kept answers, tokens. Safe
 * for all threads.
 */
public final class HttpEngine implements AutoCloseable {
    private final Compilation compilation;
    private final AuthenticatorCompiler authenticators;
    private final HttpSettings settings;
    private final Reach reach;
    private final RequestBudget budget;
    private final Transport transport;
    private final SlowRequests slowRequests;
    private final AnswerCache cache = new AnswerCache();
    private final ConcurrentMap<Object, Object> shared = new ConcurrentHashMap<>();
    private final LongAccumulator largestAnswer = new LongAccumulator(Long::max, 0);

    private HttpEngine(
            Compilation compilation,
            RequestBudget budget,
            AuthenticatorCompiler authenticators,
            HttpSettings settings,
            Reach reach) {
        this.compilation = compilation;
        this.budget = budget;
        this.authenticators = authenticators;
        this.settings = settings;
        this.reach = reach;
        this.transport = new Transport(System.getenv(), settings.silence());
        // Told well before the server has been silent for too long.
        this.slowRequests = new SlowRequests(compilation.log(), settings.silence().dividedBy(4));
    }

    /**
     * Opens what requesters need; the caller closes it after the last request.
     *
     * @param budget the manifest's {@code api_budget}
     * @param reach shared by all that is opened for one source
     */
    public static HttpEngine open(
            Compilation compilation,
            Optional<Definition> budget,
            AuthenticatorCompiler authenticators,
            HttpSettings settings,
            Reach reach) {
        return new HttpEngine(
                compilation,
                budget.map(definition -> RequestBudget.compile(definition, compilation))
                        .orElse(RequestBudget.NONE),
                authenticators,
                settings,
                reach);
    }

    /** What the requesters are compiled with. */
    public Compilation compilation() {
        return compilation;
    }

    /**
     * A requester.
     *
     * @param definition an HttpRequester
     * @param name for messages, and for the cache: requesters of the same name share it
     * @param streamed whether bodies are read as they arrive, as the decoder wants it
     */
    public Requester requester(Definition definition, String name, boolean streamed) {
        return HttpRequester.compile(definition, name, streamed, this);
    }

    /**
     * Sends a request once, as it is: without budget, throttle and error handler. How tokens are
     * fetched.
     *
     * @param name for whoever observes exchanges
     * @throws IOException where no whole answer came
     */
    public Answer exchange(String name, OutgoingRequest request)
            throws IOException, InterruptedException {
        Answer answer = send(request, false, new Cookies(), Patience.USUAL);
        reach.found(request.url());
        settings.observer().exchanged(name, request, answer);
        return answer;
    }

    /** The authenticator of a requester; one that sends nothing where it has none. */
    Authenticator authenticator(Definition requester, String name) {
        return requester
                .find("authenticator")
                .filter(definition -> !definition.type().equals("NoAuth"))
                .map(definition -> authenticators.compile(definition, requester, name, this))
                .orElse(Authenticator.NONE);
    }

    /**
     * What all that ask with an equal key share, e.g. the token of one set of credentials; made
     * when it is first asked for, perhaps once too often. Keys are values, and of a type of the
     * caller's own.
     */
    @SuppressWarnings("unchecked") // a key's type stands for the type of its value
    public <T> T shared(Object key, Supplier<T> create) {
        Object present = shared.get(key);
        if (present == null) {
            // Made outside of the map's own lock, since what is made may share something in turn.
            Object made = create.get();
            Object first = shared.putIfAbsent(key, made);
            present = first == null ? made : first;
        }
        return (T) present;
    }

    /** A digest of the credentials that a requester uses, e.g. to share a throttle by them. */
    String credentials(Definition requester) {
        return requester
                .find("authenticator")
                .filter(definition -> !definition.type().equals("NoAuth"))
                .map(definition ->
                        AnswerCache.digest(
                                Python.str(definition.fields()) + Python.str(compilation.config())))
                .orElse("");
    }

    /** The largest answer until now that was held in memory, in bytes. */
    public long largestAnswer() {
        return largestAnswer.get();
    }

    HttpSettings settings() {
        return settings;
    }

    /** How long hosts are waited for where nobody is. */
    public Reach reach() {
        return reach;
    }

    /** Why there was no answer, for a person. */
    public static String reason(IOException error) {
        return Messages.ofError(error);
    }

    RequestBudget budget() {
        return budget;
    }

    /** Whoever observes exchanges sees whole answers. */
    private boolean observed() {
        return !settings.observer().equals(HttpObserver.NONE);
    }

    /** See {@link Transport#send}. */
    Answer send(OutgoingRequest request, boolean streamed, Cookies cookies, Patience patience)
            throws IOException, InterruptedException {
        Answer answer =
                settings.recorded().isPresent()
                        ? settings.recorded().get().answer(request)
                        : transport.send(request, streamed && !observed(), cookies, patience);
        if (!answer.isStreamed()) {
            largestAnswer.accumulate(answer.bytes().length);
        }
        return answer;
    }

    SlowRequests slowRequests() {
        return slowRequests;
    }

    AnswerCache cache() {
        return cache;
    }

    @Override
    public void close() {
        slowRequests.close();
        transport.close();
        cache.close();
    }
}
