package io.millrace.declarative.recording;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import io.millrace.sdk.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request and its answer, as a line of a recording has them.
 *
 * @param request method, address and body, by which it is found again; its headers are not kept,
 *     since they hold credentials
 * @param headers of the answer, in their order
 * @param body of the answer: its text, or its bytes in Base64
 * @param base64 which of them
 */
record Exchange(
        String request,
        int status,
        List<Map.Entry<String, String>> headers,
        String body,
        boolean base64) {
    /** What tells of the connection and of sessions, and nothing of the answer. */
    private static final Set<String> UNKEPT =
            Set.of(
                    "connection",
                    "content-encoding",
                    "content-length",
                    "date",
                    "keep-alive",
                    "server",
                    "set-cookie",
                    "transfer-encoding");

    /** How a request is told and found: {@code GET https://…}, with its body behind it. */
    static String describe(OutgoingRequest request) {
        return request.method()
                + " "
                + request.url()
                + request.body().map(body -> " " + body).orElse("");
    }

    static Exchange of(OutgoingRequest request, Answer answer) {
        Optional<String> text = text(answer.bytes());
        return new Exchange(
                describe(request),
                answer.status(),
                answer.headers().fields().stream()
                        .filter(field -> !UNKEPT.contains(field.getKey().toLowerCase(Locale.ROOT)))
                        .toList(),
                text.orElseGet(() -> Base64.getEncoder().encodeToString(answer.bytes())),
                text.isEmpty());
    }

    /** The same, with each text changed by {@code change}; a body that is no text stays. */
    Exchange map(UnaryOperator<String> change) {
        return new Exchange(
                change.apply(request),
                status,
                headers.stream()
                        .map(field -> Map.entry(field.getKey(), change.apply(field.getValue())))
                        .toList(),
                base64 ? body : change.apply(body),
                base64);
    }

    /** {@code bytes} as text; empty where they are none. */
    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    Answer answer(OutgoingRequest asked) {
        return Answer.of(
                status,
                asked.url(),
                Headers.of(headers),
                base64 ? Base64.getDecoder().decode(body) : body.getBytes(StandardCharsets.UTF_8));
    }

    /** A line of a recording, without its end. */
    String toLine() {
        ObjectNode line = Json.object();
        line.put("request", request);
        line.put("status", status);
        ArrayNode fields = line.putArray("headers");
        headers.forEach(field -> fields.addArray().add(field.getKey()).add(field.getValue()));
        line.put(base64 ? "body64" : "body", body);
        return line.toString();
    }

    /**
     * What {@link #toLine} wrote.
     *
     * @param place for the message where it is none
     */
    static Exchange parse(String line, String place) {
        JsonNode node;
        try {
            node = Json.parse(line.getBytes(StandardCharsets.UTF_8));
        } catch (JacksonException malformed) {
            throw new ConfigurationFailure(
                    "%s is no JSON. Record it anew.".formatted(place),
                    String.valueOf(malformed.getOriginalMessage()),
                    malformed);
        }
        if (!node.path("request").isString() || !node.path("status").isIntegralNumber()) {
            throw new ConfigurationFailure(
                    "%s has no \"request\" and \"status\". Record it anew.".formatted(place));
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (JsonNode field : node.path("headers")) {
            headers.add(Map.entry(field.path(0).asString(), field.path(1).asString()));
        }
        boolean base64 = node.has("body64");
        return new Exchange(
                node.path("request").asString(),
                node.path("status").asInt(),
                headers,
                node.path(base64 ? "body64" : "body").asString(""),
                base64);
    }
}
