package io.millrace.declarative.http;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request that is ready to be sent.
 *
 * @param method in upper case
 * @param url absolute, with its query
 * @param headers by name, in any writing; what a client adds by itself is not among them
 * @param body sent as UTF-8
 */
public record OutgoingRequest(
        String method, String url, Map<String, String> headers, Optional<String> body) {

    /**
     * A request whose address is cleaned and gets further parameters.
     *
     * @param parameters not yet encoded
     * @param headers by name; of two writings of a name the later one counts
     */
    public static OutgoingRequest of(
            String method,
            String url,
            Map<?, ?> parameters,
            Map<String, String> headers,
            Optional<String> body) {
        return new OutgoingRequest(
                        method,
                        Addresses.prepared(url, FormEncoding.encode(parameters)),
                        Map.of(),
                        body)
                .withHeaders(headers);
    }

    /** The value of a header, however its name is written. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** This with further headers, which replace those of the same name. */
    OutgoingRequest withHeaders(Map<String, String> more) {
        if (more.isEmpty()) {
            return this;
        }
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        // The writing of the newer one counts, so the older one has to go first.
        more.keySet().forEach(all::remove);
        all.putAll(more);
        return new OutgoingRequest(method, url, all, body);
    }

    /** Method and address without its query: the rest may hold secrets. */
    @Override
    public String toString() {
        return "%s %s".formatted(method, Addresses.printable(url));
    }
}
