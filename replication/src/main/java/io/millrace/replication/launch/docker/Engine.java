package io.millrace.replication.launch.docker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A Docker engine, spoken to over its own socket: starting its command takes longer than most of
 * its answers. Safe for all threads; an interrupt ends a call.
 *
 * @param host as {@code DOCKER_HOST} has it
 */
record Engine(String host, SocketAddress address) {
    /** Of version 20.10; newer engines still answer to it. */
    private static final String VERSION = "/v1.41";

    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(1);
    private static final int MAX_HEAD = 64 << 10;

    /**
     * @param host such as {@code unix:///var/run/docker.sock}
     * @throws ConfigurationFailure where it can't be reached that way
     */
    static Engine at(String host) {
        try {
            URI place = URI.create(host);
            if ("unix".equals(place.getScheme())) {
                return new Engine(host, UnixDomainSocketAddress.of(place.getPath()));
            }
            boolean encrypted = !System.getenv().getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
            if ("tcp".equals(place.getScheme()) && !encrypted && place.getHost() != null) {
                int port = place.getPort() < 0 ? 2375 : place.getPort();
                return new Engine(host, new InetSocketAddress(place.getHost(), port));
            }
        } catch (IllegalArgumentException _) {
            // Told below.
        }
        throw new ConfigurationFailure(
                "An engine at %s can't be used: files of this machine have to be seen there. Point"
                                .formatted(host)
                        + " DOCKER_HOST at unix:///… or at tcp://… without TLS.");
    }

    /** The engine can't be reached. */
    static final class Unreachable extends IOException {
        private static final long serialVersionUID = 1;

        private Unreachable(String message, IOException cause) {
            super(message, cause);
        }
    }

    /**
     * What an engine says.
     *
     * @param json an empty object where it isn't JSON
     */
    record Answer(int status, JsonNode json) {
        boolean succeeded() {
            return status < 300;
        }

        /** Why it refuses. */
        String message() {
            return json.path("message").asString("status " + status);
        }
    }

    /** A part of a path, or a value of a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /**
     * @throws Unreachable where nobody answers
     */
    Answer get(String path) throws IOException {
        return call("GET", path, Optional.empty());
    }

    /**
     * @throws Unreachable where nobody answers
     */
    Answer post(String path, Optional<JsonNode> body) throws IOException {
        return call("POST", path, body);
    }

    /**
     * @throws Unreachable where nobody answers
     */
    Answer call(String method, String path, Optional<JsonNode> body) throws IOException {
        try (Exchange exchange = open(method, path, body)) {
            Thread guard = Thread.ofVirtual().start(exchange::closeLater);
            try {
                return exchange.answer();
            } finally {
                guard.interrupt();
            }
        }
    }

    /**
     * Sends a request whose answer may come late, or never end.
     *
     * @throws Unreachable where nobody answers
     */
    Exchange open(String method, String path, Optional<JsonNode> body) throws IOException {
        byte[] content = body.isEmpty() ? new byte[0] : Json.mapper().writeValueAsBytes(body.get());
        // In version 1.0 of HTTP an answer ends with its connection, and is not cut in chunks.
        String head =
                "%s %s%s HTTP/1.0\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        .formatted(method, VERSION, path, content.length);
        SocketChannel channel;
        try {
            channel = SocketChannel.open(address);
        } catch (IOException failure) {
            throw new Unreachable(host + ": " + failure.getMessage(), failure);
        }
        try {
            var whole = new ByteArrayOutputStream();
            whole.writeBytes(head.getBytes(ISO_8859_1));
            whole.writeBytes(content);
            ByteBuffer bytes = ByteBuffer.wrap(whole.toByteArray());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return new Exchange(channel);
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    /** A request that was sent. One thread reads; any may close it, which ends that. */
    static final class Exchange implements AutoCloseable {
        private final SocketChannel channel;
        private final InputStream input;

        private Exchange(SocketChannel channel) {
            this.channel = channel;
            this.input = Channels.newInputStream(channel);
        }

        /** Waits for the head of the answer, and gives its status; the rest is the body. */
        int status() throws IOException {
            var head = new StringBuilder();
            while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
                int next = input.read();
                if (next < 0 || head.length() > MAX_HEAD) {
                    throw new EOFException("The engine ended the connection without an answer.");
                }
                head.append((char) next);
            }
            String[] words = head.substring(0, head.indexOf("\r\n")).split(" ", 3);
            try {
                return Integer.parseInt(words[1]);
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException wrong) {
                throw new IOException("The engine speaks no HTTP.", wrong);
            }
        }

        /** Waits for the whole answer. */
        Answer answer() throws IOException {
            int status = status();
            byte[] body = input.readAllBytes();
            try {
                JsonNode read = body.length == 0 ? null : Json.mapper().readTree(body);
                return new Answer(status, read == null ? Json.object() : read);
            } catch (JacksonException _) {
                return new Answer(status, Json.object());
            }
        }

        SocketChannel channel() {
            return channel;
        }

        InputStream body() {
            return input;
        }

        /** Until it is interrupted, which tells that the answer was there in time. */
        private void closeLater() {
            try {
                Thread.sleep(ANSWERED_WITHIN);
                close();
            } catch (InterruptedException _) {
                // It was.
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException _) {
                // It is of no use any more, closed or not.
            }
        }
    }
}
