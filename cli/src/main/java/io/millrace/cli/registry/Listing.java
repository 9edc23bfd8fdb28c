package io.millrace.cli.registry;

import io.millrace.cli.registry.Registry.Published;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.TreeMap;

/** The versions of connectors in a registry, oldest first, by the name of the connector. */
public record Listing(Map<String, List<Published>> byName) {
    public Listing {
        var sorted = new TreeMap<String, List<Published>>();
        byName.forEach((name, versions) ->
                sorted.put(
                        name,
                        versions.stream()
                                .sorted((one, other) -> one.version().compareTo(other.version()))
                                .toList()));
        byName = java.util.Collections.unmodifiableMap(sorted);
    }

    public List<Published> versions(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** The newest that is no candidate. */
    public Optional<Published> newestRelease(String name) {
        return last(
                versions(name).stream()
                        .filter(each -> each.version().candidate().isEmpty())
                        .toList());
    }

    /** The newest of all, candidates too. */
    public Optional<Published> newest(String name) {
        return last(versions(name));
    }

    /** The newest of all where that is a candidate. */
    public Optional<Published> candidate(String name) {
        return newest(name).filter(each -> !each.version().candidate().isEmpty());
    }

    private static Optional<Published> last(SequencedCollection<Published> versions) {
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
    }

    public Optional<Published> find(String name, Version version) {
        return versions(name).stream().filter(each -> each.version().equals(version)).findFirst();
    }

    /** The connectors that are called so, wholly or by the part behind the last slash. */
    public List<String> matching(String name) {
        return byName.containsKey(name)
                ? List.of(name)
                : byName.keySet().stream().filter(each -> each.endsWith("/" + name)).toList();
    }
}
