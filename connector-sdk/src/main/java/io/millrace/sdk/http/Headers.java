package io.millrace.sdk.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The headers of an answer, with their names as the server wrote them. A name that came several
 * times has its values joined by {@code ", "}.
 */
public final class Headers {
    public static final Headers NONE = new Headers(List.of());

    private final Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final List<Map.Entry<String, String>> fields = new ArrayList<>();

    private Headers(List<Map.Entry<String, String>> entries) {
        for (Map.Entry<String, String> entry : entries) {
            byName.merge(entry.getKey(), entry.getValue(), (some, more) -> some + ", " + more);
        }
        var written = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (Map.Entry<String, String> entry : entries) {
            if (written.put(entry.getKey(), entry.getKey()) == null) {
                fields.add(Map.entry(entry.getKey(), byName.get(entry.getKey())));
            }
        }
    }

    /** Headers in the order in which they came. */
    public static Headers of(List<Map.Entry<String, String>> entries) {
        return entries.isEmpty() ? NONE : new Headers(entries);
    }

    public static Headers of(Map<String, String> entries) {
        return of(List.copyOf(entries.entrySet()));
    }

    /** The value of a header, however its name is written. */
    public Optional<String> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All of them, each name once, in the order in which they came. */
    public List<Map.Entry<String, String>> fields() {
        return Collections.unmodifiableList(fields);
    }

    /** The names only: values may hold secrets. */
    @Override
    public String toString() {
        return byName.keySet().toString();
    }
}
