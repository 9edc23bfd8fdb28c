package io.millrace.cli.registry;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A registry that is a directory, laid out as the reference's bucket (reference: protocol 8.4). A
 * version appears in one step, when its folder gets its name; everything else is made of the
 * folders that are there, so a publisher that dies leaves nothing to repair. Safe for several
 * processes.
 */
public final class DirectoryRegistry {
    private static final String ENTRY = "oss.json";
    private static final String LATEST = "latest";
    private static final String STAGING = ".staging-";

    /** The archive of a connector that is run from its folder. */
    public static final String ARCHIVE = "connector.zip";

    private final Path root;

    private DirectoryRegistry(Path root) {
        this.root = root;
    }

    /**
     * @param mayCreate whether one that isn't there is begun
     */
    public static DirectoryRegistry open(Path root, boolean mayCreate) {
        if (!mayCreate && !Files.isDirectory(root.resolve("metadata"))) {
            throw new ConfigurationFailure("There is no registry at %s.".formatted(root));
        }
        return new DirectoryRegistry(root);
    }

    /** A published version. */
    public record Published(String name, Version version, Path folder) {
        /** What the registry tells of it. */
        public JsonNode entry() {
            return read(folder.resolve(ENTRY));
        }
    }

    /** Every version of every connector, oldest first. */
    public Map<String, List<Published>> list() {
        var byName = new TreeMap<String, List<Published>>();
        Path metadata = root.resolve("metadata");
        if (!Files.isDirectory(metadata)) {
            return byName;
        }
        try (Stream<Path> files = Files.walk(metadata)) {
            for (Path entry : files.filter(file -> file.endsWith(ENTRY)).sorted().toList()) {
                Path folder = java.util.Objects.requireNonNull(entry.getParent());
                Version.parse(String.valueOf(folder.getFileName()))
                        .ifPresent(version -> {
                            String name =
                                    metadata.relativize(folder.getParent())
                                            .toString()
                                            .replace('\\', '/');
                            byName.computeIfAbsent(name, _ -> new ArrayList<>())
                                    .add(new Published(name, version, folder));
                        });
            }
        } catch (IOException failure) {
            throw failed(failure);
        }
        byName.values().forEach(all -> all.sort(Comparator.comparing(Published::version)));
        return byName;
    }

    /** The newest release of a connector. */
    public Optional<Published> latest(String name) {
        List<Published> all = list().getOrDefault(name, List.of());
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    public Optional<Published> find(String name, Version version) {
        return list().getOrDefault(name, List.of()).stream()
                .filter(each -> each.version().equals(version))
                .findFirst();
    }

    /** Fills the folder of a version. */
    @FunctionalInterface
    public interface Content {
        void write(Path folder) throws IOException;
    }

    /**
     * Adds a version.
     *
     * @throws ConfigurationFailure where it is there already; then nothing is changed
     */
    public void add(String name, Version version, JsonNode entry, Content content) {
        try {
            Files.createDirectories(root);
            try (FileChannel channel =
                            FileChannel.open(
                                    root.resolve(".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                Path folder = root.resolve("metadata").resolve(name).resolve(version.toString());
                if (Files.exists(folder)) {
                    throw new ConfigurationFailure(
                            "%s %s is in the registry already.".formatted(name, version));
                }
                removeStaging();
                Path staging = root.resolve(STAGING + UUID.randomUUID());
                try {
                    Files.createDirectories(staging);
                    content.write(staging);
                    Files.writeString(staging.resolve("cloud.json"), entry.toPrettyString() + "\n");
                    Files.writeString(staging.resolve(ENTRY), entry.toPrettyString() + "\n");
                    Files.createDirectories(folder.getParent());
                    Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    delete(staging);
                }
                index();
            }
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private static SystemFailure failed(IOException failure) {
        return new SystemFailure(
                "The registry can't be read or written.",
                String.valueOf(failure.getMessage()),
                failure);
    }

    private void removeStaging() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            for (Path file :
                    files.filter(each -> String.valueOf(each.getFileName()).startsWith(STAGING))
                            .toList()) {
                delete(file);
            }
        }
    }

    /** Makes anew what follows from the versions: the newest of each, and the lists. */
    private void index() throws IOException {
        ObjectNode registry = JsonMapper.shared().createObjectNode();
        ArrayNode sources = registry.putArray("sources");
        ArrayNode destinations = registry.putArray("destinations");
        for (List<Published> all : list().values()) {
            Published newest = all.getLast();
            JsonNode entry = newest.entry();
            (entry.has("destinationDefinitionId") ? destinations : sources).add(entry);
            Path latest = newest.folder().resolveSibling(LATEST);
            Path draft = root.resolve(STAGING + UUID.randomUUID());
            copy(newest.folder(), draft);
            delete(latest);
            Files.move(draft, latest, StandardCopyOption.ATOMIC_MOVE);
        }
        for (String name : List.of("oss_registry.json", "cloud_registry.json")) {
            Path file = root.resolve("registries/v0").resolve(name);
            Files.createDirectories(file.getParent());
            Path draft = file.resolveSibling("." + name);
            Files.writeString(draft, registry.toPrettyString() + "\n");
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JsonMapper.shared().readTree(Files.readAllBytes(file));
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
