package io.millrace.sdk.http;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The throttles of all syncs in this process, so that syncs of one account that run at the same
 * time heed each other's limits.
 */
public final class Throttles {
    private static final ConcurrentMap<String, Throttle> ALL = new ConcurrentHashMap<>();

    private Throttles() {}

    /**
     * The throttle for an API and credentials.
     *
     * @param credentials a digest of them; never the secrets themselves
     */
    public static Throttle of(String origin, String credentials) {
        return ALL.computeIfAbsent(origin + " " + credentials, _ -> new Throttle());
    }
}
