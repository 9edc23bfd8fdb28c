package io.millrace.sdk.http;

import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** An answer of an API, all of it in memory. For one thread at a time. */
public final class ApiAnswer {
    private static final int SHOWN = 500;

    private final String request;
    private final int status;
    private final Headers headers;
    private final byte[] bytes;
    private @Nullable JsonNode json;

    /**
     * @param request what was asked for, without secrets, for messages
     * @param bytes belong to this from then on
     */
    ApiAnswer(String request, int status, Headers headers, byte[] bytes) {
        this.request = request;
        this.status = status;
        this.headers = headers;
        this.bytes = bytes;
    }

    public int status() {
        return status;
    }

    public Headers headers() {
        return headers;
    }

    /** The body. Nobody changes the array. */
    public byte[] bytes() {
        return bytes;
    }

    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * The body as JSON.
     *
     * @throws SystemFailure where it is none
     */
    public JsonNode json() {
        JsonNode present = json;
        if (present == null) {
            try {
                present = Json.parse(bytes);
            } catch (JacksonException failure) {
                throw new SystemFailure(
                        "The answer to %s is no JSON. Is this the address of the API?"
                                .formatted(request),
                        "status %d, %d bytes".formatted(status, bytes.length),
                        failure);
            }
            json = present;
        }
        return present;
    }

    /**
     * The records at a place of the body.
     *
     * @param pointer such as {@code /data/items}; empty for the body itself
     * @throws SystemFailure where there is something else than a list
     */
    public List<JsonNode> records(String pointer) {
        JsonNode found = json().at(pointer);
        if (!found.isArray()) {
            throw new SystemFailure(
                    "The answer to %s has no list at \"%s\".".formatted(request, pointer));
        }
        return found.valueStream().toList();
    }

    /** How it begins, for a log; may quote what was asked for. */
    String beginning() {
        String text = text().strip();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    @Override
    public String toString() {
        return "%d to %s".formatted(status, request);
    }
}
