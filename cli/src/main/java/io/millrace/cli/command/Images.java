package io.millrace.cli.command;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.replication.launch.process.Tool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Images of connectors, by the {@code docker} command. */
final class Images {
    private static final Duration WITHIN = Duration.ofHours(1);

    private Images() {}

    /** Builds the folder's Dockerfile. */
    static void build(String image, Path folder, Terminal terminal) throws InterruptedException {
        run(List.of("docker", "build", "--tag", image, "."), folder, terminal, "built");
    }

    /** Builds the folder's Dockerfile, and pushes the image to its own registry. */
    static void push(String image, Path folder, Terminal terminal) throws InterruptedException {
        build(image, folder, terminal);
        run(List.of("docker", "push", "--quiet", image), folder, terminal, "pushed");
    }

    private static void run(List<String> words, Path folder, Terminal terminal, String what)
            throws InterruptedException {
        Tool.Outcome outcome =
                Tool.run(
                        words,
                        folder,
                        Map.of(),
                        WITHIN,
                        (_, line) -> terminal.errors().println(line));
        if (!outcome.succeeded()) {
            throw new ConfigurationFailure(
                    "The image could not be %s; --no-image leaves it out.".formatted(what),
                    outcome.lastErrors());
        }
    }
}
