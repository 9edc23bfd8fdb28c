package io.millrace.cli.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Sends requests, again where that may help. Blocks; safe for all threads. */
public final class HttpCalls implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(20);
    private static final int TRIES = 5;
    private static final long FIRST_PAUSE_MILLISECONDS = 100;

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_WITHIN)
                    .build();

    /** What a server answered; every status but "again later". */
    public record Answer<T>(int status, HttpHeaders headers, T body) {
        public boolean succeeded() {
            return status / 100 == 2;
        }
    }

    /**
     * Sends a request and returns the answer as text.
     *
     * @param request makes it anew for each attempt; it has to mean the same each time
     * @throws TransientFailure where no attempt was answered for good
     */
    public Answer<String> text(Supplier<HttpRequest> request) throws InterruptedException {
        return send(request, BodyHandlers.ofString(UTF_8));
    }

    /** Like {@link #text}, as bytes. */
    public Answer<byte[]> bytes(Supplier<HttpRequest> request) throws InterruptedException {
        return send(request, BodyHandlers.ofByteArray());
    }

    /** Like {@link #text}; {@code file} holds what came, whatever its status. */
    public Answer<Path> file(Supplier<HttpRequest> request, Path file) throws InterruptedException {
        return send(request, BodyHandlers.ofFile(file));
    }

    private <T> Answer<T> send(Supplier<HttpRequest> request, BodyHandler<T> handler)
            throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            HttpRequest made = request.get();
            try {
                HttpResponse<T> response = client.send(made, handler);
                boolean later = response.statusCode() == 429 || response.statusCode() >= 500;
                if (!later) {
                    return new Answer<>(response.statusCode(), response.headers(), response.body());
                }
                if (attempt == TRIES) {
                    throw new TransientFailure(
                            "%s answers %d, also after %d tries."
                                    .formatted(server(made.uri()), response.statusCode(), TRIES));
                }
            } catch (IOException failure) {
                if (attempt == TRIES) {
                    throw new TransientFailure(
                            "%s can't be reached.".formatted(server(made.uri())),
                            failure.toString(),
                            failure);
                }
            }
            long most = FIRST_PAUSE_MILLISECONDS << attempt;
            Thread.sleep(ThreadLocalRandom.current().nextLong(most / 2, most));
        }
    }

    /** Without path and query, which may tell secrets. */
    private static String server(URI address) {
        return "%s://%s".formatted(address.getScheme(), address.getAuthority());
    }

    @Override
    public void close() {
        client.close();
    }
}
