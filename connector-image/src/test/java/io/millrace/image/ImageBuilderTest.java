package io.millrace.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class ImageBuilderTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(ObjectNode request) throws Exception {
        Path file = folder.resolve("request.json");
        Files.writeString(file, request.toString());
        output.reset();
        errors.reset();
        return ImageBuilder.run(
                file, new PrintStream(output, true, UTF_8), new PrintStream(errors, true, UTF_8));
    }

    private ObjectNode request(String name) throws IOException {
        Path jar = folder.resolve("connector.jar");
        if (!Files.exists(jar)) {
            Files.writeString(jar, "a program");
        }
        ObjectNode request = JsonMapper.shared().createObjectNode().put("name", name);
        request.put("directory", "/connector");
        ArrayNode layers = request.putArray("layers");
        layers.addArray()
                .addObject()
                .put("from", jar.toString())
                .put("to", "/connector/target/connector.jar");
        request.putArray("entrypoint").add("java").add("Main");
        request.putObject("environment").put("AIRBYTE_ENTRYPOINT", "java Main");
        request.putObject("labels").put("io.airbyte.name", "me/source-x");
        return request;
    }

    /** As {@code docker save} writes it, of one file. */
    private Path base() throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.writeString(root.resolve("release"), "a base\n");
        tar(root, folder.resolve("layer.tar"));
        byte[] layer = Files.readAllBytes(folder.resolve("layer.tar"));
        String diff = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(layer));
        Path image = Files.createDirectories(folder.resolve("base"));
        Files.write(image.resolve("layer.tar"), layer);
        Files.writeString(
                image.resolve("config.json"),
                """
                {"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"], "User": "1000"},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
                """
                        .formatted(diff));
        Files.writeString(
                image.resolve("manifest.json"),
                "[{\"Config\": \"config.json\", \"RepoTags\": [\"base:1\"], \"Layers\":"
                        + " [\"layer.tar\"]}]");
        tar(image, folder.resolve("base.tar"));
        return folder.resolve("base.tar");
    }

    private static void tar(Path root, Path archive) throws Exception {
        var words = new ArrayList<>(List.of("tar", "-C", root.toString(), "-cf"));
        words.add(archive.toString());
        try (Stream<Path> files = Files.list(root)) {
            files.sorted().forEach(file -> words.add(file.getFileName().toString()));
        }
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
    }

    private static byte[] entry(Path archive, String name) throws Exception {
        Process process = new ProcessBuilder("tar", "-xOf", archive.toString(), name).start();
        byte[] content = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).as(name).isZero();
        return content;
    }

    @Test
    void anImageIsMadeOnABaseInAFileWithoutAnEngineAndTheSameAgain() throws Exception {
        ObjectNode request = request("me/source-x:1.0.0");
        request.put("base_archive", base().toString());
        Path archive = folder.resolve("image.tar");
        request.put("archive", archive.toString());
        assertThat(run(request)).as(errors.toString(UTF_8)).isZero();
        String digest = output.toString(UTF_8);
        JsonNode manifest = JsonMapper.shared().readTree(entry(archive, "manifest.json")).path(0);
        assertThat(manifest.path("RepoTags").path(0).asString()).isEqualTo("me/source-x:1.0.0");
        assertThat(manifest.path("Layers").size()).isEqualTo(2);
        JsonNode config =
                JsonMapper.shared()
                        .readTree(entry(archive, manifest.path("Config").asString()))
                        .path("config");
        assertThat(config.path("Entrypoint")).hasToString("[\"java\",\"Main\"]");
        assertThat(config.path("WorkingDir").asString()).isEqualTo("/connector");
        assertThat(config.path("User").asString()).isEqualTo("1000");
        assertThat(config.path("Labels").path("io.airbyte.name").asString())
                .isEqualTo("me/source-x");
        assertThat(config.path("Env").valueStream().map(JsonNode::asString))
                .contains("AIRBYTE_ENTRYPOINT=java Main", "PATH=/bin");
        byte[] first = Files.readAllBytes(archive);
        assertThat(run(request)).isZero();
        assertThat(output.toString(UTF_8)).isEqualTo(digest).contains("sha256:");
        assertThat(Files.readAllBytes(archive)).isEqualTo(first);
    }

    @Test
    void anImageIsPushedToARegistry() throws Exception {
        try (var registry = new TestRegistry()) {
            ObjectNode request = request(registry.address() + "/me/source-x:1.0.0");
            request.put("base", "scratch");
            assertThat(run(request)).as(errors.toString(UTF_8)).isZero();
            assertThat(registry.objects).containsKey("/v2/me/source-x/manifests/1.0.0");
            JsonNode manifest =
                    JsonMapper.shared()
                            .readTree(registry.objects.get("/v2/me/source-x/manifests/1.0.0"));
            assertThat(registry.objects)
                    .containsKey(
                            "/v2/me/source-x/blobs/"
                                    + manifest.path("config").path("digest").asString());
        }
    }

    @Test
    void whatCanNotBeMadeIsToldInWords() throws Exception {
        ObjectNode nobody = request("localhost:1/me/source-x:1.0.0").put("base", "scratch");
        assertThat(run(nobody)).isOne();
        assertThat(errors.toString(UTF_8)).contains("localhost:1");
        assertThat(run(request("NO NAME").put("base", "scratch"))).isOne();
        assertThat(errors.toString(UTF_8)).contains("NO NAME");
        Path broken = Files.writeString(folder.resolve("broken.tar"), "no archive");
        ObjectNode request = request("me/source-x:1.0.0");
        request.put("base_archive", broken.toString());
        request.put("archive", folder.resolve("image.tar").toString());
        assertThat(run(request)).isOne();
        assertThat(errors.toString(UTF_8)).isNotBlank();
    }

    /** The part of the API of image registries (OCI distribution 1.1) that a push uses. */
    private static final class TestRegistry implements AutoCloseable {
        final Map<String, byte[]> objects = new ConcurrentHashMap<>();
        private static final int TLS = 0x16;

        private final HttpServer server;
        private final ServerSocket door;

        TestRegistry() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.createContext("/v2/", this::answer);
            server.start();
            door = new ServerSocket(0, 16, InetAddress.getByName("127.0.0.1"));
            Thread.ofVirtual().start(this::accept);
        }

        String address() {
            return "localhost:" + door.getLocalPort();
        }

        /** Refuses TLS at once, as real servers without it do; Java's own waits for more. */
        private void accept() {
            try {
                while (true) {
                    Socket caller = door.accept();
                    Thread.ofVirtual().start(() -> relay(caller));
                }
            } catch (IOException _) {
                // Closed.
            }
        }

        private void relay(Socket caller) {
            try (caller;
                    var inner =
                            new Socket(
                                    server.getAddress().getAddress(),
                                    server.getAddress().getPort())) {
                int first = caller.getInputStream().read();
                if (first < 0 || first == TLS) {
                    return;
                }
                inner.getOutputStream().write(first);
                Thread answers =
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        inner.getInputStream().transferTo(caller.getOutputStream());
                                    } catch (IOException _) {
                                        // The caller is gone.
                                    }
                                });
                caller.getInputStream().transferTo(inner.getOutputStream());
                inner.shutdownOutput();
                answers.join();
            } catch (IOException _) {
                // The caller is gone.
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                byte[] body = exchange.getRequestBody().readAllBytes();
                int status;
                switch (exchange.getRequestMethod()) {
                    case "HEAD", "GET" ->
                            status = path.equals("/v2/") || objects.containsKey(path) ? 200 : 404;
                    case "POST" -> {
                        exchange.getResponseHeaders().add("Location", path + UUID.randomUUID());
                        status = 202;
                    }
                    case "PATCH" -> {
                        objects.put(path, body);
                        exchange.getResponseHeaders().add("Location", path);
                        status = 202;
                    }
                    default -> {
                        String query = exchange.getRequestURI().getQuery();
                        if (query != null && query.contains("digest=")) {
                            String digest = query.substring(query.indexOf("sha256:"));
                            byte[] uploaded = objects.remove(path);
                            objects.put(
                                    path.replaceFirst("uploads/.*", digest),
                                    uploaded == null ? body : uploaded);
                        } else {
                            objects.put(path, body);
                        }
                        status = 201;
                    }
                }
                exchange.sendResponseHeaders(status, -1);
            }
        }

        @Override
        public void close() throws IOException {
            door.close();
            server.stop(0);
        }
    }
}
