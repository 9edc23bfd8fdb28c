package io.millrace.declarative.http;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cookies of one requester: what a server sets comes back with the next requests, as in the
 * session of the reference's client. Safe for all threads.
 */
final class Cookies {
    private final CookieManager manager =
            new CookieManager(null, CookiePolicy.ACCEPT_ORIGINAL_SERVER);
    private volatile boolean hasAny;

    /** The value of the Cookie header for {@code url}, if there is one. */
    Optional<String> find(String url) {
        if (!hasAny) {
            return Optional.empty();
        }
        try {
            List<String> values =
                    manager.get(URI.create(url), Map.of()).getOrDefault("Cookie", List.of());
            return values.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", values));
        } catch (IOException | IllegalArgumentException _) {
            // An address that can't be matched has no cookies.
            return Optional.empty();
        }
    }

    void store(String url, List<Map.Entry<String, String>> headers) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase("Set-Cookie")) {
                found.computeIfAbsent("Set-Cookie", _ -> new ArrayList<>()).add(header.getValue());
            }
        }
        if (found.isEmpty()) {
            return;
        }
        try {
            manager.put(URI.create(url), found);
            hasAny = true;
        } catch (IOException | IllegalArgumentException _) {
            // A malformed cookie is not kept, as browsers do it.
            return;
        }
    }
}
