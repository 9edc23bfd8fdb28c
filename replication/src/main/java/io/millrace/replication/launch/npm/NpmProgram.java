package io.millrace.replication.launch.npm;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.environment.EnvironmentCache;
import io.millrace.replication.launch.environment.EnvironmentCache.Environment;
import io.millrace.replication.launch.environment.FolderContent;
import io.millrace.replication.launch.environment.InstalledProgram;
import io.millrace.replication.launch.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A program of an npm package. */
final class NpmProgram extends InstalledProgram {
    private static final Duration INSTALLED_WITHIN = Duration.ofMinutes(30);
    private static final Pattern PACKAGE =
            Pattern.compile("((?:@[a-z0-9~][a-z0-9._~-]*/)?[a-z0-9~][a-z0-9._~-]*)(?:@(.+))?");

    private final Optional<String> program;

    /**
     * @param target a package such as {@code pkg@1.2.3}, or a path that begins with a dot or a
     *     slash
     * @param program a name in its {@code bin}, where it has several
     */
    NpmProgram(String target, Optional<String> program, LaunchContext context) {
        super("npm", target, context);
        this.program = program;
    }

    static List<LaunchProblem> lint(String pointer, JsonNode target) {
        String text = target.isString() ? target.asString().strip() : "";
        if (isPath(text)) {
            return List.of();
        }
        Matcher named = PACKAGE.matcher(text);
        if (!named.matches()) {
            return List.of(
                    new LaunchProblem(
                            pointer,
                            "It must be a package and its version, such as \"source-x@1.2.3\", or"
                                    + " a folder, such as ./source-x.",
                            false));
        }
        return named.group(2) == null
                ? List.of(
                        new LaunchProblem(
                                pointer,
                                "No version is named, so each machine gets the one that is newest"
                                        + " there on its first run. Add @VERSION.",
                                true))
                : List.of();
    }

    @Override
    protected Ready fromRegistry() throws InterruptedException {
        Matcher named = PACKAGE.matcher(target());
        if (!named.matches()) {
            throw new ConfigurationFailure("\"%s\" names no npm package.".formatted(target()));
        }
        String name = named.group(1);
        String key = fileName(name) + "-" + FolderContent.digestOf("registry", target());
        Environment environment =
                new EnvironmentCache(context().cache().resolve("npm"))
                        .get(
                                key,
                                folder -> {
                                    install(folder, target());
                                    return facts(folder.resolve("node_modules").resolve(name));
                                });
        return ready(key, environment);
    }

    @Override
    protected Ready fromPath() throws IOException, InterruptedException {
        Path path = context().directory().resolve(target()).normalize();
        FolderContent content = FolderContent.of(path);
        if (!content.has("package.json")) {
            throw new ConfigurationFailure(
                    "The folder %s holds no npm package: it has no package.json.".formatted(path));
        }
        // What it was built into belongs to it, unlike with other languages.
        Path built = path.resolve("dist");
        String digest =
                content.digest()
                        + (Files.isDirectory(built) ? FolderContent.of(built).digest() : "");
        String key =
                fileName(String.valueOf(path.toAbsolutePath().normalize().getFileName()))
                        + "-"
                        + FolderContent.digestOf("folder", digest);
        Environment environment =
                new EnvironmentCache(context().cache().resolve("npm"))
                        .get(
                                key,
                                folder -> {
                                    Path copy = folder.resolve("source");
                                    content.copyTo(copy);
                                    if (Files.isDirectory(built)) {
                                        FolderContent.of(built).copyTo(copy.resolve("dist"));
                                    }
                                    install(folder, copy.toString());
                                    String name =
                                            Json.mapper()
                                                    .readTree(
                                                            Files.readAllBytes(
                                                                    copy.resolve("package.json")))
                                                    .path("name")
                                                    .asString("");
                                    return facts(folder.resolve("node_modules").resolve(name));
                                });
        return ready(key, environment);
    }

    private static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9-]+", "-").replaceAll("^-", "");
    }

    private void install(Path folder, String what) throws IOException, InterruptedException {
        context().log().line(LogLevel.INFO, "Installing %s with npm.".formatted(target()));
        Files.writeString(
                folder.resolve("package.json"), "{\"private\": true, \"name\": \"environment\"}\n");
        Tool.Outcome outcome =
                Tool.run(
                        List.of(
                                "npm",
                                "install",
                                "--prefix",
                                folder.toString(),
                                "--install-links",
                                "--no-audit",
                                "--no-fund",
                                "--loglevel=error",
                                "--",
                                what),
                        folder,
                        Map.of(),
                        INSTALLED_WITHIN,
                        context().log());
        if (!outcome.succeeded()) {
            String reason =
                    outcome.lastErrors()
                            .lines()
                            .map(String::strip)
                            .filter(line -> line.matches("npm (error|ERR!) [^ ]+.* .*"))
                            .filter(line -> !line.matches("npm (error|ERR!) code .*"))
                            .findFirst()
                            .map(line -> "The installer says: " + line)
                            .orElse("The installer's last lines are in the detail.");
            throw EnvironmentCache.failed(
                    "The npm package " + target(), reason, outcome.lastErrors());
        }
    }

    /** The programs of an installed package, each with its file. */
    private static JsonNode facts(Path installed) throws IOException {
        JsonNode described =
                Json.mapper().readTree(Files.readAllBytes(installed.resolve("package.json")));
        var programs = new LinkedHashMap<String, String>();
        JsonNode bin = described.path("bin");
        if (bin.isString()) {
            String name = described.path("name").asString("");
            programs.put(name.substring(name.indexOf('/') + 1), bin.asString());
        }
        bin.properties()
                .forEach(entry -> programs.put(entry.getKey(), entry.getValue().asString("")));
        ObjectNode facts = Json.object();
        facts.put("package", installed.toString());
        ObjectNode listed = facts.putObject("programs");
        programs.forEach(listed::put);
        return facts;
    }

    private Ready ready(String key, Environment environment) {
        Map<String, String> programs = new LinkedHashMap<>();
        environment
                .facts()
                .path("programs")
                .properties()
                .forEach(entry -> programs.put(entry.getKey(), entry.getValue().asString()));
        String wanted = unscoped(target());
        Optional<String> chosen =
                program.isPresent()
                        ? program
                        : programs.size() == 1 || programs.containsKey(wanted)
                                ? Optional.of(
                                        programs.containsKey(wanted)
                                                ? wanted
                                                : programs.keySet().iterator().next())
                                : Optional.empty();
        String file = chosen.map(programs::get).orElse(null);
        if (file == null) {
            throw new ConfigurationFailure(
                    programs.isEmpty()
                            ? "The npm package %s has no program: its package.json has no \"bin\"."
                                    .formatted(target())
                            : program.isPresent()
                                    ? "The npm package %s has no program \"%s\", but %s."
                                            .formatted(
                                                    target(),
                                                    program.get(),
                                                    String.join(", ", programs.keySet()))
                                    : "The npm package %s has several programs (%s): name one as program."
                                            .formatted(
                                                    target(),
                                                    String.join(", ", programs.keySet())));
        }
        Path script =
                Path.of(environment.facts().path("package").asString()).resolve(file).normalize();
        return new Ready(key, List.of("node", script.toString()));
    }

    private static String unscoped(String name) {
        Matcher named = PACKAGE.matcher(name);
        return named.matches() ? named.group(1).substring(named.group(1).indexOf('/') + 1) : "";
    }
}
