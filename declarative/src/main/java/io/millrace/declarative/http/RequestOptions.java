package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.protocol.failure.SystemFailure;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What goes into a request beside its address, by place. Keys and values are Python values, not yet
 * encoded; none of the maps is changed after it was given.
 *
 * @param bodyData a text or a map of form fields; null for none
 * @param bodyJson a map; null for none. A text is kept for the complaint that it can't be one
 */
public record RequestOptions(
        Map<Object, Object> parameters,
        Map<Object, Object> headers,
        @Nullable Object bodyData,
        @Nullable Object bodyJson) {
    public static final RequestOptions EMPTY = new RequestOptions(Map.of(), Map.of(), null, null);

    /** Query parameters alone. */
    public static RequestOptions ofParameters(Map<Object, Object> parameters) {
        return new RequestOptions(parameters, Map.of(), null, null);
    }

    /** Headers alone. */
    public static RequestOptions ofHeaders(Map<Object, Object> headers) {
        return new RequestOptions(Map.of(), headers, null, null);
    }

    public boolean isEmpty() {
        return parameters.isEmpty()
                && headers.isEmpty()
                && isNothing(bodyData)
                && isNothing(bodyJson);
    }

    /**
     * This and {@code other}, which must not share a key (reference 3.2): there is no precedence
     * among the sources of a request. In JSON bodies, objects are merged at every depth and equal
     * values agree.
     */
    public RequestOptions combine(RequestOptions other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        return new RequestOptions(
                merge(parameters, other.parameters, false, ""),
                merge(headers, other.headers, false, ""),
                combineBodies(bodyData, other.bodyData, false),
                combineBodies(bodyJson, other.bodyJson, true));
    }

    /** This and {@code other}, whose values win where both have a key. */
    public RequestOptions overlay(RequestOptions other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        return new RequestOptions(
                overlaid(parameters, other.parameters),
                overlaid(headers, other.headers),
                overlaidBody(bodyData, other.bodyData),
                overlaidBody(bodyJson, other.bodyJson));
    }

    /** Whether a body counts as absent. Empty text doesn't. */
    private static boolean isNothing(@Nullable Object body) {
        return body == null || (body instanceof Map<?, ?> map && map.isEmpty());
    }

    private static @Nullable Object combineBodies(
            @Nullable Object one, @Nullable Object other, boolean isJson) {
        if (one instanceof String && other instanceof String) {
            throw new SystemFailure(
                    "A request can have one text as its body, but the manifest gives it two. Remove"
                            + " one of them.");
        }
        if (isNothing(other)) {
            return one;
        }
        if (isNothing(one)) {
            return other;
        }
        if (one instanceof String || other instanceof String) {
            throw new SystemFailure(
                    "The manifest gives a request a text as its body, and further fields to put"
                            + " into it. Write the body as an object, or inject the fields"
                            + " elsewhere.");
        }
        // What is neither text nor object is no contribution.
        if (!(other instanceof Map<?, ?> more)) {
            return one;
        }
        if (!(one instanceof Map<?, ?> some)) {
            return other;
        }
        return merge(objects(some), objects(more), isJson, "");
    }

    private static Map<Object, Object> merge(
            Map<Object, Object> some, Map<Object, Object> more, boolean isJson, String path) {
        if (more.isEmpty()) {
            return some;
        }
        if (some.isEmpty()) {
            return more;
        }
        Map<Object, Object> result = new LinkedHashMap<>(some);
        more.forEach((key, value) -> {
            if (!result.containsKey(key)) {
                result.put(key, value);
                return;
            }
            Object present = result.get(key);
            String place = path + Python.str(key);
            if (isJson && present instanceof Map<?, ?> inner && value instanceof Map<?, ?> added) {
                result.put(key, merge(objects(inner), objects(added), true, place + "."));
            } else if (!isJson || !Objects.equals(present, value)) {
                throw new SystemFailure(
                        ("Two parts of the manifest put '%s' into the same request. Give each key"
                                        + " in one place only: the requester, its authenticator,"
                                        + " the paginator, the partition router or the cursor.")
                                .formatted(place));
            }
        });
        return Collections.unmodifiableMap(result);
    }

    private static Map<Object, Object> overlaid(
            Map<Object, Object> some, Map<Object, Object> more) {
        if (more.isEmpty()) {
            return some;
        }
        if (some.isEmpty()) {
            return more;
        }
        Map<Object, Object> result = new LinkedHashMap<>(some);
        result.putAll(more);
        return Collections.unmodifiableMap(result);
    }

    private static @Nullable Object overlaidBody(@Nullable Object one, @Nullable Object other) {
        if (isNothing(other)) {
            return one;
        }
        return one instanceof Map<?, ?> some && other instanceof Map<?, ?> more
                ? overlaid(objects(some), objects(more))
                : other;
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> objects(Map<?, ?> map) {
        return (Map<Object, Object>) map;
    }

    /** The places that are used: the values may be secrets. */
    @Override
    public String toString() {
        return "RequestOptions[parameters=%s, headers=%s, form=%s, json=%s]"
                .formatted(
                        parameters.keySet(),
                        headers.keySet(),
                        !isNothing(bodyData),
                        !isNothing(bodyJson));
    }
}
