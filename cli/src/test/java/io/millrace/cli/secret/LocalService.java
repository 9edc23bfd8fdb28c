package io.millrace.cli.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** A service on this machine that answers JSON. */
final class LocalService implements AutoCloseable {
    private final HttpServer server;
    final List<String> asked = new ArrayList<>();

    /** A request, and whether its caller may do that. */
    record Call(
            String method, String path, Map<String, String> query, String token, JsonNode body) {}

    record Reply(int status, JsonNode body) {
        static Reply ok(JsonNode body) {
            return new Reply(200, body);
        }

        static Reply error(int status, String message) {
            ObjectNode body = JsonMapper.shared().createObjectNode();
            body.putArray("errors").add(message);
            return new Reply(status, body);
        }
    }

    /** What the service does; one call at a time. */
    interface Behaviour {
        Reply answer(Call call);
    }

    LocalService(String tokenHeader, Behaviour behaviour) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        byte[] sent = exchange.getRequestBody().readAllBytes();
                        var query = new HashMap<String, String>();
                        String raw = exchange.getRequestURI().getRawQuery();
                        for (String pair : raw == null ? new String[0] : raw.split("&")) {
                            int equals = pair.indexOf('=');
                            query.put(
                                    pair.substring(0, equals),
                                    URLDecoder.decode(pair.substring(equals + 1), UTF_8));
                        }
                        String type =
                                String.valueOf(
                                        exchange.getRequestHeaders().getFirst("Content-Type"));
                        JsonNode body =
                                sent.length == 0 || type.contains("form")
                                        ? MissingNode.getInstance()
                                        : JsonMapper.shared().readTree(sent);
                        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                        Reply reply =
                                behaviour.answer(
                                        new Call(
                                                exchange.getRequestMethod(),
                                                exchange.getRequestURI().getPath(),
                                                query,
                                                String.valueOf(
                                                        exchange.getRequestHeaders()
                                                                .getFirst(tokenHeader)),
                                                body));
                        byte[] content = reply.body().toString().getBytes(UTF_8);
                        exchange.sendResponseHeaders(reply.status(), content.length);
                        exchange.getResponseBody().write(content);
                    }
                });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
