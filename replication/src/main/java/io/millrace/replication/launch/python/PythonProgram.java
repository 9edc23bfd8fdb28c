package io.millrace.replication.launch.python;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.environment.EnvironmentCache;
import io.millrace.replication.launch.environment.EnvironmentCache.Environment;
import io.millrace.replication.launch.environment.FolderContent;
import io.millrace.replication.launch.environment.InstalledProgram;
import io.millrace.replication.launch.process.Tool;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** A script of a Python package. */
public final class PythonProgram extends InstalledProgram {
    private static final Duration INSTALLED_WITHIN = Duration.ofMinutes(30);

    /** A name, perhaps with extras, perhaps with a version. */
    private static final Pattern REQUIREMENT =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*)\\s*(\\[[^]]*])?\\s*(.*)");

    /**
     * Tells the scripts of the package that was asked for: of that name, or what came from no
     * registry.
     */
    private static final String SCRIPTS =
            """
            import importlib.metadata, json, re, sys
            def plain(name):
                return re.sub(r'[-_.]+', '-', name or '').lower()
            wanted, scripts = plain(sys.argv[1]), set()
            for package in importlib.metadata.distributions():
                if plain(package.metadata['Name']) != wanted if wanted else package.read_text('direct_url.json') is None:
                    continue
                scripts.update(entry.name for entry in package.entry_points if entry.group == 'console_scripts')
                scripts.update(file.name for file in package.files or [] if file.parent.name == 'bin')
            json.dump({'scripts': sorted(scripts), 'python': sys.version.split()[0]}, sys.stdout)
            """;

    private final Optional<String> entrypoint;

    /**
     * @param target a requirement such as {@code pkg==1.2.3}, or a path that begins with a dot or a
     *     slash
     * @param entrypoint the script, where the package has several
     */
    public PythonProgram(String target, Optional<String> entrypoint, LaunchContext context) {
        super("python", target, context);
        this.entrypoint = entrypoint;
    }

    /** What is wrong with a requirement, as far as it can be told by looking at it. */
    public static List<LaunchProblem> lint(String pointer, JsonNode target) {
        String text = target.isString() ? target.asString().strip() : "";
        if (text.isEmpty()) {
            return List.of(
                    new LaunchProblem(
                            pointer,
                            "It must be a package and its version, such as \"tap-x==1.2.3\", or a"
                                    + " folder, such as ./tap-x.",
                            false));
        }
        if (isPath(text)) {
            return List.of();
        }
        Matcher requirement = REQUIREMENT.matcher(text);
        if (!requirement.matches()) {
            // What begins with a dash would be taken for an option of the installer.
            return List.of(
                    new LaunchProblem(
                            pointer,
                            "It must be a package and its version, such as \"tap-x==1.2.3\".",
                            false));
        }
        return requirement.group(3).isEmpty()
                ? List.of(
                        new LaunchProblem(
                                pointer,
                                "No version is named, so each machine gets the one that is newest"
                                        + " there on its first run. Add ==VERSION.",
                                true))
                : List.of();
    }

    /**
     * Whether a package of a registry is installed already, so that {@link #words} needs no
     * network.
     */
    public boolean installed() {
        Matcher requirement = REQUIREMENT.matcher(target());
        return requirement.matches() && cache().holds(registryKey(requirement.group(1)));
    }

    private String registryKey(String name) {
        return fileName(name) + "-" + FolderContent.digestOf("registry", target());
    }

    private EnvironmentCache cache() {
        return new EnvironmentCache(context().cache().resolve("python"));
    }

    @Override
    protected Ready fromRegistry() throws InterruptedException {
        Matcher requirement = REQUIREMENT.matcher(target());
        if (!requirement.matches()) {
            throw new ConfigurationFailure("\"%s\" names no Python package.".formatted(target()));
        }
        String name = requirement.group(1);
        boolean direct = requirement.group(3).startsWith("@");
        String key = registryKey(name);
        Environment environment =
                environment(key, folder -> install(folder, List.of(target()), direct ? "" : name));
        return new Ready(key, List.of(script(environment, name)));
    }

    @Override
    protected Ready fromPath() throws IOException, InterruptedException {
        Path path = context().directory().resolve(target()).normalize();
        if (Files.isRegularFile(path)) {
            String key =
                    fileName(String.valueOf(path.getFileName()))
                            + "-"
                            + FolderContent.digestOf(
                                    "file",
                                    path.toString(),
                                    Files.size(path) + " " + Files.getLastModifiedTime(path));
            Environment environment =
                    environment(key, folder -> install(folder, List.of(path.toString()), ""));
            return new Ready(key, List.of(script(environment, "")));
        }
        FolderContent content = FolderContent.of(path);
        String name = String.valueOf(path.toAbsolutePath().normalize().getFileName());
        String key = fileName(name) + "-" + FolderContent.digestOf("folder", content.digest());
        if (content.has("pyproject.toml") || content.has("setup.py")) {
            Environment environment =
                    environment(
                            key,
                            folder -> {
                                // Builds leave files behind; the user's folder stays as it is.
                                Path copy = folder.resolve("source");
                                content.copyTo(copy);
                                return install(folder, List.of(copy.toString()), "");
                            });
            return new Ready(key, List.of(script(environment, name)));
        }
        String main = entrypoint.orElse("main.py");
        if (!content.has(main)) {
            throw new ConfigurationFailure(
                    "The folder %s holds no Python package: it has neither pyproject.toml nor"
                                    .formatted(path)
                            + " setup.py, and no %s.".formatted(main));
        }
        // Its own files run where they are, so only what it needs is installed.
        String requirements =
                content.has("requirements.txt")
                        ? Files.readString(path.resolve("requirements.txt"))
                        : "";
        String own = fileName(name) + "-" + FolderContent.digestOf("requirements", requirements);
        Environment environment =
                environment(
                        own,
                        folder ->
                                install(
                                        folder,
                                        requirements.isBlank()
                                                ? List.of()
                                                : List.of(
                                                        "-r",
                                                        path.resolve("requirements.txt")
                                                                .toString()),
                                        ""));
        return new Ready(key, List.of(python(environment), path.resolve(main).toString()));
    }

    private static String fileName(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-");
    }

    private Environment environment(String key, EnvironmentCache.Maker maker)
            throws InterruptedException {
        EnvironmentCache cache = cache();
        Environment found = cache.get(key, maker);
        if (!Files.exists(Path.of(python(found)))) {
            // The interpreter that it was made with is gone.
            cache.discard(key);
            found = cache.get(key, maker);
        }
        return found;
    }

    private static String python(Environment environment) {
        return program(environment.folder(), "python").toString();
    }

    private static Path program(Path folder, String name) {
        boolean windows = File.separatorChar == '\\';
        return windows
                ? folder.resolve("env/Scripts/" + name + ".exe")
                : folder.resolve("env/bin/" + name);
    }

    /**
     * Makes an environment.
     *
     * @param what the installer's arguments; none for an environment without packages
     * @param name whose scripts are wanted; empty for those of what comes from no registry
     */
    private JsonNode install(Path folder, List<String> what, String name)
            throws InterruptedException {
        Path env = folder.resolve("env");
        String python = python(env).toString();
        boolean uv = onPath("uv");
        context()
                .log()
                .line(
                        io.millrace.protocol.connector.SourceOutput.LogLevel.INFO,
                        "Installing %s with %s.".formatted(target(), uv ? "uv" : "pip"));
        run(
                uv
                        ? List.of(
                                "uv", "venv", "--quiet", "--python", interpreter(), env.toString())
                        : List.of(interpreter(), "-m", "venv", env.toString()));
        if (what.isEmpty()) {
            return Json.object().set("scripts", Json.array());
        }
        var words =
                new ArrayList<>(
                        uv
                                ? List.of(
                                        "uv",
                                        "pip",
                                        "install",
                                        "--quiet",
                                        "--compile-bytecode",
                                        "--python",
                                        python)
                                : List.of(
                                        python,
                                        "-m",
                                        "pip",
                                        "install",
                                        "--quiet",
                                        "--no-input",
                                        "--disable-pip-version-check"));
        words.addAll(what);
        run(words);
        Tool.Outcome scripts = tool(List.of(python, "-c", SCRIPTS, name));
        if (!scripts.succeeded()) {
            throw EnvironmentCache.failed(
                    "The Python package " + target(),
                    "Its scripts can't be told.",
                    scripts.lastErrors());
        }
        return Json.mapper().readTree(scripts.output());
    }

    private static Path python(Path env) {
        return File.separatorChar == '\\'
                ? env.resolve("Scripts/python.exe")
                : env.resolve("bin/python");
    }

    private static String interpreter() {
        return onPath("python3") ? "python3" : "python";
    }

    private static boolean onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        for (String folder : path.split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private void run(List<String> words) throws InterruptedException {
        Tool.Outcome outcome = tool(words);
        if (!outcome.succeeded()) {
            throw EnvironmentCache.failed(
                    "The Python package " + target(), reason(outcome), outcome.lastErrors());
        }
    }

    /** The installer's own words that tell most. */
    private static String reason(Tool.Outcome outcome) {
        return outcome.lastErrors()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("ERROR:") || line.startsWith("error:"))
                .reduce((_, last) -> last)
                .map(line -> "The installer says: " + line)
                .orElse("The installer's last lines are in the detail and in the log.");
    }

    private Tool.Outcome tool(List<String> words) throws InterruptedException {
        return Tool.run(
                words,
                context().directory(),
                Map.of("PIP_REQUIRE_VIRTUALENV", "false"),
                INSTALLED_WITHIN,
                context().log());
    }

    /**
     * The script to run: the one that was named, the only one, or the one of the package's name.
     */
    private String script(Environment environment, String packageName) {
        List<String> scripts =
                environment.facts().path("scripts").valueStream().map(JsonNode::asString).toList();
        Optional<String> chosen =
                entrypoint.isPresent()
                        ? entrypoint.filter(scripts::contains)
                        : scripts.size() == 1
                                ? Optional.of(scripts.getFirst())
                                : scripts.stream()
                                        .filter(script -> namesPackage(script, packageName))
                                        .findFirst();
        if (chosen.isEmpty()) {
            throw new ConfigurationFailure(
                    scripts.isEmpty()
                            ? "The Python package %s has no script to run.".formatted(target())
                            : "The Python package %s has %s: name one as entrypoint."
                                    .formatted(
                                            target(),
                                            entrypoint.isPresent()
                                                    ? "no script \"%s\", but %s"
                                                            .formatted(
                                                                    entrypoint.get(),
                                                                    String.join(", ", scripts))
                                                    : "several scripts ("
                                                            + String.join(", ", scripts)
                                                            + ")"));
        }
        Path program = program(environment.folder(), chosen.get());
        return program.toString();
    }

    private static boolean namesPackage(String script, String packageName) {
        String plain = packageName.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
        String other = script.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
        // Packages of the reference registry carry a prefix that their scripts don't.
        return plain.equals(other) || plain.equals("airbyte-" + other);
    }
}
