package io.millrace.sdk;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.text.NearestName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connectors that a class loader can see, by name. Looks for each once; what isn't asked for is
 * not made where its class already tells by its name that it is another. For any thread.
 */
public final class ConnectorRegistry {
    private final ClassLoader loader;
    private final Map<String, Optional<SourceDefinition<?>>> sources = new ConcurrentHashMap<>();
    private final Map<String, Optional<DestinationDefinition<?>>> destinations =
            new ConcurrentHashMap<>();

    private ConnectorRegistry(ClassLoader loader) {
        this.loader = loader;
    }

    /** The connectors that are listed for {@link ServiceLoader} where {@code loader} sees them. */
    public static ConnectorRegistry of(ClassLoader loader) {
        return new ConnectorRegistry(loader);
    }

    /** All sources, by name. */
    public List<SourceDefinition<?>> sources() {
        return sorted(loadAll(SourceDefinition.class)).stream()
                .<SourceDefinition<?>>map(definition -> definition)
                .toList();
    }

    /** All destinations, by name. */
    public List<DestinationDefinition<?>> destinations() {
        return sorted(loadAll(DestinationDefinition.class)).stream()
                .<DestinationDefinition<?>>map(definition -> definition)
                .toList();
    }

    public Optional<SourceDefinition<?>> findSource(String name) {
        return sources.computeIfAbsent(
                name, unknown -> find(SourceDefinition.class, unknown).map(found -> found));
    }

    public Optional<DestinationDefinition<?>> findDestination(String name) {
        return destinations.computeIfAbsent(
                name, unknown -> find(DestinationDefinition.class, unknown).map(found -> found));
    }

    /**
     * @throws ConfigurationFailure where there is no such source; it names one that is nearly
     *     called so, or all of them
     */
    public SourceDefinition<?> loadSource(String name) {
        return findSource(name).orElseThrow(() -> unknown("source", name, names(sources())));
    }

    /**
     * @throws ConfigurationFailure where there is no such destination; it names one that is nearly
     *     called so, or all of them
     */
    public DestinationDefinition<?> loadDestination(String name) {
        return findDestination(name)
                .orElseThrow(() -> unknown("destination", name, names(destinations())));
    }

    private static List<String> names(List<? extends ConnectorDefinition<?>> definitions) {
        return definitions.stream().<String>map(ConnectorDefinition::name).toList();
    }

    private static ConfigurationFailure unknown(String kind, String name, List<String> known) {
        String hint =
                NearestName.of(name, known)
                        .map("Did you mean \"%s\"?"::formatted)
                        .orElseGet(() ->
                                known.isEmpty()
                                        ? "None is installed."
                                        : "There are: %s.".formatted(String.join(", ", known)));
        return new ConfigurationFailure(
                "There is no built-in %s \"%s\". %s".formatted(kind, name, hint));
    }

    @SuppressWarnings("rawtypes") // ServiceLoader knows classes, not their parameters
    private <D extends ConnectorDefinition> List<D> loadAll(Class<D> kind) {
        return ServiceLoader.load(kind, loader).stream()
                .<D>map(ServiceLoader.Provider::get)
                .toList();
    }

    @SuppressWarnings("rawtypes") // as above
    private static <D extends ConnectorDefinition> List<D> sorted(List<D> definitions) {
        var sorted = new ArrayList<D>(definitions);
        sorted.sort(Comparator.comparing((D definition) -> definition.name()));
        return sorted;
    }

    @SuppressWarnings("rawtypes") // as above
    private <D extends ConnectorDefinition> Optional<D> find(Class<D> kind, String name) {
        String letters = letters(name);
        var later = new ArrayList<ServiceLoader.Provider<D>>();
        var likely = new ArrayList<ServiceLoader.Provider<D>>();
        for (var provider : ServiceLoader.load(kind, loader).stream().toList()) {
            boolean sounds = letters(provider.type().getSimpleName()).startsWith(letters);
            (sounds ? likely : later).add(provider);
        }
        likely.addAll(later);
        return likely.stream()
                .<D>map(ServiceLoader.Provider::get)
                .filter(definition -> definition.name().equals(name))
                .findFirst();
    }

    private static String letters(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }
}
