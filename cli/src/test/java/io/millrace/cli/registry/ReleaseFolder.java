package io.millrace.cli.registry;

import io.millrace.cli.registry.Registry.Published;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Makes versions of connectors that do nothing, as publishing would hand them to a registry. */
final class ReleaseFolder {
    private final Path folder;

    ReleaseFolder(Path folder) {
        this.folder = folder;
    }

    static Published published(String name, String version) {
        return new Published(name, Version.parse(version).orElseThrow());
    }

    Release release(String name, String version) throws IOException {
        Path connector = Files.createDirectories(folder.resolve("connector-" + UUID.randomUUID()));
        Files.writeString(connector.resolve("connector.yaml"), "command: [./run.sh]\n");
        Files.writeString(connector.resolve("version"), version);
        Path files = Files.createDirectories(folder.resolve("release-" + UUID.randomUUID()));
        Path archive = files.resolve(Registry.ARCHIVE);
        ConnectorArchive.write(connector, archive);
        ObjectNode entry = JsonMapper.shared().createObjectNode();
        entry.put("name", name)
                .put("dockerRepository", name)
                .put("dockerImageTag", version)
                .put("documentationUrl", "https://example.com/x")
                .put(
                        "sourceDefinitionId",
                        UUID.nameUUIDFromBytes(
                                        name.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                .toString());
        ObjectNode key = entry.putObject("spec").putObject("connectionSpecification");
        key.putObject("properties").putObject("api_key").put("airbyte_secret", true);
        entry.putObject("generated").put("archiveDigest", ConnectorArchive.digest(archive));
        for (String each : new String[] {Registry.ENTRY, "cloud.json"}) {
            Files.writeString(files.resolve(each), entry.toPrettyString() + "\n");
        }
        Files.writeString(files.resolve("metadata.yaml"), "metadataSpecVersion: \"1.0\"\n");
        Files.writeString(files.resolve("doc.md"), "# " + name + " " + version + "\n");
        return new Release(published(name, version), files);
    }
}
