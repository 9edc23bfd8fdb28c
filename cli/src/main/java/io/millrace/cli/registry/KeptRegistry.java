package io.millrace.cli.registry;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A registry to read from, of which this machine keeps what it has seen: where the registry can't
 * be reached, that is what there is. One thread.
 */
public final class KeptRegistry implements Registry {
    private final Registry registry;
    private final String address;
    private final Path place;
    private final Consumer<String> log;
    private boolean offline;

    /**
     * @param address how messages name the registry
     * @param place where to keep it
     * @param offline whether the registry isn't asked at all
     * @param log is told when what was kept is used
     */
    public KeptRegistry(
            Registry registry, String address, Path place, boolean offline, Consumer<String> log) {
        this.registry = registry;
        this.address = address;
        this.place = place;
        this.offline = offline;
        this.log = log;
    }

    @Override
    public Listing list() throws InterruptedException {
        if (!offline) {
            try {
                Listing listing = registry.list();
                keep(listing);
                return listing;
            } catch (TransientFailure unreachable) {
                if (!Files.exists(place.resolve("versions.json"))) {
                    throw unreachable;
                }
                log.accept(
                        "%s Going on with what was seen of it last."
                                .formatted(unreachable.getMessage()));
                offline = true;
            }
        }
        return kept();
    }

    private Listing kept() {
        Path file = place.resolve("versions.json");
        if (!Files.exists(file)) {
            throw new ConfigurationFailure(
                    "Nothing of the registry %s is kept here; look at it once with the network."
                            .formatted(address));
        }
        try {
            var byName = new TreeMap<String, List<Published>>();
            JsonNode kept = JsonMapper.shared().readTree(Files.readAllBytes(file));
            for (var connector : kept.properties()) {
                var versions = new ArrayList<Published>();
                connector
                        .getValue()
                        .forEach(version ->
                                Version.parse(version.asString(""))
                                        .ifPresent(parsed ->
                                                versions.add(
                                                        new Published(
                                                                connector.getKey(), parsed))));
                byName.put(connector.getKey(), versions);
            }
            return new Listing(byName);
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private void keep(Listing listing) {
        ObjectNode all = JsonMapper.shared().createObjectNode();
        listing.byName()
                .forEach((name, versions) -> {
                    ArrayNode texts = all.putArray(name);
                    versions.forEach(version -> texts.add(version.version().toString()));
                });
        try {
            Files.createDirectories(place);
            Path draft = Files.createTempFile(place, ".versions-", "");
            Files.writeString(draft, RegistryIndex.text(all));
            replace(draft, place.resolve("versions.json"));
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    @Override
    public Optional<Path> file(Published published, String name) throws InterruptedException {
        Path kept =
                place.resolve("files")
                        .resolve(published.name())
                        .resolve(published.version().toString())
                        .resolve(name);
        if (offline) {
            return Files.exists(kept) ? Optional.of(kept) : registry.fileHere(published, name);
        }
        Optional<Path> found = registry.file(published, name);
        if (found.isPresent()) {
            keep(found.get(), kept);
        }
        return found;
    }

    private void keep(Path file, Path kept) {
        try {
            if (Files.exists(kept) && Files.mismatch(file, kept) < 0) {
                return;
            }
            Path folder = Files.createDirectories(kept.resolve("..").normalize());
            Path draft = Files.createTempFile(folder, ".kept-", "");
            Files.copy(file, draft, StandardCopyOption.REPLACE_EXISTING);
            replace(draft, kept);
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private static void replace(Path draft, Path file) throws IOException {
        Files.move(
                draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private SystemFailure failed(IOException failure) {
        return new SystemFailure(
                "The cache in %s can't be read or written.".formatted(place),
                String.valueOf(failure.getMessage()),
                failure);
    }

    @Override
    public void add(Release release, Gate gate) throws InterruptedException {
        registry.add(release, gate);
    }

    @Override
    public void repair() throws InterruptedException {
        registry.repair();
    }
}
