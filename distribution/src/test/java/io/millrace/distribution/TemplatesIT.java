package io.millrace.distribution;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every template becomes a connector that builds and is accepted, by the words of its README. */
@EnabledOnOs(OS.LINUX)
class TemplatesIT {
    private static final Path PROGRAM = Path.of(System.getProperty("millrace.program"));
    private static final Pattern BLOCK =
            Pattern.compile("(?s)\n## (Build|Test)\n\n```sh\n(.*?)\n```\n");

    @TempDir Path folder;

    private Program program() {
        return new Program(folder)
                .with("MILLRACE_CACHE", Path.of("target/guests-cache").toAbsolutePath().toString());
    }

    @TestFactory
    Stream<DynamicTest> everyTemplateIsAConnectorThatIsAccepted() throws Exception {
        JsonNode listed =
                JsonMapper.shared()
                        .readTree(program().run("connector", "new", "--list", "--json").output());
        assertThat(listed.path("templates").size()).isEqualTo(11);
        return listed.path("templates")
                .valueStream()
                .map(template ->
                        DynamicTest.dynamicTest(
                                template.path("name").asString(), () -> follow(template)));
    }

    private void follow(JsonNode template) throws Exception {
        String name = template.path("name").asString();
        var made =
                program()
                        .run(
                                "connector",
                                "new",
                                "--template",
                                name,
                                "--name",
                                "my-" + name,
                                "--dir",
                                name,
                                "--no-input");
        assertThat(made.status()).as(made.errors()).isZero();
        Path connector = folder.resolve(name);
        assertThat(connector.resolve("README.md")).content().doesNotContainPattern("@[a-z]+@");
        assumeTrue(
                template.path("missing").isEmpty(),
                "needs " + template.path("missing") + ", which is not here");
        Matcher block = BLOCK.matcher(Files.readString(connector.resolve("README.md")));
        var script = new StringBuilder("set -eu\n");
        int blocks = 0;
        while (block.find()) {
            script.append(block.group(2)).append('\n');
            blocks++;
        }
        assertThat(blocks).isEqualTo(2);
        Path log = folder.resolve(name + ".log");
        var builder =
                new ProcessBuilder("bash", "-c", script.toString())
                        .directory(connector.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment()
                .putAll(
                        Map.of(
                                "JAVA_HOME", System.getProperty("java.home"),
                                "MILLRACE_HOME", folder.resolve("home").toString(),
                                "MILLRACE_CACHE",
                                        Path.of("target/guests-cache")
                                                .toAbsolutePath()
                                                .toString()));
        builder.environment().merge("PATH", PROGRAM.getParent() + ":", (path, own) -> own + path);
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(10, MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    @Test
    void nothingIsEverOverwritten() throws Exception {
        Files.createDirectories(folder.resolve("mine/secrets"));
        Files.writeString(folder.resolve("mine/secrets/config.json"), "{\"my\": \"own\"}");
        var refused =
                program()
                        .run(
                                "connector",
                                "new",
                                "--template",
                                "generic",
                                "--name",
                                "mine",
                                "--no-input");
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.errors()).contains("config.json is there already; nothing was written");
        try (Stream<Path> files = Files.walk(folder.resolve("mine"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
        assertThat(
                        program()
                                .run(
                                        "connector",
                                        "new",
                                        "--template",
                                        "generic",
                                        "--name",
                                        "../Evil",
                                        "--no-input"))
                .returns(2, Program.Outcome::status);
        assertThat(
                        program()
                                .run(
                                        "connector",
                                        "new",
                                        "--template",
                                        "genric",
                                        "--name",
                                        "x",
                                        "--no-input")
                                .errors())
                .contains("Did you mean \"generic\"?");
    }

    @Test
    void aConnectorOfATemplateIsTheSourceOfAPipeline() throws IOException, InterruptedException {
        program()
                .run(
                        "connector",
                        "new",
                        "--template",
                        "python-source",
                        "--name",
                        "source-mine",
                        "--no-input");
        Files.writeString(
                folder.resolve("pipeline.yaml"),
                """
                name: mine
                source: {folder: ./source-mine, config: {days: 4}}
                destination: {connector: duckdb, config: {path: mine.duckdb}}
                defaults: {sync_mode: incremental_append}
                """);
        var first = program().run("sync", "pipeline.yaml", "--json");
        assertThat(first.status()).as(first.errors() + first.output()).isZero();
        assertThat(first.output()).contains("\"records_committed\" : 4");
    }

    /** The generic one needs nothing but a shell, so its image can be made without a network. */
    @Test
    void theDockerfileOfATemplateMakesAnImageThatIsAccepted() throws Exception {
        assumeTrue(TestDocker.available(), "no dockerd here, or no right to start it");
        program()
                .run(
                        "connector",
                        "new",
                        "--template",
                        "generic",
                        "--name",
                        "source-shell",
                        "--no-input");
        Path connector = folder.resolve("source-shell");
        try (var docker = TestDocker.start(folder.resolve("engine"))) {
            docker.importPrograms(
                    "debian:stable-slim",
                    Stream.of("sh", "cat", "tr", "sed", "grep", "cut", "date")
                            .map("/bin/"::concat)
                            .map(bin -> Files.exists(Path.of(bin)) ? bin : "/usr" + bin)
                            .toList());
            docker.build("example/source-shell:dev", connector);
            Files.writeString(
                    connector.resolve("connector.yaml"), "image: example/source-shell:dev\n");
            var tested =
                    program()
                            .with("DOCKER_HOST", docker.address())
                            .run("connector", "test", "source-shell");
            assertThat(tested.status()).as(tested.output() + tested.errors()).isZero();
        }
    }

    @Test
    void whatTheFlagsDoNotSayIsAskedFor() throws Exception {
        Path output = folder.resolve("asked.txt");
        var builder =
                new ProcessBuilder(PROGRAM.toString(), "connector", "new")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment()
                .putAll(
                        Map.of(
                                "JAVA_HOME", System.getProperty("java.home"),
                                "MILLRACE_HOME", folder.resolve("home").toString()));
        Process process = builder.start();
        try (var input = process.outputWriter()) {
            input.write("sauce\nsource\nANY\nMy Source\nmy-source\n");
        }
        assertThat(process.waitFor(1, MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(folder.resolve("my-source/main.sh")).exists();
    }
}
