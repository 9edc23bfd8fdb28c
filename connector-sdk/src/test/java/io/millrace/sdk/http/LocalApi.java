package io.millrace.sdk.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An API on this machine that answers as a test tells it to, and remembers what it was asked. */
public final class LocalApi implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());

    /** What was asked. */
    public record Asked(
            String method, URI address, Map<String, List<String>> headers, String body) {
        public String header(String name) {
            return String.join(", ", headers.getOrDefault(name, List.of()));
        }
    }

    /** What to answer. */
    public record Reply(int status, Map<String, String> headers, String body) {
        public static Reply ok(String body) {
            return new Reply(200, Map.of(), body.replace('\'', '"'));
        }

        public static Reply status(int status) {
            return new Reply(status, Map.of(), "{}");
        }

        public Reply with(String header, String value) {
            return new Reply(status, Map.of(header, value), body);
        }
    }

    public LocalApi(Function<Asked, Reply> answers) {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        server.setExecutor(executor);
        server.createContext(
                "/",
                exchange -> {
                    var one =
                            new Asked(
                                    exchange.getRequestMethod(),
                                    exchange.getRequestURI(),
                                    exchange.getRequestHeaders(),
                                    new String(
                                            exchange.getRequestBody().readAllBytes(),
                                            StandardCharsets.UTF_8));
                    asked.add(one);
                    Reply reply = answers.apply(one);
                    reply.headers()
                            .forEach((name, value) ->
                                    exchange.getResponseHeaders().add(name, value));
                    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(
                            reply.status(), body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
    }

    /** Its address, with a path that ends with a slash. */
    public URI address() {
        return URI.create("http://127.0.0.1:%d/v1/".formatted(server.getAddress().getPort()));
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
