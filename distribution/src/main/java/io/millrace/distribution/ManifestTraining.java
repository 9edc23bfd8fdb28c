package io.millrace.distribution;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.declarative.program.DeclarativeProgram;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * The part of the training that manifests need: one is checked, discovered and read, from an API of
 * our own on this machine.
 */
final class ManifestTraining implements AutoCloseable {
    private static final int PAGES = 60;
    private static final int RECORDS_OF_PAGE = 1000;

    private static final String MANIFEST =
            """
            version: 6.0.0
            type: DeclarativeSource
            check: {type: CheckStream, stream_names: [plain]}
            definitions:
              requester:
                type: HttpRequester
                url: "{{ config['url'] }}/records"
                authenticator: {type: BearerAuthenticator, api_token: "{{ config['token'] }}"}
                error_handler:
                  type: DefaultErrorHandler
                  response_filters:
                    - {type: HttpResponseFilter, action: IGNORE, http_codes: [404]}
              selector:
                type: RecordSelector
                extractor: {type: DpathExtractor, field_path: [data]}
              pages:
                type: DefaultPaginator
                page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
                pagination_strategy: {type: PageIncrement, page_size: 1000, inject_on_first_request: true}
              links:
                type: DefaultPaginator
                page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
                pagination_strategy:
                  type: CursorPagination
                  cursor_value: "{{ response.get('next', '') }}"
                  stop_condition: "{{ not response.get('next') }}"
              schema:
                type: InlineSchemaLoader
                schema: {type: object, properties: {id: {type: integer}, name: {type: [string, "null"]}}}
            streams:
              - type: DeclarativeStream
                name: plain
                primary_key: id
                retriever:
                  type: SimpleRetriever
                  requester: {$ref: "#/definitions/requester"}
                  paginator: {$ref: "#/definitions/pages"}
                  record_selector: {$ref: "#/definitions/selector"}
                schema_loader: {$ref: "#/definitions/schema"}
              - type: DeclarativeStream
                name: changed
                retriever:
                  type: SimpleRetriever
                  requester: {$ref: "#/definitions/requester"}
                  paginator: {$ref: "#/definitions/links"}
                  record_selector:
                    $ref: "#/definitions/selector"
                    record_filter: {type: RecordFilter, condition: "{{ record['id'] >= 0 }}"}
                schema_loader: {$ref: "#/definitions/schema"}
                transformations:
                  - type: AddFields
                    fields: [{path: [next_id], value: "{{ record['id'] + 1 }}"}]
                  - {type: RemoveFields, field_pointers: [[email]]}
                incremental_sync:
                  type: DatetimeBasedCursor
                  cursor_field: updated_at
                  datetime_format: "%Y-%m-%dT%H:%M:%SZ"
                  start_datetime: "2025-12-01T00:00:00Z"
                  step: P20D
                  cursor_granularity: PT1S
                  start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: since}
              - type: DeclarativeStream
                name: children
                retriever:
                  type: SimpleRetriever
                  requester:
                    $ref: "#/definitions/requester"
                    url: "{{ config['url'] }}/records/{{ stream_partition['parent'] }}"
                  record_selector: {$ref: "#/definitions/selector"}
                  partition_router:
                    type: ListPartitionRouter
                    cursor_field: parent
                    values: [a, b, c, d]
                schema_loader: {$ref: "#/definitions/schema"}
            spec:
              type: Spec
              connection_specification:
                type: object
                required: [url]
                properties:
                  url: {type: string}
                  token: {type: string, airbyte_secret: true}
            """;

    private static final String CATALOG =
            """
            {"streams": [%s]}
            """
                    .formatted(
                            String.join(
                                    ",",
                                    List.of("plain", "changed", "children").stream()
                                            .map(name ->
                                                    """
                                                    {"stream": {"name": "%s", "json_schema": {}, \
                                                    "supported_sync_modes": ["full_refresh", "incremental"]}, \
                                                    "sync_mode": "full_refresh", "destination_sync_mode": "append"}\
                                                    """
                                                            .formatted(name))
                                            .toList()));

    /** To be run while the server is there: the second one finds nothing new. */
    static final List<List<String>> COMMANDS =
            List.of(
                    List.of("sync", "manifest-sync.yaml"),
                    List.of("sync", "manifest-sync.yaml", "--json"));

    private final HttpServer server;

    private ManifestTraining(HttpServer server) {
        this.server = server;
    }

    static ManifestTraining start() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", ManifestTraining::answer);
        server.start();
        return new ManifestTraining(server);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            int page = 0;
            for (String parameter : query.split("&")) {
                if (parameter.startsWith("page=")) {
                    page = Integer.parseInt(parameter, 5, parameter.length(), 10);
                }
            }
            byte[] body = page(page).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String page(int page) {
        var text = new StringBuilder("{\"data\":[");
        int records = page < PAGES - 1 ? RECORDS_OF_PAGE : RECORDS_OF_PAGE / 2;
        for (int i = 0; i < records; i++) {
            text.append(
                    """
                    %s{"id":%d,"name":"Name \\u00e9 %d","email":"someone%d@example.com","active":true,\
                    "balance":%d.25,"created_at":"2025-12-01T00:00:00Z","updated_at":"2025-12-%02dT00:00:00Z",\
                    "address":{"city":"Springfield","zip":null},"tags":["a","b"]}\
                    """
                            .formatted(i == 0 ? "" : ",", i, i, i, i, 1 + i % 28));
        }
        text.append("]");
        if (page < PAGES - 1) {
            text.append(",\"next\":").append(page + 1);
        }
        return text.append("}").toString();
    }

    /** Runs every verb, with files in {@code folder}, and leaves the pipeline there. */
    void run(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("manifest-sync.yaml"),
                """
                name: training-manifest
                source: {manifest: manifest.yaml, config: {url: "http://127.0.0.1:%d", token: none}}
                destination: {connector: files, config: {path: manifest-out, format: jsonl}}
                streams:
                  changed: {sync_mode: incremental_append}
                  children: {sync_mode: full_refresh_overwrite}
                """
                        .formatted(server.getAddress().getPort()));
        Path manifest = Files.writeString(folder.resolve("manifest.yaml"), MANIFEST);
        Path catalog = Files.writeString(folder.resolve("catalog.json"), CATALOG);
        Path config =
                Files.writeString(
                        folder.resolve("config.json"),
                        "{\"url\":\"http://127.0.0.1:%d\",\"token\":\"none\"}"
                                .formatted(server.getAddress().getPort()));
        var nowhere = OutputStream.nullOutputStream();
        var program =
                new DeclarativeProgram(
                        nowhere,
                        new PrintStream(nowhere, false, StandardCharsets.UTF_8),
                        InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")),
                        Pause.none());
        for (List<String> command :
                List.of(
                        List.of("spec"),
                        List.of("check", "--config", config.toString()),
                        List.of("discover", "--config", config.toString()),
                        List.of(
                                "read",
                                "--config",
                                config.toString(),
                                "--catalog",
                                catalog.toString()))) {
            List<String> words = new java.util.ArrayList<>(command);
            words.add("--manifest-path");
            words.add(manifest.toString());
            program.run(words);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
