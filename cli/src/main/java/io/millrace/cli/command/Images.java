package io.millrace.cli.command;

import io.millrace.cli.registry.ConnectorMetadata;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.replication.launch.process.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Images of connectors: those in Java without an engine, by the image builder; all others by the
 * {@code docker} command.
 */
final class Images {
    static final String BASE_IMAGE =
            "What the image of a connector in Java is put on: an image, or a file of one; by"
                    + " default connectorBuildOptions.baseImage of its metadata.";

    private static final Duration WITHIN = Duration.ofHours(1);

    private final Terminal terminal;
    private final Optional<String> baseImage;

    /**
     * @param baseImage null for the one that the metadata names
     */
    Images(Terminal terminal, @Nullable String baseImage) {
        this.terminal = terminal;
        this.baseImage = Optional.ofNullable(baseImage);
    }

    /**
     * An image.
     *
     * @param archive the image as a file, where it was made without an engine
     */
    record Built(String name, Optional<Path> archive) {}

    /** Builds the image of a connector. */
    Built build(Path folder, ConnectorMetadata metadata) throws InterruptedException {
        String name = metadata.repository() + ":" + metadata.version();
        Optional<JavaImage> java = JavaImage.of(folder, metadata, baseImage, terminal);
        if (java.isPresent()) {
            Path archive =
                    folder.resolve(
                            "target/%s-%s-image.tar"
                                    .formatted(metadata.shortName(), metadata.version()));
            java.get().write(name, archive);
            return new Built(name, Optional.of(archive));
        }
        requireDockerfile(folder);
        run(List.of("docker", "build", "--tag", name, "."), folder, "built");
        return new Built(name, Optional.empty());
    }

    /**
     * Builds the image of a connector, and takes it to its registry.
     *
     * @param host of another registry; null for the one that the name leads to
     */
    void push(Path folder, ConnectorMetadata metadata, @Nullable String host)
            throws InterruptedException {
        String name =
                (host == null ? "" : host + "/") + metadata.repository() + ":" + metadata.version();
        Optional<JavaImage> java = JavaImage.of(folder, metadata, baseImage, terminal);
        if (java.isPresent()) {
            java.get().push(name);
            return;
        }
        requireDockerfile(folder);
        run(List.of("docker", "build", "--tag", name, "."), folder, "built");
        run(List.of("docker", "push", "--quiet", name), folder, "pushed");
    }

    private static void requireDockerfile(Path folder) {
        if (!Files.exists(folder.resolve("Dockerfile"))) {
            throw new UsageException("There is no Dockerfile in %s.".formatted(folder));
        }
    }

    private void run(List<String> words, Path folder, String what) throws InterruptedException {
        Tool.Outcome outcome =
                Tool.run(
                        words,
                        folder.toAbsolutePath(),
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
