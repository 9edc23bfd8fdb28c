package io.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pipelines of the assembled program, from end to end, on real servers, files and processes. */
@EnabledOnOs(OS.LINUX)
class PipelinesIT {
    @AutoClose private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();

    @TempDir Path folder;

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Program program() {
        return new Program(folder).with("PGPASSWORD", DATABASE.password());
    }

    private Program.Outcome run(int status, String... arguments) throws Exception {
        var outcome = program().run(arguments);
        assertThat(outcome.status()).as(outcome.errors() + outcome.output()).isEqualTo(status);
        return outcome;
    }

    /** The configuration of an end at the database. */
    private static String postgres(String more) {
        return """
        {connector: postgres, config: {host: %s, port: %d, database: %s, username: %s, password: "${PGPASSWORD}"%s}}\
        """
                .formatted(
                        DATABASE.host(),
                        DATABASE.port(),
                        DATABASE.name(),
                        DATABASE.username(),
                        more);
    }

    /** What has landed of a stream of {@code p.yaml}. */
    private List<JsonNode> landed(String stream) throws Exception {
        String document =
                run(0, "preview", "p.yaml", stream, "--landed", "--json", "--limit", "100000")
                        .output();
        List<JsonNode> records = new ArrayList<>();
        JsonMapper.shared().readTree(document).path("records").forEach(records::add);
        return records;
    }

    @Test
    void aBrokenFileStopsOnlyItsOwnStream() throws Exception {
        write("in/good.csv", "id,name\n1,a\n2,b\n");
        Files.write(folder.resolve("in/bad.csv"), new byte[] {'i', 'd', '\n', (byte) 0xFF, '\n'});
        write(
                "p.yaml",
                """
                name: broken
                source: {connector: files, config: {path: in}}
                destination: {connector: duckdb, config: {path: out.duckdb}}
                """);
        var outcome = run(1, "sync", "p.yaml", "--json");
        assertThat(outcome.output()).contains("incomplete", "in/bad.csv", "line 2");
        assertThat(landed("good")).hasSize(2);
        assertThat(run(1, "discover", "p.yaml", "--json").output()).contains("good", "in/bad.csv");
        assertThat(run(1, "preview", "p.yaml", "bad").errors()).contains("in/bad.csv");
        assertThat(run(1, "verify", "p.yaml", "--json").output()).contains("failed", "in/bad.csv");
        run(0, "verify", "p.yaml", "good");
    }

    /** With a slip in the paginator's name the first page would be all. */
    @Test
    void aSlipInAManifestIsToldByEachCommandOfAPipeline() throws Exception {
        write(
                "shop.yaml",
                """
                version: 6.0.0
                type: DeclarativeSource
                check: {type: CheckStream, stream_names: [orders]}
                streams:
                  - type: DeclarativeStream
                    name: orders
                    retriever:
                      type: SimpleRetriever
                      requester: {type: HttpRequester, url: "http://127.0.0.1:1/orders?of={{ config['shopp'] }}"}
                      paginater: {type: NoPagination}
                      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
                    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {id: {type: integer}}}}
                spec:
                  type: Spec
                  connection_specification: {type: object, properties: {shop: {type: string}}}
                """);
        write(
                "p.yaml",
                """
                name: slip
                source: {manifest: shop.yaml, config: {shop: a}}
                destination: {connector: dev-null}
                """);
        String slip = "shop.yaml:10:7: warning: SimpleRetriever has no field 'paginater'";
        assertThat(run(0, "discover", "p.yaml").errors()).containsOnlyOnce(slip);
        assertThat(run(0, "plan", "p.yaml").errors()).containsOnlyOnce(slip);
        assertThat(run(0, "lint", "p.yaml").output())
                .containsOnlyOnce(slip)
                .contains("shop.yaml:9:", "shopp");
        write("connector.yaml", "manifest: shop.yaml\n");
        write(
                "f.yaml",
                """
                name: slip
                source: {folder: ., config: {shop: a}}
                destination: {connector: dev-null}
                """);
        assertThat(run(0, "plan", "f.yaml").errors()).containsOnlyOnce(slip);
        assertThat(run(0, "lint", "f.yaml").output())
                .containsOnlyOnce(slip)
                .contains("shop.yaml:9:", "shopp");
    }

    @Test
    void aFileThatGrowsLandsEachLineOnceAndVerifyAgrees() throws Exception {
        write("in/log.jsonl", "{\"id\": 1}\n{\"id\": 2");
        write(
                "p.yaml",
                """
                name: growing
                source: {connector: files, config: {path: in}}
                destination: %s
                namespace: growing
                defaults: {sync_mode: incremental_append}
                """
                        .formatted(postgres("")));
        assertThat(run(0, "sync", "p.yaml").errors()).contains("in/log.jsonl, line 2");
        Files.writeString(
                folder.resolve("in/log.jsonl"),
                "2}\n{\"id\": 3}\n{\"id\": 4}",
                StandardOpenOption.APPEND);
        run(0, "sync", "p.yaml");
        Files.writeString(
                folder.resolve("in/log.jsonl"), "\n{\"id\": 5}\n", StandardOpenOption.APPEND);
        run(0, "sync", "p.yaml");
        assertThat(DATABASE.query("SELECT id FROM growing.log ORDER BY id"))
                .containsExactly("1", "3", "4", "5", "22");
        run(0, "verify", "p.yaml");
        DATABASE.execute("INSERT INTO growing.log SELECT * FROM growing.log WHERE id = 4");
        var outcome = run(3, "verify", "p.yaml", "--json");
        assertThat(outcome.output()).contains("\"extra\"", "\"id\" : 4");
    }

    @Test
    void verifyTellsRowsThatAnAppendModeHoldsTwice() throws Exception {
        DATABASE.execute(
                "CREATE SCHEMA shop",
                "CREATE TABLE shop.orders (id int PRIMARY KEY, total int, at timestamptz)",
                "INSERT INTO shop.orders SELECT i, i, now() FROM generate_series(1, 100) i");
        for (String mode : List.of("incremental_append", "full_refresh_append")) {
            write(
                    "p.yaml",
                    """
                    name: twice-%s
                    source: %s
                    destination: %s
                    namespace: %s
                    streams: {orders: {sync_mode: %s, cursor_field: at}}
                    """
                            .formatted(
                                    mode, postgres(", schemas: [shop]"), postgres(""), mode, mode));
            run(0, "sync", "p.yaml");
            DATABASE.execute("UPDATE shop.orders SET total = total + 1, at = now() WHERE id < 5");
            run(0, "sync", "p.yaml");
            run(0, "verify", "p.yaml");
            String table = mode + ".orders";
            DATABASE.execute(
                    "INSERT INTO %s SELECT * FROM %s WHERE id IN (7, 3)".formatted(table, table));
            var outcome = run(3, "verify", "p.yaml");
            assertThat(outcome.output()).contains("extra    {id=7}");
            if (mode.startsWith("incremental")) { // refreshes have both versions of the other
                assertThat(outcome.output()).contains("extra    {id=3}");
            }
            DATABASE.execute("DELETE FROM %s WHERE id = 50".formatted(table));
            assertThat(run(3, "verify", "p.yaml").output()).contains("missing  {id=50}");
        }
    }

    @Test
    void anArrayThatDoesNotBeginAtOneIsCountedAsChanged() throws Exception {
        DATABASE.execute(
                "CREATE SCHEMA bounds",
                "CREATE TABLE bounds.t (id int PRIMARY KEY, a int[])",
                "INSERT INTO bounds.t VALUES (1, '[2:3]={1,2}'), (2, '{3}')");
        write(
                "p.yaml",
                """
                name: bounds
                source: %s
                destination: {connector: duckdb, config: {path: out.duckdb}}
                """
                        .formatted(postgres(", schemas: [bounds]")));
        assertThat(run(0, "sync", "p.yaml", "--json").output()).contains("\"values_changed\" : 1");
        assertThat(landed("t")).extracting(row -> row.path("a").toString()).contains("[1,2]");
        run(0, "verify", "p.yaml");
    }

    @Test
    void everyMapperWorksFromPostgresToBothDatabases() throws Exception {
        DATABASE.execute(
                "CREATE SCHEMA mapped",
                "CREATE TABLE mapped.people (id int PRIMARY KEY, name text, secret text, drop_me"
                        + " text, age int, at timestamptz)",
                "INSERT INTO mapped.people SELECT i, 'n' || i, 's' || i, 'x', i % 50, now() FROM"
                        + " generate_series(1, 200) i");
        for (String destination :
                List.of(
                        "{connector: duckdb, config: {path: out.duckdb}}",
                        postgres(", schema: landed"))) {
            write(
                    "p.yaml",
                    """
                    name: mapped-%d
                    source: %s
                    destination: %s
                    namespace: landed
                    streams:
                      people:
                        sync_mode: incremental_deduped_history
                        cursor_field: at
                        mappers:
                          - {type: row-filtering, mapperConfiguration: {conditions: {type: NOT, conditions: [{type: EQUAL, fieldName: age, comparisonValue: "7"}]}}}
                          - {type: field-filtering, mapperConfiguration: {targetField: drop_me}}
                          - {type: field-renaming, mapperConfiguration: {originalFieldName: name, newFieldName: full_name}}
                          - {type: hashing, mapperConfiguration: {targetField: full_name, method: SHA-256, fieldNameSuffix: _hashed}}
                          - {type: encryption, mapperConfiguration: {algorithm: AES, targetField: secret, fieldNameSuffix: _encrypted, key: "000102030405060708090a0b0c0d0e0f", mode: ECB, padding: PKCS5Padding}}
                    """
                            .formatted(
                                    Math.abs(destination.hashCode()),
                                    postgres(", schemas: [mapped]"),
                                    destination));
            run(0, "sync", "p.yaml");
            run(0, "verify", "p.yaml");
            DATABASE.execute(
                    "UPDATE mapped.people SET name = name || '!', at = now() WHERE id < 9");
            run(0, "sync", "p.yaml");
            run(0, "verify", "p.yaml");
            List<JsonNode> people = landed("people");
            assertThat(people).hasSize(196);
            assertThat(people)
                    .allSatisfy(row -> {
                        assertThat(row.propertyNames())
                                .containsExactlyInAnyOrder(
                                        "id", "full_name_hashed", "secret_encrypted", "age", "at");
                        assertThat(row.path("full_name_hashed").asString()).hasSize(64);
                        assertThat(row.path("age").asInt()).isNotEqualTo(7);
                    });
            assertThat(people)
                    .extracting(row -> row.path("secret_encrypted").asString())
                    .doesNotHaveDuplicates();
            DATABASE.execute("UPDATE mapped.people SET name = rtrim(name, '!')");
        }
    }

    /** Gives numbers from its state on, a state for every 500, slowly enough to be killed. */
    private static final String NUMBERS =
            """
            import json, sys, time
            def say(message):
                sys.stdout.write(json.dumps(message) + '\\n')
                sys.stdout.flush()
            verb, flags = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
            schema = {'type': 'object', 'properties': {'id': {'type': 'integer'}, 'name': {'type': 'string'}, 'more': {'type': 'object'}}}
            name = {'name': 'numbers'}
            if verb == 'spec':
                say({'type': 'SPEC', 'spec': {'connectionSpecification': {'type': 'object'}}})
            elif verb == 'check':
                say({'type': 'CONNECTION_STATUS', 'connectionStatus': {'status': 'SUCCEEDED'}})
            elif verb == 'discover':
                say({'type': 'CATALOG', 'catalog': {'streams': [{'name': 'numbers', 'json_schema': schema,
                    'supported_sync_modes': ['full_refresh', 'incremental'], 'source_defined_cursor': True,
                    'source_defined_primary_key': [['id']]}]}})
            else:
                last = 0
                if '--state' in flags:
                    for entry in json.load(open(flags['--state'])):
                        last = entry['stream']['stream_state']['last']
                for i in range(last + 1, 20001):
                    say({'type': 'RECORD', 'record': {'stream': 'numbers', 'emitted_at': 1, 'data': {'id': i, 'name': 'n%d' % i, 'more': {'x': [i]}}}})
                    if i % 500 == 0:
                        say({'type': 'STATE', 'state': {'type': 'STREAM', 'stream': {'stream_descriptor': name, 'stream_state': {'last': i}}}})
                        time.sleep(0.02)
            """;

    @Test
    void aProcessLandsEachRecordOnceInPostgresHoweverOftenMillraceIsKilled() throws Exception {
        write("numbers.py", NUMBERS);
        write(
                "p.yaml",
                """
                name: numbers
                source: {command: [python3, numbers.py]}
                destination: %s
                namespace: guests
                defaults: {sync_mode: incremental_append}
                """
                        .formatted(postgres("")));
        for (int kill = 0; kill < 6; kill++) {
            Process process =
                    program()
                            .start(
                                    folder.resolve("killed.out"),
                                    folder.resolve("killed.err"),
                                    "sync",
                                    "p.yaml");
            Thread.sleep(900 + kill * 250L);
            process.toHandle().destroyForcibly();
            process.waitFor();
        }
        run(0, "sync", "p.yaml");
        assertThat(
                        DATABASE.query(
                                "SELECT count(*) || '|' || count(DISTINCT id) || '|' || max(id) ||"
                                        + " '|' || sum((more->'x'->>0)::int) FROM guests.numbers"))
                .containsExactly("20000|20000|20000|200010000");
        run(0, "verify", "p.yaml");
    }

    @Test
    void manyLandedRecordsArePreviewedInASmallHeap() throws Exception {
        write(
                "p.yaml",
                """
                name: many
                source: {connector: faker, config: {count: 200000}}
                destination: {connector: duckdb, config: {path: out.duckdb}}
                streams: {users: {}}
                """);
        run(0, "sync", "p.yaml");
        for (String[] more : new String[][] {{"--landed"}, {"--landed", "--json"}, {"--json"}}) {
            List<String> words = new ArrayList<>(List.of("preview", "p.yaml", "users"));
            words.addAll(List.of(more));
            words.addAll(List.of("--limit", "1000000"));
            var outcome =
                    program()
                            .with("JAVA_TOOL_OPTIONS", "-Xmx160m")
                            .run(words.toArray(String[]::new));
            assertThat(outcome.status()).as(outcome.errors()).isZero();
            assertThat(outcome.output().lines().count()).isGreaterThanOrEqualTo(200_000);
        }
    }

    @Test
    void aDatabaseThatIsStartingIsWaitedFor() throws Exception {
        try (TestPostgres server = TestPostgres.builder().start();
                TestDatabase database = server.createDatabase()) {
            database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
            write(
                    "p.yaml",
                    """
                    name: starting
                    source: {connector: postgres, config: {host: %s, port: %d, database: %s, username: %s, password: "%s"}}
                    destination: {connector: duckdb, config: {path: out.duckdb}}
                    """
                            .formatted(
                                    database.host(),
                                    database.port(),
                                    database.name(),
                                    database.username(),
                                    database.password()));
            for (String command : List.of("check", "discover", "sync")) {
                server.stop();
                Path errors = folder.resolve(command + ".err");
                Process process =
                        program()
                                .start(folder.resolve(command + ".out"), errors, command, "p.yaml");
                while (process.isAlive()
                        && !Files.readString(errors).contains("The next one comes in")) {
                    Thread.sleep(50);
                }
                server.start();
                assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
            }
        }
    }
}
