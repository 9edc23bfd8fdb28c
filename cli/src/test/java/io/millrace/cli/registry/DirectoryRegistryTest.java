package io.millrace.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class DirectoryRegistryTest {
    @TempDir Path folder;

    private Path connector() throws IOException {
        Path connector = Files.createDirectories(folder.resolve("connector"));
        Files.createDirectories(connector.resolve("secrets"));
        Files.createDirectories(connector.resolve("src"));
        Files.writeString(connector.resolve("secrets/config.json"), "{\"password\": \"sesame\"}");
        Files.writeString(connector.resolve("connector.yaml"), "command: [./src/run.sh]\n");
        Path script = connector.resolve("src/run.sh");
        Files.writeString(script, "#!/bin/sh\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return connector;
    }

    private static ObjectNode entry(String archiveDigest) {
        ObjectNode entry = JsonMapper.shared().createObjectNode();
        entry.put("name", "X").put("sourceDefinitionId", "1");
        entry.putObject("generated").put("archiveDigest", archiveDigest);
        return entry;
    }

    private DirectoryRegistry registry(String... versions) throws IOException {
        var registry = DirectoryRegistry.open(folder.resolve("registry"), true);
        Path archive = folder.resolve("x.zip");
        ConnectorArchive.write(connector(), archive);
        for (String version : versions) {
            registry.add(
                    "me/source-x",
                    Version.parse(version).orElseThrow(),
                    entry(ConnectorArchive.digest(archive)),
                    staging -> Files.copy(archive, staging.resolve(DirectoryRegistry.ARCHIVE)));
        }
        return registry;
    }

    @Test
    void theSameContentGivesTheSameBytesAndNoSecrets() throws Exception {
        Path connector = connector();
        Path one = folder.resolve("one.zip");
        Path other = folder.resolve("other.zip");
        ConnectorArchive.write(connector, one);
        Files.writeString(connector.resolve("secrets/more.json"), "{}");
        Thread.sleep(2_100); // a zip's time has steps of two seconds
        Files.writeString(connector.resolve("connector.yaml"), "command: [./src/run.sh]\n");
        ConnectorArchive.write(connector, other);
        assertThat(other).hasSameBinaryContentAs(one);
        Path unpacked = folder.resolve("unpacked");
        ConnectorArchive.unpack(one, unpacked);
        assertThat(unpacked.resolve("secrets")).doesNotExist();
        assertThat(unpacked.resolve("src/run.sh")).isExecutable();
        assertThat(unpacked.resolve("connector.yaml")).isRegularFile();
    }

    @Test
    void aVersionThatIsThereIsRefusedAndTheNewestIsTheLatest() throws Exception {
        DirectoryRegistry registry = registry("0.9.0", "0.10.0");
        assertThatThrownBy(() -> registry("0.10.0"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("0.10.0 is in the registry already");
        assertThat(registry.latest("me/source-x").orElseThrow().version()).hasToString("0.10.0");
        assertThat(folder.resolve("registry/metadata/me/source-x/latest/oss.json")).exists();
        assertThat(folder.resolve("registry/registries/v0/oss_registry.json"))
                .content()
                .contains("\"sources\"")
                .contains("\"sourceDefinitionId\"");
    }

    @Test
    void aPublisherThatDiesLeavesTheRegistryAsItWas() throws Exception {
        DirectoryRegistry registry = registry("1.0.0");
        assertThatThrownBy(() ->
                        registry.add(
                                "me/source-x",
                                Version.parse("1.1.0").orElseThrow(),
                                entry("x"),
                                staging -> {
                                    Files.writeString(staging.resolve("half"), "");
                                    throw new IOException("no space left");
                                }))
                .isInstanceOf(SystemFailure.class);
        assertThat(registry.list().get("me/source-x")).hasSize(1);
        try (Stream<Path> files = Files.list(folder.resolve("registry"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(".lock", "metadata", "registries");
        }
    }

    @Test
    void whatIsInstalledNeedsNoRegistryAndAnAlteredArchiveIsRefused() throws Exception {
        DirectoryRegistry registry = registry("1.0.0", "1.1.0");
        var installed = new InstalledConnectors(folder.resolve("home"));
        installed.install(registry.latest("me/source-x").orElseThrow(), true);
        var found = installed.find("source-x").orElseThrow();
        assertThat(found.version()).hasToString("1.1.0");
        assertThat(found.pinned()).isTrue();
        assertThat(found.folder().resolve("connector.yaml")).isRegularFile();
        var older =
                registry.find("me/source-x", Version.parse("1.0.0").orElseThrow()).orElseThrow();
        Files.write(older.folder().resolve(DirectoryRegistry.ARCHIVE), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> installed.install(older, false))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("was altered");
        assertThat(installed.find("source-x").orElseThrow().version()).hasToString("1.1.0");
    }

    @Test
    void versionsAreInOrderAndKnowWhatMayBreak() {
        assertThat(
                        Stream.of("1.10.0", "1.9.0", "1.10.0-rc.1", "0.2.0")
                                .map(text -> Version.parse(text).orElseThrow())
                                .sorted()
                                .toList())
                .hasToString("[0.2.0, 1.9.0, 1.10.0-rc.1, 1.10.0]")
                .hasSize(4);
        Version before = Version.parse("1.2.3").orElseThrow();
        assertThat(Version.parse("1.9.0").orElseThrow().mayBreak(before)).isFalse();
        assertThat(Version.parse("2.0.0").orElseThrow().mayBreak(before)).isTrue();
        assertThat(Version.parse("1.2")).isEmpty();
    }
}
