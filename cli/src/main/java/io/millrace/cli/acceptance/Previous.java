package io.millrace.cli.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The version before.
 *
 * @param folder with {@code spec.json} and {@code catalog.json}
 */
record Previous(Path folder) {

    Optional<JsonNode> file(String name) {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file)
                ? Optional.of(AcceptanceConfig.read(file))
                : Optional.empty();
    }

    /** Where the configuration says that the step from this version on is meant to break. */
    void skipIfDisabled(JsonNode test) {
        String version =
                test.path("backward_compatibility_tests_config")
                        .path("disable_for_version")
                        .asString("");
        Optional<String> own =
                file("metadata.yaml")
                        .flatMap(metadata ->
                                metadata.path("data").path("dockerImageTag").asStringOpt());
        if (!version.isEmpty() && own.equals(Optional.of(version))) {
            throw new Recorder.Skipped("disabled for version " + version);
        }
    }
}
