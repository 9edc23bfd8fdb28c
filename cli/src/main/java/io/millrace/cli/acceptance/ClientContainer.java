package io.millrace.cli.acceptance;

import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.process.Tool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A helper container of the connector's own, which brings its source into a state, changes it
 * between two reads and cleans up ({@code client_container_config}; reference: protocol 7.1.1). It
 * has the connector's folder at {@code /connector} and a configuration at {@code /tmp/config.json}.
 */
final class ClientContainer {
    static final String KEY = "client_container_config";
    static final Set<String> KEYS =
            Set.of(
                    "secrets_path",
                    "client_container_dockerfile_path",
                    "setup_command",
                    "teardown_command",
                    "between_syncs_command");

    private static final Duration BUILT_WITHIN = Duration.ofMinutes(30);
    private static final Duration DONE_WITHIN = Duration.ofMinutes(30);

    private final AcceptanceConfig config;
    private final JsonNode settings;
    private final Path folder;
    private String image = "";

    private ClientContainer(AcceptanceConfig config, JsonNode settings) {
        this.config = config;
        this.settings = settings;
        this.folder = config.path("");
    }

    /**
     * Builds the helper and runs its setup; does nothing where a test has none.
     *
     * @throws WrongConfigurationException where it can't be built or fails: nothing is known of the
     *     connector then
     */
    static ClientContainer open(AcceptanceConfig config, JsonNode test)
            throws InterruptedException {
        var container = new ClientContainer(config, test.path(KEY));
        container.build();
        container.run("setup_command");
        return container;
    }

    private void build() throws InterruptedException {
        String given = settings.path("client_container_dockerfile_path").asString("");
        if (given.isEmpty()) {
            return;
        }
        Path file = config.path(given);
        Tool.Outcome outcome =
                docker(
                        BUILT_WITHIN,
                        _ ->
                                List.of(
                                        "docker",
                                        "build",
                                        "--quiet",
                                        "--file",
                                        file.toString(),
                                        file.resolveSibling("").toString()));
        require(outcome, "The client container can't be built from " + given);
        image = outcome.output().strip();
    }

    /** What the connector's author has between two reads. */
    void betweenSyncs() throws InterruptedException {
        run("between_syncs_command");
    }

    private void run(String command) throws InterruptedException {
        List<String> words =
                settings.path(command).valueStream().map(word -> word.asString("")).toList();
        if (image.isEmpty() || words.isEmpty()) {
            return;
        }
        JsonNode secrets =
                settings.path("secrets_path").isString()
                        ? config.file(settings.path("secrets_path").asString())
                        : Json.object();
        Tool.Outcome outcome =
                docker(
                        DONE_WITHIN,
                        place -> {
                            var whole =
                                    new ArrayList<>(
                                            List.of(
                                                    "docker",
                                                    "run",
                                                    "--rm",
                                                    "--mount",
                                                    "type=bind,source=%s,target=/connector"
                                                            .formatted(folder),
                                                    "--mount",
                                                    "type=bind,source=%s,target=/tmp/config.json,readonly"
                                                            .formatted(
                                                                    place.write(
                                                                            "config.json",
                                                                            secrets)),
                                                    "--entrypoint",
                                                    words.getFirst(),
                                                    image));
                            whole.addAll(words.subList(1, words.size()));
                            return whole;
                        });
        require(outcome, "The %s of the client container has failed".formatted(command));
    }

    private Tool.Outcome docker(Duration patience, Tool.WordsWithFiles words)
            throws InterruptedException {
        try {
            return Tool.run(words, folder, Map.of(), patience, (_, _) -> {}, SecretMasker.none());
        } catch (SyncFailure failure) {
            throw new WrongConfigurationException(
                    "%s needs Docker: %s".formatted(KEY, failure.getMessage()));
        }
    }

    private static void require(Tool.Outcome outcome, String what) {
        if (!outcome.succeeded()) {
            throw new WrongConfigurationException(
                    "%s (exit status %d): %s"
                            .formatted(what, outcome.exitStatus(), outcome.lastErrors().strip()));
        }
    }

    /** What leaves the source as it was. */
    void tearDown() throws InterruptedException {
        run("teardown_command");
    }
}
