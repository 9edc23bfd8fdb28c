package io.millrace.cli.registry;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is installed from registries below {@code MILLRACE_HOME}; needs none from then on. */
public final class InstalledConnectors {
    private final Path root;

    /**
     * @param home {@code MILLRACE_HOME}
     */
    public InstalledConnectors(Path home) {
        this.root = home.resolve("connectors");
    }

    /**
     * One of them.
     *
     * @param pinned whether upgrades leave it alone
     */
    public record Installed(String name, Version version, boolean pinned, Path folder) {}

    /** By name. */
    public Map<String, Installed> list() {
        var installed = new TreeMap<String, Installed>();
        for (var entry : read().properties()) {
            JsonNode value = entry.getValue();
            Version.parse(value.path("version").asString(""))
                    .ifPresent(version ->
                            installed.put(
                                    entry.getKey(),
                                    new Installed(
                                            entry.getKey(),
                                            version,
                                            value.path("pinned").asBoolean(false),
                                            folder(entry.getKey(), version))));
        }
        return installed;
    }

    /** By its name, or by the part of it behind the last slash where that is unique. */
    public Optional<Installed> find(String name) {
        Map<String, Installed> all = list();
        if (all.containsKey(name)) {
            return Optional.of(all.get(name));
        }
        var matching =
                all.values().stream().filter(each -> each.name().endsWith("/" + name)).toList();
        return matching.size() == 1 ? Optional.of(matching.getFirst()) : Optional.empty();
    }

    /** Of all versions. */
    private Path folder(String name) {
        return root.resolve(name.replace("/", "__"));
    }

    private Path folder(String name, Version version) {
        return folder(name).resolve(version.toString());
    }

    /**
     * Installs a version, which is used from then on in the place of others.
     *
     * @param archive its archive
     * @param digest what the registry tells of the archive
     */
    public void install(Registry.Published published, Path archive, String digest, boolean pinned) {
        Path folder = folder(published.name(), published.version());
        try {
            if (!Files.exists(folder)) {
                if (!ConnectorArchive.digest(archive).equals(digest)) {
                    throw new SystemFailure(
                            "The archive of %s in the registry was altered: its digest is not %s."
                                    .formatted(published, digest));
                }
                Files.createDirectories(folder.getParent());
                Path draft = folder.resolveSibling(".draft-" + UUID.randomUUID());
                try {
                    ConnectorArchive.unpack(archive, draft);
                    Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
                } catch (FileAlreadyExistsException | DirectoryNotEmptyException _) {
                    // Another process installed the same meanwhile.
                } finally {
                    DirectoryRegistry.delete(draft);
                }
            }
            record(published.name(), published.version(), pinned);
        } catch (IOException failure) {
            throw new SystemFailure(
                    "%s can't be installed: %s".formatted(published.name(), failure),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    /** Lets upgrades have a connector again. */
    public void unpin(Installed installed) {
        try {
            record(installed.name(), installed.version(), false);
        } catch (IOException failure) {
            throw new SystemFailure(
                    "%s can't be unpinned: %s".formatted(installed.name(), failure),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    /** Takes a connector away, with all of its versions; pipelines can't name it any more. */
    public void uninstall(Installed installed) {
        try {
            change(all -> all.remove(installed.name()));
            DirectoryRegistry.delete(folder(installed.name()));
        } catch (IOException failure) {
            throw new SystemFailure(
                    "%s can't be uninstalled: %s".formatted(installed.name(), failure),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private void record(String name, Version version, boolean pinned) throws IOException {
        change(all -> all.putObject(name).put("version", version.toString()).put("pinned", pinned));
    }

    /** Other processes may do the same for other connectors. */
    private void change(Consumer<ObjectNode> change) throws IOException {
        try {
            LockFile.hold(
                    LockFile.in(root, ".lock"),
                    () -> {
                        ObjectNode all = read();
                        change.accept(all);
                        write(all);
                        return true;
                    });
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while others install", stopped);
        }
    }

    private ObjectNode read() {
        Path file = root.resolve("installed.json");
        if (!Files.exists(file)) {
            return JsonMapper.shared().createObjectNode();
        }
        try {
            return (ObjectNode) JsonMapper.shared().readTree(Files.readAllBytes(file));
        } catch (IOException | ClassCastException failure) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(file), failure.toString(), failure);
        }
    }

    private void write(ObjectNode all) throws IOException {
        Files.createDirectories(root);
        Path draft = Files.createTempFile(root, "installed-", ".json");
        Files.writeString(draft, all.toPrettyString() + "\n");
        Files.move(
                draft,
                root.resolve("installed.json"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
