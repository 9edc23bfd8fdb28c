package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our own connectors as guests of others: the reference kit's own test suite holds them to the
 * protocol, and PyAirbyte runs them.
 */
@EnabledOnOs(OS.LINUX)
class ElsewhereIT {
    private static final List<String> PACKAGES = List.of("airbyte==0.71.3", "pytest==9.2.0");

    @TempDir Path folder;

    /** Variables for Python programs. */
    private final Map<String, String> environment = new HashMap<>();

    @BeforeAll
    static void registriesAnswer() throws IOException, InterruptedException {
        assumeTrue(GuestPackages.available(), GuestPackages.UNAVAILABLE);
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** A program that is one of our connectors. */
    private Path executable(String name, String arguments) throws IOException {
        write(
                name,
                "#!/bin/sh\nverb=$1\nshift\nexec '%s' connector %s \"$@\"\n"
                        .formatted(
                                System.getProperty("millrace.program"),
                                arguments.replaceFirst("^(\\S+)", "$1 \"\\$verb\"")));
        Path file = folder.resolve(name);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private record Outcome(int status, String output) {}

    private Outcome python(Path directory, String... arguments) throws Exception {
        var words = new ArrayList<String>();
        words.add(GuestPackages.python("kit", PACKAGES).toString());
        words.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        var builder =
                new ProcessBuilder(words)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("MILLRACE_HOME", folder.resolve("home").toString());
        builder.environment().put("AIRBYTE_OFFLINE_MODE", "1");
        builder.environment().put("DO_NOT_TRACK", "1");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("still running: " + Files.readString(output));
        }
        return new Outcome(process.exitValue(), Files.readString(output, UTF_8));
    }

    /**
     * Runs the kit's suite.
     *
     * @param wrong a configuration with which the check has to fail
     */
    private void passesTheSuite(String name, Path program, String config, String wrong)
            throws Exception {
        write("suite/" + name + "/config.json", config);
        write("suite/" + name + "/wrong.json", wrong);
        write("suite/" + name + "/conftest.py", CONFTEST);
        write("suite/" + name + "/test_program.py", SUITE.replace("PROGRAM", program.toString()));
        write(
                "suite/" + name + "/acceptance-test-config.yml",
                """
                connector_image: millrace/%s:dev
                acceptance_tests:
                  spec: {tests: [{config_path: config.json}]}
                  connection: {tests: [{config_path: config.json, status: succeed}, {config_path: wrong.json, status: failed}]}
                  discovery: {tests: [{config_path: config.json}]}
                  basic_read: {tests: [{config_path: config.json}]}
                """
                        .formatted(name));
        passes(7, name, "-k", "not docker");
    }

    private void passes(int tests, String name, String... options) throws Exception {
        var words =
                new ArrayList<>(
                        List.of("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_program.py"));
        words.addAll(List.of(options));
        Outcome outcome = python(folder.resolve("suite/" + name), words.toArray(String[]::new));
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains(tests + " passed");
    }

    /** Our own connector in an image, which the suite runs by the {@code docker} command. */
    private void passesTheSuiteAsAnImage(String name) throws Exception {
        write("suite/" + name + "/metadata.yaml", METADATA.formatted(name));
        try (var docker = TestDocker.start(folder.resolve("engine"))) {
            docker.importConnector(
                    "millrace/" + name + ":dev",
                    Path.of(System.getProperty("millrace.program")),
                    name);
            environment.put("DOCKER_HOST", docker.address());
            passes(
                    6,
                    name,
                    "-k",
                    // What was published before can't be had without the public registry.
                    "docker and not backward",
                    "--connector-image",
                    "millrace/" + name + ":dev",
                    "--read-from-streams=all");
        } finally {
            environment.remove("DOCKER_HOST");
        }
    }

    @Test
    void theReferenceKitsSuitePassesOnASourceAsAProgramAndAsAnImage() throws Exception {
        passesTheSuite(
                "source-faker",
                executable("source-faker", "source-faker"),
                "{\"count\": 20, \"seed\": 3}",
                "{\"count\": -1}");
        assumeTrue(TestDocker.available(), "no dockerd here, or no right to start it");
        passesTheSuiteAsAnImage("source-faker");
    }

    @Test
    void theReferenceKitsSuitePassesOnADatabase() throws Exception {
        try (TestDatabase database = TestPostgres.shared().createDatabase()) {
            database.execute(
                    "create table orders (id int primary key, total numeric(10,2), at timestamptz,"
                            + " tags text[], note jsonb)",
                    "insert into orders select i, i / 4.0, now(), array['a'], '{}' from"
                            + " generate_series(1, 5) i");
            String config =
                    """
                    {"host": "%s", "port": %d, "username": "%s", "password": "%s", "database": "%s", "schemas": ["public"]}
                    """
                            .formatted(
                                    database.host(),
                                    database.port(),
                                    database.username(),
                                    database.password(),
                                    database.name());
            passesTheSuite(
                    "source-postgres",
                    executable("source-postgres", "source-postgres"),
                    config,
                    config.replace(
                            "\"database\": \"" + database.name(), "\"database\": \"nowhere"));
        }
    }

    @Test
    void theReferenceKitsSuitePassesOnAManifest() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/prices",
                exchange -> {
                    boolean known =
                            String.valueOf(exchange.getRequestURI().getQuery()).equals("key=k-1");
                    byte[] body =
                            "{\"data\": [{\"day\": 1, \"price\": 2.5}, {\"day\": 2, \"price\": 2.75}]}"
                                    .getBytes(UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(known ? 200 : 401, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        try {
            write(
                    "manifest.yaml",
                    MANIFEST.formatted("http://127.0.0.1:" + server.getAddress().getPort()));
            passesTheSuite(
                    "source-prices",
                    executable(
                            "source-prices",
                            "declarative --manifest-path " + folder.resolve("manifest.yaml")),
                    "{\"key\": \"k-1\"}",
                    "{\"key\": \"k-2\"}");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void pyAirbyteRunsOurSourcesAndDestinations() throws Exception {
        executable("source-faker", "source-faker");
        executable("source-files", "source-files");
        executable("destination-files", "destination-files");
        write("people.csv", "id,name\n1,Ann\n2,Bob\n");
        write("run.py", PYAIRBYTE);
        Outcome outcome = python(folder, "run.py");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("cached: 50 users, 100 products", "written: 2");
        try (var files = Files.walk(folder.resolve("out"))) {
            Path landed =
                    files.filter(file -> file.toString().endsWith(".jsonl"))
                            .findFirst()
                            .orElseThrow();
            assertThat(Files.readAllLines(landed))
                    .containsExactly("{\"id\":1,\"name\":\"Ann\"}", "{\"id\":2,\"name\":\"Bob\"}");
        }
    }

    private static final String CONFTEST =
            "pytest_plugins = [\"airbyte_cdk.test.standard_tests.pytest_hooks\"]\n";

    /** The kit's suite for sources, on a source that hands each verb to a program. */
    private static final String SUITE =
            """
            import json, pathlib, subprocess, tempfile
            import orjson
            from airbyte_cdk.models import AirbyteMessageSerializer, TraceType, Type
            from airbyte_cdk.sources import Source
            from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase
            from airbyte_cdk.utils.traced_exception import AirbyteTracedException


            class Program(Source):
                def run(self, verb, **files):
                    with tempfile.TemporaryDirectory() as folder:
                        words = ["PROGRAM", verb]
                        for flag, content in files.items():
                            path = pathlib.Path(folder, flag + ".json")
                            path.write_text(json.dumps(content))
                            words += ["--" + flag, str(path)]
                        done = subprocess.run(words, stdout=subprocess.PIPE)
                    messages = [AirbyteMessageSerializer.load(orjson.loads(line)) for line in done.stdout.splitlines()]
                    for message in messages:
                        if message.type == Type.TRACE and message.trace.type == TraceType.ERROR:
                            assert done.returncode != 0
                            error = message.trace.error
                            raise AirbyteTracedException(error.internal_message, error.message, error.failure_type)
                    assert done.returncode == 0
                    return messages

                def only(self, kind, verb, **files):
                    (message,) = [message for message in self.run(verb, **files) if message.type == kind]
                    return message

                def spec(self, logger):
                    return self.only(Type.SPEC, "spec").spec

                def check(self, logger, config):
                    return self.only(Type.CONNECTION_STATUS, "check", config=config).connectionStatus

                def discover(self, logger, config):
                    return self.only(Type.CATALOG, "discover", config=config).catalog

                def read_catalog(self, catalog_path):
                    return json.loads(pathlib.Path(catalog_path).read_text())

                def read(self, logger, config, catalog, state=None):
                    yield from self.run("read", config=config, catalog=catalog)


            class TestProgram(SourceTestSuiteBase):
                @classmethod
                def create_connector(cls, scenario):
                    return Program()
            """;

    private static final String METADATA =
            """
            metadataSpecVersion: "1.0"
            data:
              name: %1$s
              connectorType: source
              connectorSubtype: file
              definitionId: 4bb8f4d1-5d32-4dc0-9cd4-7e0ab5ed7a04
              dockerRepository: millrace/%1$s
              dockerImageTag: 0.1.0
              documentationUrl: https://docs.airbyte.com/integrations/sources/faker
              githubIssueLabel: %1$s
              license: MIT
              releaseStage: alpha
              supportLevel: community
            """;

    private static final String PYAIRBYTE =
            """
            import pathlib
            import airbyte

            here = pathlib.Path(__file__).parent

            def source(name, config):
                found = airbyte.get_source(name, config=config, local_executable=here / name, install_if_missing=False)
                found.check()
                return found

            faker = source("source-faker", {"count": 50, "seed": 3})
            faker.select_streams(["users", "products"])
            read = faker.read(cache=airbyte.new_local_cache("guests", here / "cache"))
            print("cached: %d users, %d products" % tuple(len(list(read.streams[name])) for name in ("users", "products")))

            files = source("source-files", {"path": str(here / "people.csv"), "format": "csv"})
            files.select_all_streams()
            destination = airbyte.get_destination(
                "destination-files", config={"path": str(here / "out"), "format": "jsonl", "metadata_columns": "none"},
                local_executable=here / "destination-files", install_if_missing=False)
            destination.check()
            print("written: %d" % destination.write(files, cache=False, state_cache=False).processed_records)
            """;

    private static final String MANIFEST =
            """
            version: 6.0.0
            type: DeclarativeSource
            check: {type: CheckStream, stream_names: [prices]}
            streams:
              - type: DeclarativeStream
                name: prices
                primary_key: [day]
                retriever:
                  type: SimpleRetriever
                  requester:
                    type: HttpRequester
                    url_base: "%s"
                    path: /prices
                    http_method: GET
                    request_parameters: {key: "{{ config['key'] }}"}
                  record_selector:
                    type: RecordSelector
                    extractor: {type: DpathExtractor, field_path: [data]}
                schema_loader:
                  type: InlineSchemaLoader
                  schema:
                    type: object
                    properties: {day: {type: integer}, price: {type: number}}
            spec:
              type: Spec
              connection_specification:
                type: object
                required: [key]
                properties: {key: {type: string, title: Key, airbyte_secret: true, order: 0}}
            """;
}
