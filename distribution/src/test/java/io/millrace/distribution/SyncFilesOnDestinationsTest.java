package io.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.inprocess.InProcessLauncher;
import io.millrace.replication.sync.SyncFileRunner;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Every {@code .sync} file, on every launcher that it names, into real destinations. */
@EnabledOnOs(OS.LINUX)
class SyncFilesOnDestinationsTest {
    @TempDir private Path folder;

    @TestFactory
    Stream<DynamicTest> everySyncFileHoldsOnDuckDb() throws Exception {
        return tests((text, variant) -> {
            Path run = Files.createTempDirectory(folder, "run");
            SyncFileRunner.run(
                    text,
                    variant,
                    () -> destination("duckdb", Json.object().put("path", run + "/landed.duckdb")),
                    run);
        });
    }

    @TestFactory
    Stream<DynamicTest> everySyncFileHoldsOnPostgres() throws Exception {
        return tests((text, variant) -> {
            try (TestDatabase database = TestPostgres.shared().createDatabase()) {
                ObjectNode config =
                        Json.object()
                                .put("host", database.host())
                                .put("port", database.port())
                                .put("database", database.name())
                                .put("username", database.username())
                                .put("password", database.password());
                config.putObject("ssl_mode").put("mode", "disable");
                SyncFileRunner.run(
                        text,
                        variant,
                        () -> destination("postgres", config),
                        Files.createTempDirectory(folder, "run"));
            }
        });
    }

    @FunctionalInterface
    private interface Run {
        void run(String text, java.util.Map<String, String> variant) throws Exception;
    }

    private static Stream<DynamicTest> tests(Run run) throws Exception {
        return SyncFileRunner.files().entrySet().stream()
                .flatMap(file ->
                        SyncFileRunner.variants(file.getValue()).stream()
                                .map(variant ->
                                        DynamicTest.dynamicTest(
                                                file.getKey() + " " + variant,
                                                () -> run.run(file.getValue(), variant))));
    }

    private Destination destination(String name, ObjectNode config) {
        var launchers =
                Launchers.of(
                        java.util.List.of(
                                new InProcessLauncher(
                                        ConnectorRegistry.of(Main.class.getClassLoader()))));
        ObjectNode reference = Json.object().put("connector", name);
        reference.set("config", config);
        var parsed = launchers.parse(reference, Launcher.Role.DESTINATION);
        assertThat(parsed.problems()).isEmpty();
        return launchers.destination(
                parsed.reference().orElseThrow(),
                new LaunchContext(
                        Clock.systemUTC(), folder, folder.resolve("cache"), _ -> {}, (_, _) -> {}));
    }
}
