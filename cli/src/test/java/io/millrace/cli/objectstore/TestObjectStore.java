package io.millrace.cli.objectstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A server that speaks the API of S3, Moto of PyPI, behind a door of ours: one write at a time, as
 * real services do it for a key, and with somebody who may act before and after each write.
 */
public final class TestObjectStore implements AutoCloseable {
    private static final Set<String> OWN =
            Set.of("host", "connection", "content-length", "upgrade", "http2-settings", "expect");

    private final Process server;
    private final int port;
    private final HttpServer door;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ReentrantLock writes = new ReentrantLock();
    private volatile Watcher watcher = (_, _) -> {};
    private volatile boolean ignoringConditions;

    private TestObjectStore(Process server, int port) throws IOException {
        this.server = server;
        this.port = port;
        this.door =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        door.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        door.createContext("/", this::relay);
        door.start();
    }

    /** Sees writes. */
    @FunctionalInterface
    public interface Watcher {
        /** {@code done} is false before a write, true after it and before its answer. */
        void write(String path, boolean done);
    }

    /** Plays a service that knows no conditional writes. */
    public void ignoreConditions(boolean ignoring) {
        ignoringConditions = ignoring;
    }

    public void watch(Watcher seeing) {
        watcher = seeing;
    }

    /** With a bucket {@code connectors}. */
    public static TestObjectStore start() throws IOException, InterruptedException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path log = Files.createTempFile("moto", ".log");
        Process server =
                new ProcessBuilder(program().toString(), "-H", "127.0.0.1", "-p", "" + port)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        var store = new TestObjectStore(server, port);
        for (int attempt = 0; ; attempt++) {
            try {
                store.client.send(
                        HttpRequest.newBuilder(store.behind("/connectors"))
                                .method("PUT", BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.discarding());
                return store;
            } catch (IOException starting) {
                if (!server.isAlive() || attempt == 600) {
                    store.close();
                    throw new AssertionError(Files.readString(log), starting);
                }
                Thread.sleep(100);
            }
        }
    }

    /** Of this machine, else of an environment that is made once. */
    private static Path program() throws IOException, InterruptedException {
        Optional<Path> here =
                Stream.of(System.getenv("PATH").split(":"))
                        .map(folder -> Path.of(folder, "moto_server"))
                        .filter(Files::isExecutable)
                        .findFirst();
        if (here.isPresent()) {
            return here.get();
        }
        Path environment =
                Path.of(System.getProperty("user.home"), ".cache/millrace-tests/moto-5.2.1");
        Path made = environment.resolve("bin/moto_server");
        if (!Files.isExecutable(made)) {
            run("python3", "-m", "venv", environment.toString());
            run(environment.resolve("bin/pip").toString(), "install", "moto[server]==5.2.1");
        }
        return made;
    }

    private static void run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String told = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(10, MINUTES) && process.exitValue() == 0).as(told).isTrue();
    }

    private URI behind(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private void relay(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean write = !exchange.getRequestMethod().equals("GET");
        String path = exchange.getRequestURI().getRawPath();
        if (write) {
            writes.lock();
        }
        try (exchange) {
            if (write) {
                watcher.write(path, false);
            }
            var request =
                    HttpRequest.newBuilder(behind(exchange.getRequestURI().toString()))
                            .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
            exchange.getRequestHeaders()
                    .forEach((name, values) -> {
                        String small = name.toLowerCase(Locale.ROOT);
                        boolean left =
                                OWN.contains(small)
                                        || (ignoringConditions && small.startsWith("if-"));
                        if (!left) {
                            values.forEach(value -> request.header(name, value));
                        }
                    });
            HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
            if (write) {
                watcher.write(path, true);
            }
            answer.headers()
                    .firstValue("etag")
                    .ifPresent(tag -> exchange.getResponseHeaders().add("ETag", tag));
            exchange.sendResponseHeaders(
                    answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
            if (answer.body().length > 0) {
                exchange.getResponseBody().write(answer.body());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            if (write) {
                writes.unlock();
            }
        }
    }

    /** What its users have in their environment. */
    public Map<String, String> environment() {
        return Map.of(
                "AWS_ENDPOINT_URL", "http://127.0.0.1:" + door.getAddress().getPort(),
                "AWS_ACCESS_KEY_ID", "somebody",
                "AWS_SECRET_ACCESS_KEY", "sesame");
    }

    public Bucket bucket() {
        return Bucket.open("connectors", name -> Optional.ofNullable(environment().get(name)));
    }

    /** Every object, as text. */
    public Map<String, String> content() throws InterruptedException {
        var content = new TreeMap<String, String>();
        try (Bucket bucket = bucket()) {
            for (String key : List.copyOf(bucket.list("").keySet())) {
                content.put(key, new String(bucket.find(key).orElseThrow().content(), UTF_8));
            }
        }
        return content;
    }

    @Override
    public void close() {
        door.stop(0);
        client.close();
        server.descendants().forEach(ProcessHandle::destroyForcibly);
        server.destroyForcibly();
    }
}
