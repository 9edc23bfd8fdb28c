package io.millrace.cli.acceptance;

import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.process.Tool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What an image says of itself (reference: protocol 8.3).
 *
 * @param configuration as the engine tells it
 * @param metadata the connector's own, where its folder has one
 */
record ImageFacts(JsonNode configuration, Optional<JsonNode> metadata) {

    static ImageFacts fetch(String image, Path folder, Optional<JsonNode> metadata)
            throws InterruptedException {
        Tool.Outcome outcome =
                Tool.run(
                        List.of(
                                "docker",
                                "image",
                                "inspect",
                                "--format",
                                "{{json .Config}}",
                                image),
                        folder,
                        Map.of(),
                        Duration.ofMinutes(1),
                        (_, _) -> {});
        return new ImageFacts(
                outcome.succeeded() ? Json.mapper().readTree(outcome.output()) : Json.object(),
                metadata);
    }

    void requireLabels() {
        JsonNode labels = configuration.path("Labels");
        for (String label : List.of("io.airbyte.name", "io.airbyte.version")) {
            Recorder.require(labels.has(label), "The image has no label %s.", label);
        }
        metadata.ifPresent(data -> {
            compare(labels, "io.airbyte.name", data.path("data").path("dockerRepository"));
            compare(labels, "io.airbyte.version", data.path("data").path("dockerImageTag"));
        });
    }

    private static void compare(JsonNode labels, String label, JsonNode expected) {
        Recorder.require(
                labels.path(label).asString("").equals(expected.asString("")),
                "The label %s is \"%s\", and metadata.yaml says \"%s\".",
                label,
                labels.path(label).asString(""),
                expected.asString(""));
    }

    void requireEntrypoint() {
        String entrypoint =
                String.join(
                        " ",
                        configuration
                                .path("Entrypoint")
                                .valueStream()
                                .map(word -> word.asString(""))
                                .toList());
        String told =
                configuration
                        .path("Env")
                        .valueStream()
                        .map(variable -> variable.asString(""))
                        .filter(variable -> variable.startsWith("AIRBYTE_ENTRYPOINT="))
                        .findFirst()
                        .map(variable -> variable.substring(variable.indexOf('=') + 1))
                        .orElse("");
        Recorder.require(
                told.equals(entrypoint) && !told.isEmpty(),
                "AIRBYTE_ENTRYPOINT is \"%s\", and the image's entry point \"%s\".",
                told,
                entrypoint);
    }
}
