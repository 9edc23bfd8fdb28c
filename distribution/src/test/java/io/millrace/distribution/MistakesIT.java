package io.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the assembled program tells people who mistyped something, or whose run was cut off. */
@EnabledOnOs(OS.LINUX)
class MistakesIT {
    @TempDir Path folder;

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Program.Outcome run(int status, String... arguments) throws Exception {
        var outcome = new Program(folder).run(arguments);
        assertThat(outcome.status()).as(outcome.errors() + outcome.output()).isEqualTo(status);
        return outcome;
    }

    @Test
    void aMistypedCommandOrOptionIsToldWithTheOneThatWasMeant() throws Exception {
        assertThat(run(2, "synk", "p.yaml").errors())
                .contains("There is no command \"synk\". Did you mean \"sync\"?");
        assertThat(run(2, "sync", "--full-refesh", "p.yaml").errors())
                .contains("\"--full-refesh\". Did you mean \"--full-refresh\"?");
        assertThat(run(2, "connectors", "instal", "x").errors()).contains("\"install\"");
        assertThat(run(2, "connector", "nwe").errors()).contains("Did you mean \"new\"?");
    }

    @Test
    void lintLooksIntoFoldersAndNamesWhatIsAllowed() throws Exception {
        write(
                "p.yaml",
                """
                name: p
                source: {folder: ./nowhere}
                destination: {connector: duckdb, config: {pth: out.duckdb}}
                defaults: {sync_mode: append}
                """);
        assertThat(run(2, "lint", "p.yaml").output())
                .contains("p.yaml:2:10: There is no folder")
                .contains("There is no option \"pth\". Did you mean \"path\"?")
                .contains("it is one of full_refresh_overwrite, full_refresh_append");
        write("nowhere/connector.yaml", "comand: [python3, main.py]");
        assertThat(run(2, "lint", "p.yaml").output())
                .contains("connector.yaml: /comand: There is no key \"comand\" here.")
                .contains("Did you mean \"command\"?");
    }

    @Test
    void anOptionThatAManifestDoesNotHaveIsAWarning() throws Exception {
        write(
                "api.yaml",
                """
                version: 6.0.0
                type: DeclarativeSource
                check: {type: CheckStream, stream_names: [items]}
                streams:
                  - type: DeclarativeStream
                    name: items
                    retriever:
                      type: SimpleRetriever
                      requester:
                        type: HttpRequester
                        url: "http://127.0.0.1:1/{{ config['hidden'] }}"
                      record_selector:
                        type: RecordSelector
                        extractor: {type: DpathExtractor, field_path: []}
                    schema_loader:
                      type: InlineSchemaLoader
                      schema: {type: object, properties: {id: {type: integer}}}
                spec:
                  type: Spec
                  connection_specification:
                    type: object
                    properties: {api_key: {type: string, airbyte_secret: true}}
                """);
        write(
                "p.yaml",
                """
                name: p
                source: {manifest: ./api.yaml, config: {apikey: x, hidden: y}}
                destination: {connector: dev-null, config: {}}
                """);
        assertThat(run(0, "lint", "p.yaml").output())
                .contains("p.yaml:2:41: warning: The manifest has no option \"apikey\"")
                .contains("Did you mean \"api_key\"?")
                .doesNotContain("no option \"hidden\"");
        long started = System.nanoTime();
        var checked = run(1, "check", "p.yaml");
        assertThat(checked.output()).contains("got no answer", "Connection refused");
        assertThat(checked.errors()).contains("Attempt 1 of 5 failed: ");
        assertThat((System.nanoTime() - started) / 1_000_000_000).isLessThan(30);
    }

    @Test
    void aCursorThatTheSourceWillNotUseIsTold() throws Exception {
        String pipeline =
                """
                name: p
                source: {connector: faker, config: {count: 10}}
                destination: {connector: dev-null, config: {}}
                streams: {users: {sync_mode: incremental_append, cursor_field: %s}}
                """;
        write("p.yaml", pipeline.formatted("nme"));
        assertThat(run(2, "plan", "p.yaml").errors())
                .contains("users has no column \"nme\". Did you mean \"name\"?");
        write("p.yaml", pipeline.formatted("name"));
        assertThat(run(0, "plan", "p.yaml").errors())
                .contains("warning: users is read by updated_at, which its source defines");
        write("p.yaml", pipeline.formatted("updated_at"));
        assertThat(run(0, "plan", "p.yaml").errors()).doesNotContain("warning");
    }

    @Test
    void theStatusTellsOfAKilledRunAndOfAReset() throws Exception {
        write(
                "p.yaml",
                """
                name: p
                source: {connector: faker, config: {count: 50000000}}
                destination: {connector: duckdb, config: {path: out.duckdb}}
                streams: {users: {sync_mode: incremental_append}}
                """);
        Path output = folder.resolve("output.txt");
        Process sync =
                new Program(folder).start(output, folder.resolve("errors.txt"), "sync", "p.yaml");
        try {
            Path lock = folder.resolve("home/pipelines");
            while (sync.isAlive() && !isMade(lock)) {
                Thread.sleep(100);
            }
        } finally {
            sync.destroyForcibly().waitFor();
        }
        assertThat(run(0, "status", "p.yaml").output())
                .contains("interrupted: process " + sync.pid())
                .contains("the next sync goes on from there");
        assertThat(run(0, "status", "p.yaml", "--json").output())
                .contains("\"status\" : \"interrupted\"");
        write("p.yaml", Files.readString(folder.resolve("p.yaml")).replace("50000000", "100"));
        run(0, "sync", "p.yaml");
        assertThat(run(0, "status", "p.yaml").output())
                .contains("last run: succeeded")
                .doesNotContain("interrupted");
        run(0, "reset", "p.yaml", "--data", "--yes");
        assertThat(run(0, "status", "p.yaml").output())
                .contains("the next sync reads it from the beginning");
    }

    /** The lock is written right after it is taken, and before anything is read. */
    private static boolean isMade(Path pipelines) throws IOException {
        if (!Files.isDirectory(pipelines)) {
            return false;
        }
        try (var files = Files.walk(pipelines)) {
            return files.anyMatch(file -> file.endsWith("lock") && file.toFile().length() > 0);
        }
    }
}
