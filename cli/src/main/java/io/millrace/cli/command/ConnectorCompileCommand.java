package io.millrace.cli.command;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace connector compile}. */
@Command(
        description = {
            "Compiles a connector in Java against the kit, into target/connector.jar and"
                    + " target/lib.",
            "Takes src/**/*.java, and the jars in lib/ of the connector's own. A class Main is run"
                    + " once, so that it starts faster from then on."
        })
final class ConnectorCompileCommand implements Callable<Integer> {
    /** What a connector of the kit needs at run time. */
    private static final List<String> KIT =
            List.of(
                    "protocol-",
                    "connector-sdk-",
                    "jackson-core-",
                    "jackson-databind-",
                    "jackson-annotations-",
                    "jspecify-");

    /** The class that the templates' run.sh starts. */
    private static final String MAIN = "Main";

    private static final Duration TRAINED_WITHIN = Duration.ofMinutes(2);

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "DIR", description = "The connector's folder.")
    private Path folder = Path.of("");

    ConnectorCompileCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(folder.resolve("src"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        } catch (IOException _) {
            throw new UsageException("There is no folder %s.".formatted(folder.resolve("src")));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new ConfigurationFailure(
                    "This Java has no compiler. Point JAVA_HOME at a JDK, not at a JRE.");
        }
        Path libraries = folder.resolve("target/lib");
        delete(folder.resolve("target"));
        Files.createDirectories(libraries);
        List<Path> jars = new ArrayList<>(kit());
        Path own = folder.resolve("lib");
        if (Files.isDirectory(own)) {
            try (Stream<Path> files = Files.list(own)) {
                files.filter(file -> file.toString().endsWith(".jar")).forEach(jars::add);
            }
        }
        for (Path jar : jars) {
            Files.copy(jar, libraries.resolve(jar.getFileName()));
        }
        Path classes = Files.createDirectories(folder.resolve("target/classes"));
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("-d", classes.toString(), "-encoding", "UTF-8", "-proc:none"));
        arguments.add("-cp");
        arguments.add(
                String.join(
                        File.pathSeparator,
                        jars.stream()
                                .map(jar -> libraries.resolve(jar.getFileName()).toString())
                                .toList()));
        sources.forEach(source -> arguments.add(source.toString()));
        int failed =
                compiler.run(
                        null,
                        terminal.errors(),
                        terminal.errors(),
                        arguments.toArray(String[]::new));
        if (failed != 0) {
            terminal.errors().println("It does not compile.");
            return ExitStatus.FAILED;
        }
        Path resources = folder.resolve("src/resources");
        if (Files.isDirectory(resources)) {
            copy(resources, classes);
        }
        pack(classes, folder.resolve("target/connector.jar"));
        if (Files.exists(classes.resolve(MAIN + ".class"))) {
            train();
        }
        return ExitStatus.DONE;
    }

    /**
     * Makes a cache of loaded classes for the Java that runs this, with which the connector starts
     * in less than half the time. Without one it is only slower, so that is no failure.
     */
    private void train() throws IOException, InterruptedException {
        Path cache = Files.createDirectories(folder.resolve("target/cache"));
        Path log = cache.resolve("training.log");
        var command =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-XX:AOTCacheOutput=target/cache/connector.aot",
                                "-cp",
                                "target/connector.jar" + File.pathSeparator + "target/lib/*",
                                "io.millrace.sdk.program.Training",
                                MAIN)
                        .directory(folder.toAbsolutePath().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        // What is set for the user's other programs would have to be set for the connector, too.
        command.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process training = command.start();
        training.getOutputStream().close();
        try {
            if (training.waitFor(TRAINED_WITHIN.toSeconds(), TimeUnit.SECONDS)
                    && training.exitValue() == 0) {
                return;
            }
        } finally {
            training.destroyForcibly();
        }
        terminal.errors().printf("It starts slower than it could: %s tells why.%n", log);
    }

    /** The kit's jars: on the class path by name, or all that the program's own jar names. */
    private static List<Path> kit() throws IOException {
        var entries = new ArrayList<Path>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            entries.add(path);
            if (path.toString().endsWith(".jar") && Files.exists(path)) {
                try (var jar = new JarFile(path.toFile())) {
                    String named =
                            jar.getManifest() == null
                                    ? null
                                    : jar.getManifest()
                                            .getMainAttributes()
                                            .getValue(Attributes.Name.CLASS_PATH);
                    for (String name : named == null ? new String[0] : named.split(" ")) {
                        entries.add(path.resolveSibling(name));
                    }
                }
            }
        }
        return entries.stream()
                .filter(path ->
                        KIT.stream()
                                .anyMatch(prefix ->
                                        String.valueOf(path.getFileName()).startsWith(prefix)))
                .distinct()
                .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The same bytes for the same classes. */
    private static void pack(Path classes, Path jar) throws IOException {
        try (var output = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                var entry = new ZipEntry(classes.relativize(file).toString().replace('\\', '/'));
                entry.setLastModifiedTime(FileTime.fromMillis(0));
                output.putNextEntry(entry);
                Files.copy(file, output);
                output.closeEntry();
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
