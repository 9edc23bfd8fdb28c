package io.millrace.declarative.http;

import io.millrace.protocol.failure.SystemFailure;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses as text, joined and cleaned as Python's {@code urllib} and the reference's HTTP client
 * do it (reference 3.1). {@link java.net.URI} resolves differently, and refuses what APIs accept.
 */
public final class Addresses {
    private static final String UNRESERVED =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static final String USER_INFO = UNRESERVED + "!$&'()*+,;=:";
    private static final String PATH = USER_INFO + "@/";
    private static final String QUERY = PATH + "?";
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");
    private static final String HEX = "0123456789ABCDEF";

    private Addresses() {}

    /** The parts of an address; absent ones are empty, and those that were there have a mark. */
    private record Parts(
            String scheme, String authority, String path, String query, String fragment) {

        static Parts of(String address, String defaultScheme) {
            String rest = stripped(address);
            String scheme = defaultScheme;
            int colon = rest.indexOf(':');
            if (colon > 0 && isScheme(rest.substring(0, colon))) {
                scheme = rest.substring(0, colon).toLowerCase(Locale.ROOT);
                rest = rest.substring(colon + 1);
            }
            String authority = "";
            if (rest.startsWith("//")) {
                int end = 2;
                while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
                    end++;
                }
                authority = rest.substring(2, end);
                rest = rest.substring(end);
            }
            String fragment = "";
            int hash = rest.indexOf('#');
            if (hash >= 0) {
                fragment = rest.substring(hash + 1);
                rest = rest.substring(0, hash);
            }
            String query = "";
            int question = rest.indexOf('?');
            if (question >= 0) {
                query = rest.substring(question + 1);
                rest = rest.substring(0, question);
            }
            return new Parts(scheme, authority, rest, query, fragment);
        }

        private static String stripped(String address) {
            int from = 0;
            while (from < address.length() && address.charAt(from) <= ' ') {
                from++;
            }
            return address.substring(from).replace("\t", "").replace("\r", "").replace("\n", "");
        }

        private static boolean isScheme(String text) {
            char first = text.charAt(0);
            return ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'))
                    && text.chars()
                            .allMatch(c ->
                                    (c >= 'a' && c <= 'z')
                                            || (c >= 'A' && c <= 'Z')
                                            || (c >= '0' && c <= '9')
                                            || c == '+'
                                            || c == '-'
                                            || c == '.');
        }

        boolean isHttp() {
            return scheme.equals("http") || scheme.equals("https");
        }

        /** Where a hierarchy of paths means something; no scheme is such a one. */
        boolean isHierarchical() {
            return isHttp() || scheme.isEmpty() || scheme.equals("ftp") || scheme.equals("file");
        }

        Parts with(String newPath, String newQuery, String newFragment) {
            return new Parts(scheme, authority, newPath, newQuery, newFragment);
        }

        String text() {
            var text = new StringBuilder();
            if (!scheme.isEmpty()) {
                text.append(scheme).append(':');
            }
            if (!authority.isEmpty() || (isHttp() && !path.startsWith("//"))) {
                text.append("//").append(authority);
                if (!path.isEmpty() && !path.startsWith("/")) {
                    text.append('/');
                }
            }
            text.append(path);
            if (!query.isEmpty()) {
                text.append('?').append(query);
            }
            if (!fragment.isEmpty()) {
                text.append('#').append(fragment);
            }
            return text.toString();
        }
    }

    /**
     * {@code path} below {@code base}, which gets a slash at its end first: an absolute address
     * takes its place, {@code /x} goes to the host's root.
     */
    public static String below(String base, String path) {
        if (path.isEmpty()) {
            return base;
        }
        return join(base.endsWith("/") ? base : base + "/", path);
    }

    /** Python's {@code urljoin}: also takes empty segments out of the middle of relative paths. */
    static String join(String base, String reference) {
        if (base.isEmpty()) {
            return reference;
        }
        if (reference.isEmpty()) {
            return base;
        }
        Parts from = Parts.of(base, "");
        Parts to = Parts.of(reference, from.scheme());
        if (!to.scheme().equals(from.scheme()) || !to.isHierarchical()) {
            return reference;
        }
        if (!to.authority().isEmpty()) {
            return to.text();
        }
        if (to.path().isEmpty()) {
            String query = to.query().isEmpty() ? from.query() : to.query();
            return from.with(from.path(), query, to.fragment()).text();
        }
        List<String> resolved = new ArrayList<>();
        List<String> segments = segments(from.path(), to.path());
        for (String segment : segments) {
            switch (segment) {
                case "." -> {}
                case ".." -> {
                    if (!resolved.isEmpty()) {
                        resolved.removeLast();
                    }
                }
                default -> resolved.add(segment);
            }
        }
        String last = segments.getLast();
        if (last.equals(".") || last.equals("..")) {
            resolved.add("");
        }
        String path = String.join("/", resolved);
        return from.with(path.isEmpty() ? "/" : path, to.query(), to.fragment()).text();
    }

    private static List<String> segments(String base, String path) {
        List<String> segments = new ArrayList<>();
        if (path.startsWith("/")) {
            segments.addAll(List.of(path.split("/", -1)));
            return segments;
        }
        segments.addAll(List.of(base.split("/", -1)));
        if (!segments.getLast().isEmpty()) {
            segments.removeLast();
        }
        segments.addAll(List.of(path.split("/", -1)));
        if (segments.size() > 2) {
            segments.subList(1, segments.size() - 1).removeIf(String::isEmpty);
        }
        return segments;
    }

    /**
     * An absolute address as it goes over the wire: illegal characters are encoded, valid escapes
     * kept, dot segments resolved.
     *
     * @param parameters the query to add, encoded; may be empty
     */
    static String prepared(String address, String parameters) {
        Parts parts = Parts.of(address, "");
        if (parts.scheme().isEmpty()) {
            throw new SystemFailure(
                    ("The manifest makes a request to '%s', which has no scheme. Give the requester"
                                    + " an address that begins with https://.")
                            .formatted(printable(address)));
        }
        if (!parts.isHttp()) {
            return address;
        }
        if (parts.authority().isEmpty()) {
            throw new SystemFailure(
                    ("The manifest makes a request to '%s', which names no host. Give the requester"
                                    + " a full address.")
                            .formatted(printable(address)));
        }
        String path = encoded(withoutDots(parts.path()), PATH);
        String query = encoded(parts.query(), QUERY);
        if (!parameters.isEmpty()) {
            query = query.isEmpty() ? parameters : query + "&" + parameters;
        }
        return decodedUnreserved(
                new Parts(
                                parts.scheme(),
                                authority(parts.authority()),
                                path.isEmpty() ? "/" : path,
                                query,
                                encoded(parts.fragment(), QUERY))
                        .text());
    }

    private static String authority(String authority) {
        int at = authority.lastIndexOf('@');
        String user = at < 0 ? "" : encoded(authority.substring(0, at), USER_INFO) + "@";
        String host = authority.substring(at + 1).toLowerCase(Locale.ROOT);
        if (host.chars().allMatch(c -> c < 128)) {
            return user + host;
        }
        int colon = host.lastIndexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        try {
            return user + IDN.toASCII(name) + (colon < 0 ? "" : host.substring(colon));
        } catch (IllegalArgumentException error) {
            throw new SystemFailure(
                    "'%s' is not a valid name of a host.".formatted(name),
                    String.valueOf(error.getMessage()),
                    error);
        }
    }

    private static String withoutDots(String path) {
        if (!path.contains("/.")) {
            return path;
        }
        List<String> output = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            switch (segment) {
                case "." -> {}
                case ".." -> {
                    if (!output.isEmpty()) {
                        output.removeLast();
                    }
                }
                default -> output.add(segment);
            }
        }
        if (path.startsWith("/") && (output.isEmpty() || !output.getFirst().isEmpty())) {
            output.addFirst("");
        }
        if (path.endsWith("/.") || path.endsWith("/..")) {
            output.add("");
        }
        return String.join("/", output);
    }

    private static String encoded(String text, String allowed) {
        if (text.chars().allMatch(c -> c != '%' && allowed.indexOf(c) >= 0)) {
            return text;
        }
        int escapes = 0;
        var upper = new StringBuilder();
        Matcher matcher = ESCAPE.matcher(text);
        while (matcher.find()) {
            escapes++;
            matcher.appendReplacement(upper, matcher.group().toUpperCase(Locale.ROOT));
        }
        matcher.appendTail(upper);
        // Only where each percent sign begins an escape are they escapes.
        boolean isEscaped = escapes == upper.chars().filter(c -> c == '%').count();
        var result = new StringBuilder(upper.length() + 16);
        for (byte unit : upper.toString().getBytes(StandardCharsets.UTF_8)) {
            int c = unit & 0xFF;
            if (c < 128 && (allowed.indexOf(c) >= 0 || (c == '%' && isEscaped))) {
                result.append((char) c);
            } else {
                appendEscape(result, c);
            }
        }
        return result.toString();
    }

    static void appendEscape(StringBuilder into, int unit) {
        into.append('%').append(HEX.charAt(unit >> 4)).append(HEX.charAt(unit & 15));
    }

    private static String decodedUnreserved(String address) {
        if (address.indexOf('%') < 0) {
            return address;
        }
        var result = new StringBuilder(address.length());
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c == '%' && i + 2 < address.length()) {
                int high = Character.digit(address.charAt(i + 1), 16);
                int low = Character.digit(address.charAt(i + 2), 16);
                int unit = high * 16 + low;
                if (high >= 0 && low >= 0 && UNRESERVED.indexOf(unit) >= 0) {
                    result.append((char) unit);
                    i += 2;
                    continue;
                }
            }
            result.append(c);
        }
        return result.toString();
    }

    /** The query of an address, without its mark. */
    static String query(String address) {
        return Parts.of(address, "").query();
    }

    /** Scheme and authority: {@code https://host:port}. */
    static String origin(String address) {
        Parts parts = Parts.of(address, "");
        return parts.scheme() + "://" + withoutUser(parts.authority());
    }

    static String scheme(String address) {
        return Parts.of(address, "").scheme();
    }

    /** The authority without a user: {@code host:port}. */
    static String hostAndPort(String address) {
        return withoutUser(Parts.of(address, "").authority());
    }

    /**
     * The user information of an address, e.g. {@code user:password}; empty where there is none.
     */
    static String userInfo(String address) {
        String authority = Parts.of(address, "").authority();
        int at = authority.lastIndexOf('@');
        return at < 0 ? "" : authority.substring(0, at);
    }

    static String path(String address) {
        return Parts.of(address, "").path();
    }

    /** What a request line asks for: path and query. */
    static String target(String address) {
        Parts parts = Parts.of(address, "");
        String path = parts.path().isEmpty() ? "/" : parts.path();
        return parts.query().isEmpty() ? path : path + "?" + parts.query();
    }

    private static String withoutUser(String authority) {
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    /**
     * An address for messages: without query, fragment and user, which are where secrets are
     * (invariant 7).
     */
    public static String printable(String address) {
        Parts parts = Parts.of(address, "");
        return new Parts(parts.scheme(), withoutUser(parts.authority()), parts.path(), "", "")
                .text();
    }
}
