package io.millrace.replication.launch.docker;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import io.millrace.replication.launch.process.GuestTranslation;
import io.millrace.replication.launch.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An image, run by the {@code docker} command, which honours {@code DOCKER_HOST}. Messages go
 * through the command's own streams; the engine keeps no copy of them. Safe for all threads.
 */
final class Container implements GuestCommand {
    private static final String DOCKER = "docker";
    private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(1);
    private static final Duration PULLED_WITHIN = Duration.ofMinutes(30);

    /** Where the files of a run are in the container. */
    private static final String FILES = "/millrace";

    /** A label by which containers of ours can be found. */
    private static final String LABEL = "io.millrace.guest";

    /** Exit statuses of {@code docker run} itself, and of a kill from outside. */
    private static final int ENGINE_FAILED = 125;

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;
    private static final int KILLED = 137;

    private final ContainerOptions options;
    private final Map<String, String> environment;
    private final LaunchContext context;
    private @Nullable String identity;

    Container(ContainerOptions options, Map<String, String> environment, LaunchContext context) {
        this.options = options;
        this.environment = environment;
        this.context = context;
    }

    @Override
    public String name() {
        return options.image();
    }

    /** The image's own digest; it is pulled where it isn't there. */
    @Override
    public synchronized Optional<String> identity() throws InterruptedException {
        if (identity == null) {
            Optional<String> digest = inspect();
            if (digest.isEmpty()) {
                pull();
                digest = inspect();
            }
            identity =
                    digest.orElseThrow(() ->
                            new SystemFailure(
                                    "The image %s was pulled, but isn't there."
                                            .formatted(options.image())));
        }
        return Optional.of("image " + identity + environment.hashCode());
    }

    private Optional<String> inspect() throws InterruptedException {
        Tool.Outcome outcome =
                docker(ANSWERED_WITHIN, "image", "inspect", "--format", "{{.Id}}", options.image());
        if (outcome.succeeded()) {
            return Optional.of(outcome.output().strip());
        }
        if (unreachable(outcome.lastErrors())) {
            throw noEngine(outcome.lastErrors());
        }
        return Optional.empty();
    }

    private void pull() throws InterruptedException {
        context.log().line(LogLevel.INFO, "Pulling the image %s.".formatted(options.image()));
        Tool.Outcome outcome = docker(PULLED_WITHIN, "pull", "--quiet", options.image());
        if (!outcome.succeeded()) {
            throw new ConfigurationFailure(
                    "There is no image %s here, and it can't be pulled.".formatted(options.image()),
                    outcome.lastErrors());
        }
    }

    private static boolean unreachable(String errors) {
        return errors.contains("annot connect to the Docker daemon")
                || errors.contains("error during connect");
    }

    private static SyncFailure noEngine(String detail) {
        return new TransientFailure(
                "No Docker engine answers. Start it, or point DOCKER_HOST at one.", detail);
    }

    private Tool.Outcome docker(Duration patience, String... words) throws InterruptedException {
        var whole = new ArrayList<String>();
        whole.add(DOCKER);
        whole.addAll(List.of(words));
        return Tool.run(
                whole,
                context.directory(),
                Map.of(),
                patience,
                // What it says of an image that isn't there is no news.
                (_, _) -> {});
    }

    @Override
    public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
            throws IOException, InterruptedException {
        identity();
        String name = "millrace-" + UUID.randomUUID();
        var words =
                new ArrayList<>(
                        List.of(
                                DOCKER,
                                "run",
                                "--rm",
                                "--interactive",
                                "--pull",
                                "never",
                                "--name",
                                name,
                                "--label",
                                LABEL,
                                // Or the engine would write every record to its disk.
                                "--log-driver",
                                "none",
                                "--network",
                                options.network(),
                                "--memory",
                                options.memory(),
                                "--security-opt",
                                "no-new-privileges"));
        options.cpus().ifPresent(cpus -> words.addAll(List.of("--cpus", cpus)));
        // Names alone: the values would stand in the list of processes (invariant 7).
        environment.keySet().forEach(variable -> words.addAll(List.of("--env", variable)));
        Map<String, Path> paths = place.writeAll(files);
        if (!paths.isEmpty()) {
            words.add("--mount");
            words.add("type=bind,source=%s,target=%s,readonly".formatted(place.share(), FILES));
        }
        for (ContainerOptions.Mount mount : options.mounts()) {
            words.add("--mount");
            words.add(mount(mount));
        }
        words.add(options.image());
        words.add(verb);
        paths.forEach((flag, path) ->
                words.addAll(List.of("--" + flag, FILES + "/" + path.getFileName())));
        return new GuestCall(
                words,
                context.directory(),
                new HashMap<>(environment),
                List.of(DOCKER, "rm", "--force", "--volumes", name),
                new Ending());
    }

    private String mount(ContainerOptions.Mount mount) {
        Path host = context.directory().resolve(mount.host()).toAbsolutePath().normalize();
        if (!Files.exists(host)) {
            throw new ConfigurationFailure(
                    "There is nothing at %s, which is to be mounted at %s."
                            .formatted(host, mount.path()));
        }
        return "type=bind,source=%s,target=%s%s"
                .formatted(host, mount.path(), mount.write() ? "" : ",readonly");
    }

    /** Tells the engine's failures from the connector's. */
    private final class Ending implements GuestTranslation {

        @Override
        public Optional<SyncFailure> explain(int exitStatus, String lastErrors) {
            return switch (exitStatus) {
                case ENGINE_FAILED ->
                        Optional.of(
                                unreachable(lastErrors)
                                        ? noEngine(lastErrors)
                                        : new ConfigurationFailure(
                                                "The engine can't run the image %s: %s"
                                                        .formatted(
                                                                options.image(),
                                                                lastErrors
                                                                        .lines()
                                                                        .findFirst()
                                                                        .orElse("no reason told")),
                                                lastErrors));
                case NOT_EXECUTABLE, NOT_FOUND ->
                        Optional.of(
                                new ConfigurationFailure(
                                        "The image %s has no program to run (exit status %d)."
                                                .formatted(options.image(), exitStatus),
                                        lastErrors));
                case KILLED ->
                        Optional.of(
                                new SystemFailure(
                                        "The container of %s was killed (exit status 137): it may need more than %s of memory."
                                                .formatted(options.image(), options.memory()),
                                        lastErrors));
                default -> Optional.empty();
            };
        }
    }
}
