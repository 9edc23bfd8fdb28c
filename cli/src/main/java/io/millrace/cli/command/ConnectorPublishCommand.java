package io.millrace.cli.command;

import io.millrace.cli.acceptance.AcceptanceSuite;
import io.millrace.cli.acceptance.CheckResult;
import io.millrace.cli.acceptance.Compatibility;
import io.millrace.cli.acceptance.Report;
import io.millrace.cli.acceptance.WrongConfigurationException;
import io.millrace.cli.registry.ConnectorArchive;
import io.millrace.cli.registry.ConnectorMetadata;
import io.millrace.cli.registry.DirectoryRegistry;
import io.millrace.cli.registry.Version;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.process.GuestCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace connector publish}. */
@Command(
        description = {
            "Puts a version of a connector into a registry, with its specification, metadata and"
                    + " archive.",
            "Refuses what fails its tests, what is there already, what breaks older configurations"
                    + " without a new major version, and what its changelog doesn't tell."
        })
final class ConnectorPublishCommand implements Callable<Integer> {
    private final Supplier<Launchers> launchers;
    private final Terminal terminal;

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "The folders of the connectors.")
    private List<Path> folders = List.of();

    @Option(
            names = "--registry",
            required = true,
            paramLabel = "R",
            description = "The registry: a directory.")
    private String registry = "";

    @Option(names = "--no-image", description = "Publishes the archive alone.")
    private boolean noImage;

    ConnectorPublishCommand(Supplier<Launchers> launchers, Terminal terminal) {
        this.launchers = launchers;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        DirectoryRegistry target = Registries.open(registry, true);
        boolean failed = false;
        for (Path folder : folders) {
            try {
                terminal.output().println(publish(folder, target));
            } catch (SyncFailure refused) {
                failed = true;
                terminal.errors().printf("%s: %s%n", folder, refused.getMessage());
                if (!refused.detail().isBlank()) {
                    terminal.errors().println(refused.detail().indent(2).stripTrailing());
                }
            }
        }
        return failed ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    private String publish(Path folder, DirectoryRegistry target)
            throws IOException, InterruptedException {
        var connector = new ConnectorFolder(folder, launchers.get(), terminal);
        ConnectorMetadata metadata = ConnectorMetadata.read(folder);
        if (!metadata.problems().isEmpty()) {
            throw new ConfigurationFailure(
                    "metadata.yaml is not as it must be.", String.join("\n", metadata.problems()));
        }
        Version version = Version.parse(metadata.version()).orElseThrow();
        if (target.find(metadata.repository(), version).isPresent()) {
            throw new ConfigurationFailure(
                    "%s %s is in the registry already. Publish another version."
                            .formatted(metadata.repository(), version));
        }
        requireChangelog(folder, version);
        Optional<DirectoryRegistry.Published> before = target.latest(metadata.repository());
        GuestCommand program;
        AcceptanceSuite suite;
        try {
            suite =
                    AcceptanceSuite.load(
                            folder.toString(),
                            folder.toAbsolutePath(),
                            Optional.empty(),
                            Optional.empty());
            program = connector.command(List.of(), suite.image(), suite.environment());
            requirePassed(suite.run(program, Optional.empty()));
        } catch (WrongConfigurationException wrong) {
            throw new ConfigurationFailure(wrong.getMessage(), "", wrong);
        }
        AcceptanceSuite.Answers answers = suite.answers(program);
        before.ifPresent(older -> requireCompatible(older, version, metadata, answers));
        Path archive = Files.createTempFile("connector", ".zip");
        try {
            ConnectorArchive.write(folder.toAbsolutePath().normalize(), archive);
            if (!noImage) {
                Images.push(
                        metadata.repository() + ":" + version, folder.toAbsolutePath(), terminal);
            }
            ObjectNode entry = entry(metadata, answers, ConnectorArchive.digest(archive));
            target.add(
                    metadata.repository(),
                    version,
                    entry,
                    staging -> fill(staging, folder, archive, answers));
        } finally {
            Files.deleteIfExists(archive);
        }
        return "%s %s is published.".formatted(metadata.repository(), version);
    }

    private static void requireChangelog(Path folder, Version version) throws IOException {
        Path readme = folder.resolve("README.md");
        boolean told =
                Files.exists(readme)
                        && Pattern.compile(
                                        "(?m)^\\|\\s*"
                                                + Pattern.quote(version.toString())
                                                + "\\s*\\|")
                                .matcher(Files.readString(readme))
                                .find();
        if (!told) {
            throw new ConfigurationFailure(
                    "README.md has no row for version %s in its changelog.".formatted(version));
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

    private static void requireCompatible(
            DirectoryRegistry.Published before,
            Version version,
            ConnectorMetadata metadata,
            AcceptanceSuite.Answers answers) {
        if (version.compareTo(before.version()) < 0) {
            throw new ConfigurationFailure(
                    "Version %s is older than %s, which is published."
                            .formatted(version, before.version()));
        }
        var problems =
                new ArrayList<>(
                        Compatibility.ofSpecifications(
                                before.entry().path("spec"), answers.specification()));
        Path catalog = before.folder().resolve("catalog.json");
        if (answers.catalog().isPresent() && Files.exists(catalog)) {
            try {
                problems.addAll(
                        Compatibility.ofCatalogs(
                                JsonMapper.shared().readTree(Files.readAllBytes(catalog)),
                                answers.catalog().get()));
            } catch (IOException failure) {
                throw new ConfigurationFailure(
                        "The version before can't be read.", failure.toString(), failure);
            }
        }
        if (problems.isEmpty()) {
            return;
        }
        if (!version.mayBreak(before.version())) {
            throw new ConfigurationFailure(
                    "It breaks what was set up with %s; that takes a new major version."
                            .formatted(before.version()),
                    String.join("\n", problems));
        }
        boolean announced =
                metadata.data()
                        .path("releases")
                        .path("breakingChanges")
                        .path(version.toString())
                        .has("message");
        if (!announced) {
            throw new ConfigurationFailure(
                    "metadata.yaml must tell users of the break: releases.breakingChanges.%s with a message and an upgradeDeadline."
                            .formatted(version),
                    String.join("\n", problems));
        }
    }

    private static ObjectNode entry(
            ConnectorMetadata metadata, AcceptanceSuite.Answers answers, String digest) {
        ObjectNode entry = (ObjectNode) metadata.data().deepCopy();
        JsonNode overrides = entry.path("registryOverrides").path("oss");
        overrides.properties().stream()
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
        entry.path("tags")
                .valueStream()
                .map(tag -> tag.asString(""))
                .filter(tag -> tag.startsWith("language:"))
                .findFirst()
                .ifPresent(tag -> entry.put("language", tag.substring("language:".length())));
        entry.putObject("generated").put("archiveDigest", digest);
        return entry;
    }

    private static void fill(
            Path staging, Path folder, Path archive, AcceptanceSuite.Answers answers)
            throws IOException {
        Files.copy(folder.resolve("metadata.yaml"), staging.resolve("metadata.yaml"));
        Files.writeString(
                staging.resolve("spec.json"), answers.specification().toPrettyString() + "\n");
        if (answers.catalog().isPresent()) {
            Files.writeString(
                    staging.resolve("catalog.json"),
                    answers.catalog().get().toPrettyString() + "\n");
        }
        Files.copy(folder.resolve("README.md"), staging.resolve("doc.md"));
        for (String name : List.of("icon.svg", "manifest.yaml")) {
            if (Files.exists(folder.resolve(name))) {
                Files.copy(folder.resolve(name), staging.resolve(name));
            }
        }
        Files.copy(archive, staging.resolve(DirectoryRegistry.ARCHIVE));
    }
}
