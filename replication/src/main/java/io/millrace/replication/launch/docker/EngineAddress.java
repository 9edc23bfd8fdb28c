package io.millrace.replication.launch.docker;

import io.millrace.replication.launch.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where the user's Docker engine is: as the {@code docker} command would find it. */
final class EngineAddress {
    private static final String DOCKER = "docker";
    private static final String DEFAULT = "unix:///var/run/docker.sock";
    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(1);

    private EngineAddress() {}

    /**
     * The value of {@code DOCKER_HOST}, or what the user's context says.
     *
     * @param directory where the command runs, if it has to be asked
     */
    static String find(Path directory) throws InterruptedException {
        Map<String, String> variables = System.getenv();
        String given = variables.getOrDefault("DOCKER_HOST", "");
        if (!given.isBlank()) {
            return given;
        }
        if (!hasContext(variables)) {
            return DEFAULT;
        }
        Tool.Outcome outcome =
                Tool.run(
                        List.of(
                                DOCKER,
                                "context",
                                "inspect",
                                "--format",
                                "{{.Endpoints.docker.Host}}"),
                        directory,
                        Map.of(),
                        ANSWERED_WITHIN,
                        (_, _) -> {});
        String told = outcome.output().strip();
        return outcome.succeeded() && !told.isEmpty() ? told : DEFAULT;
    }

    /** Asking the command takes time, and mostly there is none. */
    private static boolean hasContext(Map<String, String> variables) {
        if (!variables.getOrDefault("DOCKER_CONTEXT", "").isBlank()) {
            return true;
        }
        Path folder =
                Path.of(
                        variables.getOrDefault(
                                "DOCKER_CONFIG", System.getProperty("user.home", "") + "/.docker"));
        try {
            return Files.readString(folder.resolve("config.json")).contains("\"currentContext\"");
        } catch (IOException _) {
            return false;
        }
    }

    /** The words of the engine's own command. */
    static List<String> command(Engine engine, String... words) {
        var whole = new ArrayList<>(List.of(DOCKER, "--host", engine.host()));
        whole.addAll(List.of(words));
        return whole;
    }
}
