package io.millrace.sdk.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies of the environment: {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and
 * {@code NO_PROXY}, in upper or lower case. This machine itself is never reached through one.
 */
public final class Proxies extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    private final Map<String, String> environment;
    private final List<String> exempt = new ArrayList<>();

    public Proxies(Map<String, String> environment) {
        this.environment = environment;
        for (String host : find("no_proxy").orElse("").split(",", -1)) {
            String name = host.strip().toLowerCase(Locale.ROOT);
            if (!name.isEmpty()) {
                exempt.add(name.startsWith(".") ? name.substring(1) : name);
            }
        }
    }

    private Optional<String> find(String name) {
        String lower = environment.get(name);
        String found = lower == null ? environment.get(name.toUpperCase(Locale.ROOT)) : lower;
        return Optional.ofNullable(found).map(String::strip).filter(text -> !text.isEmpty());
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        if (isLocal(host) || isExempt(host)) {
            return DIRECT;
        }
        return find(uri.getScheme().toLowerCase(Locale.ROOT) + "_proxy")
                .or(() -> find("all_proxy"))
                .map(Proxies::proxy)
                .map(List::of)
                .orElse(DIRECT);
    }

    private static boolean isLocal(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private boolean isExempt(String host) {
        return exempt.stream()
                .anyMatch(
                        name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
    }

    private static Proxy proxy(String address) {
        String full = address.contains("://") ? address : "http://" + address;
        String authority = authority(full);
        int colon = authority.lastIndexOf(':');
        String host = colon < 0 ? authority : authority.substring(0, colon);
        int port = colon < 0 ? 80 : Integer.parseInt(authority.substring(colon + 1));
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
    }

    /** Host and port of an address that {@link URI} might refuse. */
    private static String authority(String address) {
        int start = address.indexOf("://") + 3;
        int end = start;
        while (end < address.length() && "/?#".indexOf(address.charAt(end)) < 0) {
            end++;
        }
        String authority = address.substring(start, end);
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException error) {
        // The request that needed it fails, and says so.
    }
}
