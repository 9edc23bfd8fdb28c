package io.millrace.replication.launch.docker;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Json;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An image, run by a Docker engine: each verb in a container of its own, which the engine removes
 * at its end. Messages go through named pipes where the image has a shell and the engine is this
 * machine's; the engine keeps no copy of them. Safe for all threads.
 */
final class Container implements GuestCommand {
    /** What a container that the engine lost is said to have ended with. */
    static final int ENGINE_FAILED = 125;

    private static final Duration PULLED_WITHIN = Duration.ofMinutes(30);

    /** Where the files of a run are in the container. */
    private static final String FILES = "/millrace";

    /** A label by which containers of ours can be found. */
    private static final String LABEL = "io.millrace.guest";

    /** Exit statuses of a shell that can't start a program, and of a kill from outside. */
    private static final int NOT_EXECUTABLE = 126;

    private static final int NOT_FOUND = 127;
    private static final int KILLED = 137;

    private final ContainerOptions options;
    private final Map<String, String> environment;
    private final LaunchContext context;
    private @Nullable Engine engine;
    private @Nullable Image image;

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
    public Optional<String> identity() throws InterruptedException {
        return Optional.of("image " + image().id() + environment.hashCode());
    }

    private synchronized Engine engine() throws InterruptedException {
        if (engine == null) {
            engine = Engine.at(EngineAddress.find(context.directory()));
        }
        return engine;
    }

    private synchronized Image image() throws InterruptedException {
        if (image == null) {
            try {
                Optional<Image> found = Image.find(engine(), options.image(), context.cache());
                if (found.isEmpty()) {
                    pull();
                    found = Image.find(engine(), options.image(), context.cache());
                }
                image =
                        found.orElseThrow(() ->
                                new SystemFailure(
                                        "The image %s was pulled, but isn't there."
                                                .formatted(options.image())));
            } catch (IOException failure) {
                throw noEngine(failure);
            }
        }
        return image;
    }

    /** By the engine's own command, which knows the user's registries and their passwords. */
    private void pull() throws InterruptedException {
        context.log().line(LogLevel.INFO, "Pulling the image %s.".formatted(options.image()));
        Tool.Outcome outcome =
                Tool.run(
                        EngineAddress.command(engine(), "pull", "--quiet", options.image()),
                        context.directory(),
                        Map.of(),
                        PULLED_WITHIN,
                        (_, _) -> {});
        if (!outcome.succeeded()) {
            throw new ConfigurationFailure(
                    "There is no image %s here, and it can't be pulled.".formatted(options.image()),
                    outcome.lastErrors());
        }
    }

    private static SyncFailure noEngine(IOException failure) {
        return new TransientFailure(
                "No Docker engine answers. Start it, or point DOCKER_HOST at one.",
                String.valueOf(failure.getMessage()),
                failure);
    }

    @Override
    public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
            throws IOException, InterruptedException {
        Image found = image();
        Engine to = engine();
        String name = "millrace-" + UUID.randomUUID();
        Map<String, Path> paths = place.writeAll(files);
        Path shared = place.share();
        Optional<NamedPipes> pipes =
                found.shell()
                        ? Optional.of(NamedPipes.create(shared, verb.equals("write")))
                        : Optional.empty();
        var words = new ArrayList<String>();
        words.add(verb);
        paths.forEach((flag, path) ->
                words.addAll(List.of("--" + flag, FILES + "/" + path.getFileName())));
        ObjectNode body = body(found, shared);
        return new GuestCall(
                words,
                context.directory(),
                Map.of(),
                EngineAddress.command(to, "rm", "--force", "--volumes", name),
                new Ending(),
                Optional.of(given -> start(to, name, body, found, given, pipes)));
    }

    private Process start(
            Engine to,
            String name,
            ObjectNode body,
            Image found,
            List<String> words,
            Optional<NamedPipes> pipes)
            throws IOException {
        var program = new ArrayList<>(found.entrypoint());
        program.addAll(words);
        List<String> entrypoint =
                pipes.map(each -> shell(each.redirections(FILES))).orElse(found.entrypoint());
        entrypoint.forEach(body.putArray("Entrypoint")::add);
        (pipes.isPresent() ? program : words).forEach(body.putArray("Cmd")::add);
        try {
            return ContainerProcess.start(to, name, body, pipes);
        } catch (Engine.Unreachable failure) {
            throw noEngine(failure);
        } catch (ContainerProcess.Refused refused) {
            throw refused.program()
                    ? noProgram(refused.reason())
                    : new ConfigurationFailure(
                            "The engine can't run the image %s: %s"
                                    .formatted(options.image(), refused.reason()));
        }
    }

    /** The program takes the shell's place once the streams are there. */
    private static List<String> shell(String redirections) {
        return List.of(Image.SHELL, "-c", "exec \"$@\" " + redirections, "sh");
    }

    /** What the engine is to make, but for the program. */
    private ObjectNode body(Image found, Path shared) {
        ObjectNode body = Json.object();
        body.put("Image", found.id());
        body.put("OpenStdin", !found.shell()).put("StdinOnce", !found.shell());
        body.put("AttachStdin", !found.shell()).put("AttachStdout", !found.shell());
        body.put("AttachStderr", true);
        body.putObject("Labels").put(LABEL, "");
        var variables = body.putArray("Env");
        environment.forEach((variable, value) -> variables.add(variable + "=" + value));
        ObjectNode host = body.putObject("HostConfig");
        host.put("AutoRemove", true);
        host.put("NetworkMode", options.network());
        host.put("Memory", options.memoryBytes());
        // As much of memory and swap together: the limit is one.
        host.put("MemorySwap", options.memoryBytes());
        options.nanoCpus().ifPresent(cpus -> host.put("NanoCpus", cpus));
        host.putArray("SecurityOpt").add("no-new-privileges");
        // Or the engine would write every record to its disk.
        host.putObject("LogConfig").put("Type", "none");
        var mounts = host.putArray("Mounts");
        mounts.add(mount(shared, FILES, false));
        for (ContainerOptions.Mount mount : options.mounts()) {
            Path path = context.directory().resolve(mount.host()).toAbsolutePath().normalize();
            if (!Files.exists(path)) {
                throw new ConfigurationFailure(
                        "There is nothing at %s, which is to be mounted at %s."
                                .formatted(path, mount.path()));
            }
            mounts.add(mount(path, mount.path(), mount.write()));
        }
        return body;
    }

    private static ObjectNode mount(Path host, String path, boolean write) {
        ObjectNode mount = Json.object();
        mount.put("Type", "bind").put("Source", host.toString()).put("Target", path);
        mount.put("ReadOnly", !write);
        return mount;
    }

    private ConfigurationFailure noProgram(String detail) {
        return new ConfigurationFailure(
                "The image %s has no program to run.".formatted(options.image()), detail);
    }

    /** Tells the engine's failures from the connector's. */
    private final class Ending implements GuestTranslation {

        @Override
        public Optional<SyncFailure> explain(int exitStatus, String lastErrors) {
            return switch (exitStatus) {
                case ENGINE_FAILED ->
                        Optional.of(
                                new TransientFailure(
                                        "The Docker engine ended while %s ran."
                                                .formatted(options.image()),
                                        lastErrors));
                case NOT_EXECUTABLE, NOT_FOUND -> Optional.of(noProgram(lastErrors));
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
