package io.millrace.sdk.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * A request that is not sent yet.
 *
 * @param method in upper case
 * @param address absolute, or relative to the client's base address; may have a query of its own
 * @param query further parameters, not yet encoded, in the order in which they are sent
 * @param headers by name
 * @param contentType of the body; of no meaning without one
 * @param body sent as UTF-8
 */
public record ApiRequest(
        String method,
        String address,
        Map<String, String> query,
        Map<String, String> headers,
        String contentType,
        Optional<String> body) {

    public ApiRequest {
        query = Collections.unmodifiableMap(new LinkedHashMap<>(query));
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    public static ApiRequest get(String address) {
        return new ApiRequest("GET", address, Map.of(), Map.of(), "", Optional.empty());
    }

    /** A POST of JSON. It is sent again where it fails, so it has to be one that only asks. */
    public static ApiRequest post(String address, JsonNode body) {
        return new ApiRequest(
                "POST",
                address,
                Map.of(),
                Map.of(),
                "application/json",
                Optional.of(body.toString()));
    }

    /** A POST of a form. It is sent again where it fails. */
    public static ApiRequest postForm(String address, Map<String, String> form) {
        return new ApiRequest(
                "POST",
                address,
                Map.of(),
                Map.of(),
                "application/x-www-form-urlencoded",
                Optional.of(encoded(form)));
    }

    /** This with a parameter of the query, which takes the place of one of that name. */
    public ApiRequest with(String parameter, String value) {
        Map<String, String> all = new LinkedHashMap<>(query);
        all.put(parameter, value);
        return new ApiRequest(method, address, all, headers, contentType, body);
    }

    /** This with a parameter of the query, as {@link #with(String, String)}. */
    public ApiRequest with(String parameter, long value) {
        return with(parameter, Long.toString(value));
    }

    /** This with a header, which takes the place of one of that name. */
    public ApiRequest withHeader(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.keySet().removeIf(name::equalsIgnoreCase);
        all.put(name, value);
        return new ApiRequest(method, address, query, all, contentType, body);
    }

    /** This for another address, as an answer names its next page, which has a query of its own. */
    public ApiRequest to(String nextAddress) {
        return new ApiRequest(method, nextAddress, Map.of(), headers, contentType, body);
    }

    /** The address with everything of the query, against {@code base} where it is relative. */
    URI resolve(URI base) {
        URI resolved = base.resolve(address);
        if (query.isEmpty()) {
            return resolved;
        }
        String more = encoded(query);
        String text = resolved.toString();
        String given = resolved.getRawQuery();
        String separator = given == null ? "?" : given.isEmpty() ? "" : "&";
        return URI.create(text + separator + more);
    }

    private static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(each ->
                        URLEncoder.encode(each.getKey(), UTF_8)
                                + "="
                                + URLEncoder.encode(each.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** Method and address without its query: the rest may hold secrets. */
    @Override
    public String toString() {
        int question = address.indexOf('?');
        return "%s %s".formatted(method, question < 0 ? address : address.substring(0, question));
    }
}
