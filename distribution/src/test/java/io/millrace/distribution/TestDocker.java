package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Docker engine of this test alone, without a network, and images made of this machine's shell.
 */
final class TestDocker implements AutoCloseable {
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+\\.so\\S*)");

    private final Path folder;
    private final Process engine;

    private TestDocker(Path folder, Process engine) {
        this.folder = folder;
        this.engine = engine;
    }

    /** Whether this machine has the engine's programs, and we may start them. */
    static boolean available() {
        return System.getProperty("user.name").equals("root")
                && onPath("dockerd")
                && onPath("docker");
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    static TestDocker start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Process engine =
                new ProcessBuilder(
                                "dockerd",
                                "--iptables=false",
                                "--ip6tables=false",
                                "--bridge=none",
                                "--data-root=" + folder.resolve("data"),
                                "--exec-root=" + folder.resolve("exec"),
                                "--pidfile=" + folder.resolve("pid"),
                                "-H",
                                "unix://" + folder.resolve("docker.sock"))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("engine.log").toFile())
                        .start();
        var docker = new TestDocker(folder, engine);
        long end = System.nanoTime() + STARTED_WITHIN.toNanos();
        while (docker.run("version").status() != 0) {
            if (!engine.isAlive() || System.nanoTime() > end) {
                docker.close();
                throw new AssertionError(
                        "the engine doesn't start: "
                                + Files.readString(folder.resolve("engine.log")));
            }
            Thread.sleep(200);
        }
        return docker;
    }

    String address() {
        return "unix://" + folder.resolve("docker.sock");
    }

    /**
     * An image whose entry point is {@code script}, run by this machine's shell.
     *
     * @param shell where the shell is in the image
     */
    void importImage(String name, String script, String shell)
            throws IOException, InterruptedException {
        Path root = root(name, List.of("/bin/sh", "/bin/cat", "/bin/sleep"));
        if (!shell.equals("/bin/sh")) {
            Path moved = root.resolve(shell.substring(1));
            Files.createDirectories(moved.getParent());
            Files.move(root.resolve("bin/sh"), moved);
        }
        Files.writeString(root.resolve("source.sh"), script);
        importRoot(name, root, "--change", entrypoint(shell, "/source.sh"));
    }

    private static String entrypoint(String... words) {
        return "ENTRYPOINT [\"%s\"]".formatted(String.join("\",\"", words));
    }

    /** An image of the assembled program and its Java, as one of our own connectors. */
    void importConnector(String name, Path program, String connector)
            throws IOException, InterruptedException {
        Path root = root(name, List.of("/bin/sh"));
        Path java = Path.of(System.getProperty("java.home"));
        copyTree(java, root.resolve("opt/java"), "--exclude=./jmods", "--exclude=./lib/src.zip");
        copyTree(program.resolveSibling("../lib").normalize(), root.resolve("opt/millrace"));
        for (String part :
                List.of("bin/java", "lib/server/libjvm.so", "lib/libnio.so", "lib/libzip.so")) {
            copyLibraries(java.resolve(part), root, java);
        }
        importRoot(
                name,
                root,
                "--change",
                entrypoint(
                        "/opt/java/bin/java",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        "/opt/millrace/millrace.jar",
                        "io.millrace.distribution.Main",
                        "connector",
                        connector),
                "--change",
                "ENV MILLRACE_HOME=/tmp/home");
    }

    private static void copyTree(Path from, Path to, String... options)
            throws IOException, InterruptedException {
        Files.createDirectories(to);
        var pack = new ArrayList<>(List.of("tar", "-C", from.toString()));
        pack.addAll(List.of(options));
        pack.addAll(List.of("-c", "."));
        for (Process process :
                ProcessBuilder.startPipeline(
                        List.of(
                                new ProcessBuilder(pack),
                                new ProcessBuilder("tar", "-C", to.toString(), "-x")))) {
            if (process.waitFor() != 0) {
                throw new AssertionError("%s can't be copied".formatted(from));
            }
        }
    }

    /** An image of some of this machine's programs, with the libraries that they need. */
    void importPrograms(String name, List<String> programs)
            throws IOException, InterruptedException {
        importRoot(name, root(name, programs));
    }

    /** Builds the Dockerfile of a folder, as a writer of a connector does. */
    void build(String name, Path context) throws IOException, InterruptedException {
        require(run("build", "--quiet", "--tag", name, context.toString()));
    }

    private Path root(String name, List<String> programs) throws IOException, InterruptedException {
        Path root = folder.resolve("root-" + name.replaceAll("\\W", "-"));
        for (String program : programs) {
            copy(Path.of(program), root);
            copyLibraries(Path.of(program), root, root);
        }
        Files.createDirectories(root.resolve("tmp"));
        return root;
    }

    /**
     * @param known where libraries are that need no copy
     */
    private static void copyLibraries(Path program, Path root, Path known)
            throws IOException, InterruptedException {
        Process ldd = new ProcessBuilder("ldd", program.toString()).start();
        String libraries = new String(ldd.getInputStream().readAllBytes(), UTF_8);
        ldd.waitFor();
        Matcher library = LIBRARY.matcher(libraries);
        while (library.find()) {
            if (!library.group(1).startsWith(known.toString())) {
                copy(Path.of(library.group(1)), root);
            }
        }
    }

    private void importRoot(String name, Path root, String... flags)
            throws IOException, InterruptedException {
        Path archive = Path.of(root + ".tar");
        new ProcessBuilder("tar", "-C", root.toString(), "-cf", archive.toString(), ".")
                .start()
                .waitFor();
        var words = new ArrayList<>(List.of("import"));
        words.addAll(List.of(flags));
        words.addAll(List.of(archive.toString(), name));
        require(run(words.toArray(String[]::new)));
    }

    private static void copy(Path file, Path root) throws IOException {
        Path copy = root.resolve(Path.of("/").relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file.toRealPath(), copy, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String require(Program.Outcome outcome) {
        if (outcome.status() != 0) {
            throw new AssertionError(outcome.errors());
        }
        return outcome.output();
    }

    /** All containers, running or not. */
    List<String> containers() throws IOException, InterruptedException {
        return require(run("ps", "--all", "--quiet")).lines().toList();
    }

    List<String> networksOfContainers() throws IOException, InterruptedException {
        return require(run("ps", "--all", "--format", "{{.Networks}}")).lines().toList();
    }

    void awaitContainers(int count, Duration patience) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (containers().size() != count) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "%d containers instead of %d".formatted(containers().size(), count));
            }
            Thread.sleep(100);
        }
    }

    private Program.Outcome run(String... arguments) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("docker", "-H", address()));
        words.addAll(List.of(arguments));
        Path errors = folder.resolve("docker.err");
        var builder = new ProcessBuilder(words).redirectError(errors.toFile());
        // The builder that comes with the engine: the newer one is a program of its own.
        builder.environment().put("DOCKER_BUILDKIT", "0");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Program.Outcome(process.waitFor(), output, Files.readString(errors));
    }

    @Override
    public void close() {
        engine.destroy();
        try {
            if (!engine.waitFor(20, TimeUnit.SECONDS)) {
                engine.destroyForcibly().waitFor();
            }
        } catch (InterruptedException stopped) {
            engine.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
