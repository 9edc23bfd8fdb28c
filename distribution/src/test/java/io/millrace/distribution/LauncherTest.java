package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the real {@code bin/millrace} in a small checkout, in a folder with a space in its name. A
 * script in the place of Maven counts its runs and delivers a program that prints its arguments and
 * its largest heap in MiB.
 */
class LauncherTest {
    private static final String PROGRAM =
            """
            package io.millrace.distribution;

            public class Main {
                public static void main(String[] arguments) {
                    System.out.println(String.join("|", arguments) + " ü " + Runtime.getRuntime().maxMemory() / 1048576);
                    System.exit(arguments.length == 1 ? Integer.parseInt(arguments[0]) : 0);
                }
            }

            class Training {
                public static void main(String[] arguments) {}
            }
            """;

    private static final String MAVEN =
            """
            #!/bin/sh
            echo run >> "$COUNT_FILE"
            echo "noise of the build"
            sleep 0.3
            if [ -e "$COUNT_FILE.broken" ]; then
                echo "[ERROR] the sources are wrong"
                exit 1
            fi
            mkdir -p distribution/target/millrace/lib
            cp "$PROGRAM_JAR" distribution/target/millrace/lib/millrace.jar
            """;

    @TempDir private static Path tools;

    @TempDir private Path temporary;

    private Path checkout;
    private Path countFile;
    private final Map<Process, Path> errors = new HashMap<>();

    private record Outcome(int status, String output, String errors) {}

    @BeforeAll
    static void makeTools() throws IOException {
        Path source = Files.createDirectories(tools.resolve("source")).resolve("Main.java");
        Files.writeString(source, PROGRAM, UTF_8);
        Path classes = Files.createDirectories(tools.resolve("classes"));
        int status =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", classes.toString(), source.toString());
        assertThat(status).isZero();
        try (var jar = new JarOutputStream(Files.newOutputStream(tools.resolve("program.jar")))) {
            for (String name : List.of("Main", "Training")) {
                String entry = "io/millrace/distribution/" + name + ".class";
                jar.putNextEntry(new JarEntry(entry));
                Files.copy(classes.resolve(entry), jar);
            }
        }
        Path maven = Files.createDirectories(tools.resolve("bin")).resolve("mvn");
        Files.writeString(maven, MAVEN, UTF_8);
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = Files.createDirectories(temporary.resolve("a checkout"));
        countFile = temporary.resolve("maven-runs");
        Path repository =
                Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("bin");
        Path bin = Files.createDirectories(checkout.resolve("bin"));
        for (String name : List.of("millrace", "java-home.sh")) {
            Files.copy(
                    repository.resolve(name),
                    bin.resolve(name),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        Files.createDirectories(checkout.resolve("distribution/target"));
        Files.writeString(checkout.resolve("distribution/pom.xml"), "<project/>");
        Path sources =
                Files.createDirectories(checkout.resolve("connectors/source-a/src/main/java"));
        Files.writeString(sources.resolve("A.java"), "class A {}");
    }

    @Test
    void buildsOnFirstUseAndOnlyThen() throws Exception {
        Outcome first = millrace("sync", "my pipeline.yaml", "");
        assertThat(first)
                .isEqualTo(new Outcome(0, "sync|my pipeline.yaml| ü 494\n", first.errors()));
        assertThat(first.errors().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("millrace: building");
        assertThat(millrace("a", "b")).isEqualTo(new Outcome(0, "a|b ü 494\n", ""));
        assertThat(mavenRuns()).isEqualTo(1);
    }

    @Test
    void passesTheExitStatusOn() throws Exception {
        assertThat(millrace("3").status()).isEqualTo(3);
        assertThat(millrace("130").status()).isEqualTo(130);
    }

    @Test
    void buildsAgainAfterASourceChangedOrVanished() throws Exception {
        millrace();
        Path source = checkout.resolve("connectors/source-a/src/main/java/A.java");
        Files.writeString(source, "class A { }");
        millrace();
        assertThat(mavenRuns()).isEqualTo(2);
        Files.delete(source);
        millrace();
        assertThat(mavenRuns()).isEqualTo(3);
        millrace();
        assertThat(mavenRuns()).isEqualTo(3);
    }

    @Test
    void buildsOnceForConcurrentFirstUses() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(start(checkout.resolve("bin/millrace"), Map.of(), "x", Integer.toString(i)));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(finish(starts.get(i)).output()).isEqualTo("x|" + i + " ü 494\n");
        }
        assertThat(mavenRuns()).isEqualTo(1);
    }

    @Test
    void startsThroughALinkFromAnyFolder() throws Exception {
        Path link =
                Files.createSymbolicLink(
                        temporary.resolve("first"), checkout.resolve("bin/millrace"));
        Path relative = Files.createDirectories(temporary.resolve("links")).resolve("second");
        Files.createSymbolicLink(relative, Path.of("../first"));
        assertThat(finish(start(link, Map.of(), "a", "b")).output()).isEqualTo("a|b ü 494\n");
        assertThat(finish(start(relative, Map.of(), "a", "b")).output()).isEqualTo("a|b ü 494\n");
    }

    @Test
    void tellsWhyABuildFailedAndTriesAgainNextTime() throws Exception {
        Path broken = Files.createFile(Path.of(countFile + ".broken"));
        Outcome failed = millrace("a", "b");
        assertThat(failed.status()).isEqualTo(2);
        assertThat(failed.output()).isEmpty();
        assertThat(failed.errors())
                .contains("[ERROR] the sources are wrong", "build.log")
                .doesNotContain("noise");
        Files.delete(broken);
        assertThat(millrace("a", "b").output()).isEqualTo("a|b ü 494\n");
    }

    @Test
    void recordsAnAheadOfTimeCacheAndGoesOnWithoutWhereItIsLost() throws Exception {
        millrace();
        List<Path> caches = caches();
        assertThat(caches).hasSize(1);
        // What a full disk leaves behind: Java must not mind.
        Files.writeString(caches.getFirst(), "rubbish");
        assertThat(millrace("a", "b")).isEqualTo(new Outcome(0, "a|b ü 494\n", ""));
        Files.delete(caches.getFirst());
        assertThat(millrace("a", "b")).isEqualTo(new Outcome(0, "a|b ü 494\n", ""));
        assertThat(caches()).hasSize(1);
        assertThat(mavenRuns()).isEqualTo(1);
    }

    @Test
    void leavesHeapAndCollectorToTheEnvironmentWhereItNamesThem() throws Exception {
        millrace();
        Path program = checkout.resolve("bin/millrace");
        assertThat(
                        finish(
                                        start(
                                                program,
                                                Map.of(
                                                        "JAVA_TOOL_OPTIONS",
                                                        "-Xmx100m -XX:+UseParallelGC"),
                                                "a",
                                                "b"))
                                .output())
                .matches("a\\|b ü (8|9|10)\\d\n");
        assertThat(finish(start(program, Map.of("JAVA_TOOL_OPTIONS", "-Da=b"), "a", "b")).output())
                .isEqualTo("a|b ü 494\n");
    }

    @Test
    void runsUnpackedWithoutMavenOrSources() throws Exception {
        Path unpacked = Files.createDirectories(temporary.resolve("unpacked folder"));
        Files.move(checkout.resolve("bin"), unpacked.resolve("bin"));
        Files.createDirectories(unpacked.resolve("lib"));
        Files.copy(tools.resolve("program.jar"), unpacked.resolve("lib/millrace.jar"));
        assertThat(finish(start(unpacked.resolve("bin/millrace"), Map.of(), "a", "b")))
                .isEqualTo(new Outcome(0, "a|b ü 494\n", ""));
        assertThat(countFile).doesNotExist();
    }

    private Outcome millrace(String... arguments) throws IOException, InterruptedException {
        return finish(start(checkout.resolve("bin/millrace"), Map.of(), arguments));
    }

    private Process start(Path program, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(temporary.toFile());
        Map<String, String> variables =
                new HashMap<>(
                        Map.of(
                                "PATH", tools.resolve("bin") + ":" + System.getenv("PATH"),
                                "HOME", temporary.toString(),
                                "JAVA_HOME", System.getProperty("java.home"),
                                "LC_ALL", "C",
                                "COUNT_FILE", countFile.toString(),
                                "PROGRAM_JAR", tools.resolve("program.jar").toString()));
        variables.putAll(environment);
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.redirectError(Files.createTempFile(temporary, "errors", ".txt").toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        errors.put(process, builder.redirectError().file().toPath());
        return process;
    }

    private Outcome finish(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                process.exitValue(), output, Files.readString(errors.get(process), UTF_8));
    }

    private long mavenRuns() throws IOException {
        try (Stream<String> lines = Files.lines(countFile)) {
            return lines.count();
        }
    }

    private List<Path> caches() throws IOException {
        try (Stream<Path> files = Files.walk(checkout.resolve("distribution/target/builds"))) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        }
    }
}
