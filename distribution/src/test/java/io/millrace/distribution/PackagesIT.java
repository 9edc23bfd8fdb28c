package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connectors that others have published, in pipelines of the assembled program: Singer taps and
 * targets, sources of the reference kit, and an npm package, each as the public registries have it.
 * What they talk to is on this machine.
 */
@EnabledOnOs(OS.LINUX)
class PackagesIT {
    private static final Pattern PAGE = Pattern.compile("(?<!per_)page=(\\d+)");

    @TempDir Path folder;

    @BeforeAll
    static void registriesAnswer() throws IOException, InterruptedException {
        assumeTrue(GuestPackages.available(), GuestPackages.UNAVAILABLE);
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void sync(String pipeline) throws Exception {
        write("pipeline.yaml", pipeline);
        var outcome = GuestPackages.program(folder).run("sync", "pipeline.yaml", "--json");
        assertThat(outcome.status()).as(outcome.errors() + outcome.output()).isZero();
    }

    private List<String> landed(String stream) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .filter(file -> file.toString().contains(stream))
                    .sorted()
                    .flatMap(file -> {
                        try {
                            return Files.readAllLines(file).stream();
                        } catch (IOException failure) {
                            throw new UncheckedIOException(failure);
                        }
                    })
                    .toList();
        }
    }

    @Test
    void aTapReadsSpreadsheetsIntoATargetThatKeepsOneRowAKey() throws Exception {
        String pipeline =
                """
                name: sheets
                source:
                  singer: "tap-spreadsheets==1.1.2"
                  config: {files: [{path: %s, format: csv, primary_keys: [id], table_name: people}]}
                destination:
                  singer: "meltanolabs-target-postgres==0.8.1"
                  config: {host: "%s", port: %d, user: "%s", password: "%s", database: "%s", default_target_schema: landed}
                defaults: {sync_mode: incremental_deduped_history}
                """;
        try (TestDatabase database = TestPostgres.shared().createDatabase()) {
            String filled =
                    pipeline.formatted(
                            folder.resolve("people.csv"),
                            database.host(),
                            database.port(),
                            database.username(),
                            database.password(),
                            database.name());
            write("people.csv", "id,name\n1,Ann\n2,Bob\n");
            sync(filled);
            write("people.csv", "id,name\n1,Ann\n2,Ben\n3,Cid\n");
            sync(filled);
            try (var connection = database.connect();
                    var statement = connection.createStatement();
                    var rows =
                            statement.executeQuery(
                                    "select string_agg(id || ' ' || name, ', ' order by id) from"
                                            + " landed.people")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("1 Ann, 2 Ben, 3 Cid");
            }
        }
    }

    @Test
    void aTapReadsADatabaseIntoOurOwnDestination() throws Exception {
        try (TestDatabase database = TestPostgres.shared().createDatabase()) {
            database.execute(
                    "create table orders (id int primary key, total numeric(10,2), at timestamptz,"
                            + " tags text[])",
                    "insert into orders select i, i / 4.0, '2026-01-01 00:00:00+00', array['a']"
                            + " from generate_series(1, 5) i");
            String pipeline =
                    """
                    name: database
                    source:
                      singer: "pipelinewise-tap-postgres==1.8.4"
                      config: {host: "%s", port: %d, user: "%s", password: "%s", dbname: "%s"}
                    destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                    defaults: {sync_mode: incremental_append}
                    streams: {orders: {cursor_field: id}}
                    """
                            .formatted(
                                    database.host(),
                                    database.port(),
                                    database.username(),
                                    database.password(),
                                    database.name());
            sync(pipeline);
            assertThat(landed("orders"))
                    .hasSize(5)
                    .contains(
                            "{\"id\":3,\"total\":0.75,\"at\":\"2026-01-01T00:00:00Z\",\"tags\":[\"a\"]}");
            database.execute("insert into orders values (6, 1.5, now(), array['b'])");
            sync(pipeline);
            // The tap reads its last row again, as its kind does; nothing is lost.
            assertThat(landed("orders"))
                    .hasSizeBetween(6, 7)
                    .anyMatch(row -> row.contains("\"id\":6"));
        }
    }

    @Test
    void aTapReadsAnApiIntoATarget() throws Exception {
        try (var api = new Api()) {
            sync(
                    """
                    name: api
                    source:
                      singer: "tap-rest-api-msdk==1.4.2"
                      config:
                        api_url: "%s"
                        pagination_request_style: restapi_header_link_paginator
                        streams: [{name: tags, path: /repos/shop/app/tags, primary_keys: [name], records_path: "$[*]", num_inference_records: 5}]
                    destination: {singer: "target-jsonl==0.1.4", config: {destination_path: out, do_timestamp_file: false}}
                    defaults: {sync_mode: full_refresh_append}
                    """
                            .formatted(api.address()));
            assertThat(landed("tags")).hasSize(Api.TAGS).doesNotHaveDuplicates();
        }
    }

    @Test
    void aSourceOfTheReferenceKitMakesItsRecords() throws Exception {
        sync(
                """
                name: faker
                source: {python: "airbyte-source-faker==6.2.38", config: {count: 20, seed: 3}}
                destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                streams: {users: {}, products: {}}
                """);
        assertThat(landed("users")).hasSize(20);
    }

    @Test
    void aSourceOfTheReferenceKitReadsAnApi() throws Exception {
        try (var api = new Api()) {
            sync(
                    """
                    name: github
                    source:
                      python: "airbyte-source-github==2.7.1"
                      config:
                        credentials: {option_title: PAT Credentials, personal_access_token: a-token-of-nobody}
                        repositories: [shop/app]
                        api_url: "%s/"
                        start_date: "2026-01-01T00:00:00Z"
                    destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                    streams: {tags: {}}
                    """
                            .formatted(api.address()));
            assertThat(landed("tags"))
                    .hasSize(Api.TAGS)
                    .allMatch(row -> row.contains("\"repository\":\"shop/app\""));
        }
        try (Stream<Path> logs = Files.walk(folder.resolve("home/logs"))) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(log)).doesNotContain("a-token-of-nobody");
            }
        }
    }

    @Test
    void aManifestWithPythonClassesRunsThroughTheReferenceKit() throws Exception {
        write(
                "manifest.yaml",
                """
                version: 6.0.0
                type: DeclarativeSource
                check: {type: CheckStream, stream_names: [numbers]}
                streams:
                  - type: DeclarativeStream
                    name: numbers
                    retriever:
                      type: CustomRetriever
                      class_name: source_declarative_manifest.components.Numbers
                    schema_loader:
                      type: InlineSchemaLoader
                      schema: {type: object, properties: {n: {type: integer}, word: {type: string}}}
                spec:
                  type: Spec
                  connection_specification:
                    type: object
                    required: [word]
                    properties: {word: {type: string}}
                """);
        write(
                "components.py",
                """
                from dataclasses import dataclass
                from typing import Any, Mapping
                from airbyte_cdk.sources.declarative.retrievers import Retriever
                from airbyte_cdk.sources.types import StreamSlice

                @dataclass
                class Numbers(Retriever):
                    config: Mapping[str, Any]
                    parameters: Mapping[str, Any]
                    def read_records(self, records_schema, stream_slice=None):
                        for n in range(3):
                            yield {"n": n, "word": self.config["word"]}
                    def stream_slices(self):
                        yield StreamSlice(partition={}, cursor_slice={})
                    state = {}
                """);
        write(
                "pipeline.yaml",
                """
                name: numbers
                source: {manifest: ./manifest.yaml, config: {word: hello}}
                destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                """);
        var outcome =
                GuestPackages.program(folder)
                        .with("MILLRACE_PYTHON", "install")
                        .run("sync", "pipeline.yaml", "--json");
        assertThat(outcome.status()).as(outcome.errors()).isZero();
        assertThat(landed("numbers")).contains("{\"n\":2,\"word\":\"hello\"}").hasSize(3);
        write("config.json", "{\"word\": \"hello\"}");
        assertThat(
                        GuestPackages.program(folder)
                                .with("MILLRACE_PYTHON", "install")
                                .run(
                                        "connector",
                                        "declarative",
                                        "check",
                                        "--manifest-path",
                                        "manifest.yaml",
                                        "--config",
                                        "config.json"))
                .returns(0, Program.Outcome::status)
                .extracting(Program.Outcome::output, STRING)
                .contains("\"status\":\"SUCCEEDED\"");
    }

    @Test
    void anNpmDestinationTakesWhatAProgramReads() throws Exception {
        write("numbers.py", GuestsIT.PROTOCOL_SOURCE);
        // As its own documentation has it: a package of the user's that calls the published one.
        write(
                "faros/package.json",
                """
                {"name": "shop-faros", "version": "1.0.0", "bin": {"shop-faros": "./main.js"},
                 "dependencies": {"airbyte-faros-destination": "0.10.65"}}
                """);
        write("faros/main.js", "require('airbyte-faros-destination').mainCommand().parse()\n");
        sync(
                """
                name: faros
                source: {command: [python3, numbers.py], config: {upto: 4}}
                destination:
                  npm: ./faros
                  config:
                    edition_configs: {edition: community, hasura_url: "http://127.0.0.1:1", hasura_admin_secret: hush-hush}
                    dry_run: true
                    log_records: true
                    invalid_record_strategy: FAIL
                    origin: shop
                    jsonata_mode: OVERRIDE
                    jsonata_destination_models: [tms_Task]
                    jsonata_expression: 'data.{"tms_Task": {"uid": $string(n), "source": "shop"}}'
                prefix: shop__numbers__
                defaults: {sync_mode: full_refresh_append}
                """);
        try (Stream<Path> logs = Files.walk(folder.resolve("home/logs"))) {
            String log =
                    Files.readString(logs.filter(Files::isRegularFile).findFirst().orElseThrow());
            assertThat(log).contains("Would write 4 records").doesNotContain("hush-hush");
        }
    }

    /** Answers like an API that pages by links in a header. */
    private static final class Api implements AutoCloseable {
        static final int TAGS = 6;
        private static final int PAGE_SIZE = 2;

        private final HttpServer server;

        Api() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/rate_limit", exchange -> answer(exchange, LIMITS));
            server.createContext("/repos/shop/app", exchange -> answer(exchange, REPOSITORY));
            server.createContext("/repos/shop/app/tags", this::tags);
            server.start();
        }

        String address() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        private void tags(HttpExchange exchange) throws IOException {
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            Matcher asked = PAGE.matcher(query);
            int page = asked.find() ? Integer.parseInt(asked.group(1)) : 1;
            var names = new StringBuilder();
            for (int number = (page - 1) * PAGE_SIZE + 1; number <= page * PAGE_SIZE; number++) {
                names.append(names.isEmpty() ? "" : ",")
                        .append("{\"name\":\"v%d\",\"node_id\":\"n%d\"}".formatted(number, number));
            }
            if (page * PAGE_SIZE < TAGS) {
                exchange.getResponseHeaders()
                        .add(
                                "Link",
                                "<%s/repos/shop/app/tags?page=%d>; rel=\"next\""
                                        .formatted(address(), page + 1));
            }
            answer(exchange, "[" + names + "]");
        }

        private static void answer(HttpExchange exchange, String body) throws IOException {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }

        @Override
        public void close() {
            server.stop(0);
        }

        private static final String LIMITS =
                """
                {"resources": {"core": {"limit": 5000, "remaining": 4999, "reset": 4000000000, "used": 1},
                 "graphql": {"limit": 5000, "remaining": 4999, "reset": 4000000000, "used": 1}}}
                """;

        private static final String REPOSITORY =
                """
                {"id": 7, "name": "app", "full_name": "shop/app", "default_branch": "main", "private": false,
                 "owner": {"login": "shop", "id": 1, "type": "Organization"}, "organization": {"login": "shop"}}
                """;
    }
}
