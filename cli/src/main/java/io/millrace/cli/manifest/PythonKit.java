package io.millrace.cli.manifest;

import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.message.ConnectorSpecification;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import io.millrace.replication.launch.process.Guests;
import io.millrace.replication.launch.process.Tool;
import io.millrace.replication.launch.python.PythonProgram;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A Python that has the reference kit, by which manifests with Python classes are run as a whole.
 *
 * @param python the interpreter
 * @param version of the kit
 */
public record PythonKit(String python, String version) {
    /** An interpreter, or {@value #INSTALL}. */
    static final String VARIABLE = "MILLRACE_PYTHON";

    /** Stands for an environment of our own, which is made where there is none. */
    static final String INSTALL = "install";

    /** The kit that our own engine is compared with. */
    private static final String PACKAGE = "airbyte-cdk==7.39.1";

    private static final String SCRIPT = "source-declarative-manifest";

    /** Looks without loading it: that takes a second. */
    private static final String PROBE =
            """
            import importlib.metadata, sys
            try:
                print(importlib.metadata.version('airbyte-cdk'))
            except importlib.metadata.PackageNotFoundError:
                sys.exit(3)
            """;

    /** Its own program, in whatever interpreter. */
    private static final String RUN =
            "from airbyte_cdk.cli.source_declarative_manifest import run; run()";

    private static final Duration PROBED_WITHIN = Duration.ofSeconds(30);

    /**
     * Looks for one: the interpreter that {@code MILLRACE_PYTHON} names, else {@code python3} or
     * {@code python} on the PATH, else an environment that was installed before. Starts
     * interpreters, and may install one where the variable says so; blocks until that is done.
     *
     * @param environment a variable's value, null where it is not set
     * @return empty where there is none
     * @throws ConfigurationFailure where the variable names one without the kit
     */
    public static Optional<PythonKit> find(
            UnaryOperator<@Nullable String> environment, LaunchContext context)
            throws InterruptedException {
        String named = Optional.ofNullable(environment.apply(VARIABLE)).orElse("").strip();
        var own = new PythonProgram(PACKAGE, Optional.of(SCRIPT), context);
        if (named.equals(INSTALL)) {
            return Optional.of(own(own, context));
        }
        if (!named.isEmpty()) {
            Optional<PythonKit> kit = probe(named, context);
            if (kit.isEmpty()) {
                throw new ConfigurationFailure(
                        ("MILLRACE_PYTHON names %s, which is no Python with the package"
                             + " airbyte-cdk. Install the package there (pip install airbyte-cdk),"
                             + " or name another.")
                                .formatted(named));
            }
            return kit;
        }
        for (String program : List.of("python3", "python")) {
            if (onPath(program, environment)) {
                Optional<PythonKit> kit = probe(program, context);
                if (kit.isPresent()) {
                    return kit;
                }
            }
        }
        return own.installed() ? Optional.of(own(own, context)) : Optional.empty();
    }

    private static PythonKit own(PythonProgram program, LaunchContext context)
            throws InterruptedException {
        Path script = Path.of(program.words().getFirst());
        String python =
                script.resolveSibling(File.separatorChar == '\\' ? "python.exe" : "python")
                        .toString();
        return probe(python, context)
                .orElseThrow(() ->
                        new ConfigurationFailure(
                                "The environment of %s is broken. Remove it and try again."
                                        .formatted(script.getParent())));
    }

    private static boolean onPath(String program, UnaryOperator<@Nullable String> environment) {
        String path = Optional.ofNullable(environment.apply("PATH")).orElse("/usr/bin:/bin");
        for (String folder : path.split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<PythonKit> probe(String python, LaunchContext context)
            throws InterruptedException {
        try {
            Tool.Outcome outcome =
                    Tool.run(
                            List.of(python, "-c", PROBE),
                            context.directory(),
                            Map.of(),
                            PROBED_WITHIN,
                            (_, _) -> {});
            String version = outcome.output().strip();
            return outcome.succeeded() && !version.isEmpty()
                    ? Optional.of(new PythonKit(python, version))
                    : Optional.empty();
        } catch (ConfigurationFailure _) {
            return Optional.empty(); // there is no such program
        }
    }

    /**
     * A manifest, run by it.
     *
     * @param components the file of its classes; empty where they are in packages of this Python
     * @param specification what the manifest says of itself, as the kit would tell of any
     * @param environment variables beside ours
     */
    public GuestCommand command(
            Path manifest,
            Optional<Path> components,
            Optional<ConnectorSpecification> specification,
            Map<String, String> environment) {
        return new KitCommand(this, manifest, components, specification, environment);
    }

    /** The file of the classes beside a manifest, if there is one. */
    public static Optional<Path> componentsBeside(Path manifest) {
        return Optional.of(manifest.resolveSibling(CustomComponents.FILE)).filter(Files::exists);
    }

    /** What to tell before it runs. */
    public String note(Path manifest) {
        return "%s has Python classes, so it is run as a whole through airbyte-cdk %s (%s)."
                .formatted(manifest, version, python);
    }

    /** Its program with a manifest. */
    private record KitCommand(
            PythonKit kit,
            Path manifest,
            Optional<Path> components,
            Optional<ConnectorSpecification> known,
            Map<String, String> environment)
            implements GuestCommand {

        @Override
        public String name() {
            return "%s in airbyte-cdk %s".formatted(manifest.getFileName(), kit.version());
        }

        @Override
        public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
                throws IOException {
            var words =
                    new ArrayList<>(
                            Guests.withFlags(List.of(kit.python(), "-c", RUN), verb, files, place));
            words.addAll(List.of("--manifest-path", manifest.toString()));
            components.ifPresent(
                    file -> words.addAll(List.of("--components-path", file.toString())));
            return GuestCall.of(words, folder(manifest), variables(environment));
        }

        @Override
        public Optional<ConnectorSpecification> specification() {
            return known;
        }
    }

    static Path folder(Path manifest) {
        return Optional.ofNullable(manifest.toAbsolutePath().getParent()).orElseThrow();
    }

    /** The kit runs classes where it is told so only, and leaves nothing beside them. */
    static Map<String, String> variables(Map<String, String> more) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("AIRBYTE_ENABLE_UNSAFE_CODE", "true");
        variables.put("PYTHONDONTWRITEBYTECODE", "1");
        variables.putAll(more);
        return variables;
    }
}
