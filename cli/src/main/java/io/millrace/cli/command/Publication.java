package io.millrace.cli.command;

import io.millrace.cli.acceptance.AcceptanceSuite;
import io.millrace.cli.acceptance.CheckResult;
import io.millrace.cli.acceptance.Compatibility;
import io.millrace.cli.acceptance.Report;
import io.millrace.cli.acceptance.WrongConfigurationException;
import io.millrace.cli.registry.ConnectorArchive;
import io.millrace.cli.registry.ConnectorMetadata;
import io.millrace.cli.registry.Listing;
import io.millrace.cli.registry.Registry;
import io.millrace.cli.registry.Registry.Published;
import io.millrace.cli.registry.Release;
import io.millrace.cli.registry.Version;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.replication.launch.process.GuestCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One version on its way into a registry. Everything that may refuse it comes before the first
 * change of the registry. One thread.
 */
final class Publication {
    private static final String CATALOG = "catalog.json";

    private final Path folder;
    private final ConnectorFolder connector;
    private final ConnectorMetadata metadata;
    private final Published published;

    /**
     * @throws io.millrace.cli.pipeline.ProblemsException where its metadata isn't as it must be
     */
    Publication(Path folder, ConnectorFolder connector) {
        this.folder = folder;
        this.connector = connector;
        this.metadata = ConnectorMetadata.read(folder);
        this.published =
                new Published(
                        metadata.repository(), Version.parse(metadata.version()).orElseThrow());
    }

    /** Takes the image of a version to where images are kept. */
    interface ImagePush {
        void push(ConnectorMetadata metadata) throws InterruptedException;
    }

    /** Tests the connector, and adds it where nothing speaks against it. */
    Published publish(Registry registry, ImagePush images)
            throws IOException, InterruptedException {
        Listing before = registry.list();
        if (before.find(published.name(), published.version()).isPresent()) {
            // Before the tests, which take their time; the registry looks again.
            throw new ConfigurationFailure(
                    "%s is in the registry already. Publish another version.".formatted(published));
        }
        requireChangelog();
        requirePlace(registry, before);
        AcceptanceSuite.Answers answers = test();
        requireCompatible(registry, before, answers);
        images.push(metadata);
        Path files = Files.createTempDirectory("release");
        try {
            fill(files, answers);
            registry.add(
                    new Release(published, files),
                    (now, listing) -> {
                        requirePlace(now, listing);
                        requireCompatible(now, listing, answers);
                    });
        } finally {
            try (Stream<Path> all = Files.list(files)) {
                for (Path file : all.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(files);
        }
        return published;
    }

    private AcceptanceSuite.Answers test() throws InterruptedException {
        try {
            var suite =
                    AcceptanceSuite.load(
                            folder.toString(),
                            folder.toAbsolutePath(),
                            Optional.empty(),
                            Optional.empty());
            GuestCommand program = connector.command(List.of(), suite.image(), suite.environment());
            requirePassed(suite.run(program, Optional.empty()));
            return suite.answers(program);
        } catch (WrongConfigurationException wrong) {
            throw new ConfigurationFailure(wrong.getMessage(), "", wrong);
        }
    }

    private void requireChangelog() throws IOException {
        Path readme = folder.resolve("README.md");
        boolean told =
                Files.exists(readme)
                        && Pattern.compile(
                                        "(?m)^\\|\\s*"
                                                + Pattern.quote(published.version().toString())
                                                + "\\s*\\|")
                                .matcher(Files.readString(readme))
                                .find();
        if (!told) {
            throw new ConfigurationFailure(
                    "README.md has no row for version %s in its changelog."
                            .formatted(published.version()));
        }
    }

    private static void requirePassed(Report report) {
        if (!report.passed()) {
            throw new ConfigurationFailure(
                    "It fails its tests.",
                    report.checks().stream()
                            .filter(check -> check.status() == CheckResult.Status.FAILED)
                            .map(check -> check.name() + ": " + check.message())
                            .collect(Collectors.joining("\n")));
        }
    }

    /** Its version is newer than all others, and its identity is its own. */
    private void requirePlace(Registry registry, Listing listing) throws InterruptedException {
        Optional<Published> newest = listing.newest(published.name());
        if (newest.filter(last -> published.version().compareTo(last.version()) < 0).isPresent()) {
            throw new ConfigurationFailure(
                    "Version %s is older than %s, which is published."
                            .formatted(published.version(), newest.get().version()));
        }
        String id = metadata.data().path("definitionId").asString();
        for (String name : listing.byName().keySet()) {
            Optional<Published> other = listing.newest(name);
            if (other.isEmpty()) {
                continue;
            }
            JsonNode entry = registry.entry(other.get());
            boolean sameId = definition(entry).equalsIgnoreCase(id);
            if (name.equals(published.name()) && !sameId) {
                throw new ConfigurationFailure(
                        "%s has the definitionId %s in the registry, and %s in metadata.yaml. It stays the same over all versions."
                                .formatted(name, definition(entry), id));
            }
            if (!name.equals(published.name()) && sameId) {
                throw new ConfigurationFailure(
                        "The definitionId %s is the one of %s. Give each connector its own."
                                .formatted(id, name));
            }
        }
    }

    private static String definition(JsonNode entry) {
        return entry.path("sourceDefinitionId")
                .asString(entry.path("destinationDefinitionId").asString(""));
    }

    /** Released versions are what people have set up; a candidate may break another candidate. */
    private void requireCompatible(
            Registry registry, Listing listing, AcceptanceSuite.Answers answers)
            throws InterruptedException {
        Optional<Published> release = listing.newestRelease(published.name());
        if (release.isEmpty()) {
            return;
        }
        Published before = release.get();
        JsonNode entry = registry.entry(before);
        var problems =
                new ArrayList<>(
                        Compatibility.ofSpecifications(
                                entry.path("spec"), answers.specification()));
        Optional<Path> catalog = registry.file(before, CATALOG);
        if (answers.catalog().isPresent() && catalog.isPresent()) {
            JsonNode old = JsonMapper.shared().readTree(catalog.get().toFile());
            problems.addAll(Compatibility.ofCatalogs(old, answers.catalog().get()));
            problems.addAll(Compatibility.ofPolicy(old, answers.catalog().get()));
        }
        if (problems.isEmpty()) {
            return;
        }
        if (!published.version().mayBreak(before.version())) {
            throw new ConfigurationFailure(
                    "It breaks what was set up with %s; that takes a new major version."
                            .formatted(before.version()),
                    String.join("\n", problems));
        }
        String announced = published.version().release().toString();
        if (!metadata.data()
                .path("releases")
                .path("breakingChanges")
                .path(announced)
                .has("message")) {
            throw new ConfigurationFailure(
                    "metadata.yaml must tell users of the break: releases.breakingChanges.%s with a message and an upgradeDeadline."
                            .formatted(announced),
                    String.join("\n", problems));
        }
    }

    private void fill(Path files, AcceptanceSuite.Answers answers) throws IOException {
        Files.copy(folder.resolve(ConnectorMetadata.FILE), files.resolve(ConnectorMetadata.FILE));
        write(files.resolve("spec.json"), answers.specification());
        if (answers.catalog().isPresent()) {
            write(files.resolve(CATALOG), answers.catalog().get());
        }
        Files.copy(folder.resolve("README.md"), files.resolve("doc.md"));
        for (String name : List.of("icon.svg", "manifest.yaml")) {
            if (Files.exists(folder.resolve(name))) {
                Files.copy(folder.resolve(name), files.resolve(name));
            }
        }
        Path archive = files.resolve(Registry.ARCHIVE);
        ConnectorArchive.write(folder.toAbsolutePath().normalize(), archive);
        String digest = ConnectorArchive.digest(archive);
        write(files.resolve(Registry.ENTRY), entry("oss", answers, digest));
        write(files.resolve("cloud.json"), entry("cloud", answers, digest));
    }

    private static void write(Path file, JsonNode content) throws IOException {
        Files.writeString(file, content.toPrettyString() + "\n");
    }

    /** What one of the reference's registries tells of it. */
    private ObjectNode entry(String registry, AcceptanceSuite.Answers answers, String digest) {
        ObjectNode entry = metadata.data().deepCopy();
        JsonNode overrides = entry.path("registryOverrides");
        overrides.path(registry).properties().stream()
                .filter(override -> !override.getKey().equals("enabled"))
                .forEach(override -> entry.set(override.getKey(), override.getValue()));
        entry.remove("registryOverrides");
        String id = entry.path("definitionId").asString();
        entry.remove("definitionId");
        if (metadata.kind().equals("source")) {
            entry.put("sourceDefinitionId", id);
            entry.put("sourceType", entry.path("connectorSubtype").asString());
        } else {
            entry.put("destinationDefinitionId", id);
        }
        entry.set("spec", answers.specification());
        entry.put("tombstone", false).put("public", true).put("custom", false);
        if (!metadata.language().isEmpty()) {
            entry.put("language", metadata.language());
        }
        if (Files.exists(folder.resolve("icon.svg"))) {
            entry.put(
                    "iconUrl",
                    "metadata/%s/%s/icon.svg".formatted(published.name(), published.version()));
        }
        ObjectNode generated = entry.withObjectProperty("generated").put("archiveDigest", digest);
        ArrayNode shown = generated.putArray("registries");
        for (String name : List.of("oss", "cloud")) {
            if (overrides.path(name).path("enabled").asBoolean(true)) {
                shown.add(name);
            }
        }
        return entry;
    }
}
