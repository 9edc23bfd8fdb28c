package io.millrace.replication.launch.folder;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.process.Guests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code {folder: ./dir}}: started as the folder's {@code connector.yaml} says, which names the
 * connector by one of the other keys. It runs in its folder.
 */
public final class FolderLauncher implements Launcher {
    /** The file that says how the connector is started. */
    public static final String FILE = "connector.yaml";

    /** The key by which a pipeline names a folder. */
    public static final String KIND = "folder";

    /** The key of a connector in YAML, whose value is a path. */
    private static final String MANIFEST = "manifest";

    private static final String METADATA = "metadata.yaml";
    private static final String IMAGE = "image";
    private static final String NETWORK = "network";

    private final Launchers others;

    /**
     * @param others start what the file names
     */
    public FolderLauncher(Launchers others) {
        this.others = others;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        if (!reference.target().isString() || reference.target().asString().isBlank()) {
            return List.of(
                    new LaunchProblem(
                            "/folder", "It must be the path of a connector's folder.", false));
        }
        // A pipeline's reader has resolved it; of any other the directory isn't known here.
        Path folder = Path.of(reference.target().asString());
        if (!folder.isAbsolute()) {
            return List.of();
        }
        try {
            return others.parse(named(folder, reference), role).problems().stream()
                    .map(problem -> inPipeline(problem, folder))
                    .toList();
        } catch (ConfigurationFailure failure) {
            return List.of(new LaunchProblem("/folder", failure.getMessage(), false));
        }
    }

    /** What is wrong with the configuration is wrong in the pipeline; all else in the folder. */
    private static LaunchProblem inPipeline(LaunchProblem problem, Path folder) {
        return problem.pointer().startsWith("/config") || problem.elsewhere().isPresent()
                ? problem
                : new LaunchProblem("/folder", told(problem, folder), problem.warning());
    }

    private static String told(LaunchProblem problem, Path folder) {
        return "%s: %s%s"
                .formatted(
                        folder.resolve(FILE),
                        problem.pointer().isEmpty() ? "" : problem.pointer() + ": ",
                        problem.message());
    }

    @Override
    public SecretMasker masker(ConnectorReference reference, Role role) {
        return Guests.masker(reference);
    }

    @Override
    public Source source(ConnectorReference reference, LaunchContext context) {
        Path folder = folder(reference, context);
        return others.source(resolve(folder, reference, Role.SOURCE), in(folder, context));
    }

    @Override
    public Destination destination(ConnectorReference reference, LaunchContext context) {
        Path folder = folder(reference, context);
        return others.destination(
                resolve(folder, reference, Role.DESTINATION), in(folder, context));
    }

    private static Path folder(ConnectorReference reference, LaunchContext context) {
        if (!reference.target().isString()) {
            throw new ConfigurationFailure("The folder of a connector must be a path.");
        }
        return context.directory().resolve(reference.target().asString()).normalize();
    }

    private static LaunchContext in(Path folder, LaunchContext context) {
        return new LaunchContext(
                context.clock(),
                folder,
                context.cache(),
                context.configurationKeeper(),
                context.log());
    }

    /**
     * The connector as the folder's own file names it.
     *
     * @throws ConfigurationFailure where there is no such file, or something is wrong with it
     */
    private ConnectorReference resolve(Path folder, ConnectorReference reference, Role role) {
        ObjectNode named = named(folder, reference);
        if (named.has(IMAGE) && !named.has(NETWORK) && reachesOut(folder)) {
            named.put(NETWORK, "bridge");
        }
        var environment = new LinkedHashMap<String, String>();
        ConnectorReference.Parsed parsed = others.parse(named, role);
        if (parsed.reference().isEmpty()) {
            LaunchProblem first =
                    parsed.problems().stream()
                            .filter(problem -> !problem.warning())
                            .findFirst()
                            .orElseThrow();
            throw new ConfigurationFailure(told(first, folder));
        }
        ConnectorReference found = parsed.reference().get();
        environment.putAll(found.environment());
        environment.putAll(reference.environment());
        return new ConnectorReference(
                found.kind(),
                found.target(),
                found.settings(),
                reference.config(),
                environment,
                reference.timeouts());
    }

    /** The connector as its folder names it, its files by paths that hold anywhere. */
    private static ObjectNode named(Path folder, ConnectorReference reference) {
        ObjectNode named = read(folder);
        named.set("config", reference.config());
        if (named.path(MANIFEST).isString()) {
            named.put(MANIFEST, folder.resolve(named.path(MANIFEST).asString()).toString());
        }
        return named;
    }

    /**
     * Whether the connector says of itself that it talks to hosts. An image without a file that
     * says so gets no network.
     */
    private static boolean reachesOut(Path folder) {
        return Files.isRegularFile(folder.resolve(METADATA))
                && !readYaml(folder, METADATA)
                        .path("data")
                        .path("allowedHosts")
                        .path("hosts")
                        .isEmpty();
    }

    /**
     * What the folder's own file says.
     *
     * @throws ConfigurationFailure where there is no such file, or something is wrong with it
     */
    public static ObjectNode read(Path folder) {
        if (readYaml(folder, FILE) instanceof ObjectNode object) {
            return object;
        }
        throw new ConfigurationFailure(
                "%s must say how the connector is started, such as command: [python3, main.py]."
                        .formatted(folder.resolve(FILE)));
    }

    private static JsonNode readYaml(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            Object loaded =
                    new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            return JsonMapper.shared().valueToTree(loaded);
        } catch (NoSuchFileException _) {
            throw new ConfigurationFailure(
                    Files.isDirectory(folder)
                            ? "The folder %s has no %s, which says how the connector is started."
                                    .formatted(folder, FILE)
                            : "There is no folder %s.".formatted(folder));
        } catch (YAMLException wrong) {
            throw new ConfigurationFailure(
                    "%s is no YAML.".formatted(file), String.valueOf(wrong.getMessage()), wrong);
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(file),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }
}
