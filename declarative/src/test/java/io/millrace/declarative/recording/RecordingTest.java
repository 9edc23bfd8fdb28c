package io.millrace.declarative.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.millrace.declarative.http.HttpSettings;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.http.Pause;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
    private static final String MANIFEST =
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
                    url: "{{ config['address'] }}/items"
                    authenticator:
                      type: ApiKeyAuthenticator
                      api_token: "{{ config['key'] }}"
                      inject_into: {type: RequestOption, inject_into: request_parameter, field_name: key}
                  record_selector:
                    type: RecordSelector
                    extractor: {type: DpathExtractor, field_path: [items]}
                  paginator:
                    type: DefaultPaginator
                    pagination_strategy: {type: PageIncrement, page_size: 2, start_from_page: 1, inject_on_first_request: true}
                    page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
            """;

    private static final String TESTS =
            """
            tests:
              - stream: items
                clock: "2026-11-21T09:00:00Z"
                config: {address: "ADDRESS", key: secret-key}
                recording: items.jsonl
                expect:
                  records: [{id: 1}, {id: 2}, {id: 3, echo: secret-key}]
                  requests: ["GET ADDRESS/items?key=secret-key&page=1", "GET ADDRESS/items?key=secret-key&page=2"]
            """;

    @TempDir private Path folder;

    @Test
    void whatWasRecordedIsReadAgainWithoutTheApiAndHoldsNoSecret() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/items",
                exchange -> {
                    boolean first = exchange.getRequestURI().getQuery().contains("page=1");
                    byte[] body =
                            (first
                                            ? "{\"items\": [{\"id\": 1}, {\"id\": 2}]}"
                                            : "{\"items\": [{\"id\": 3, \"echo\": \"p@ss word\"}]}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        String address = "http://127.0.0.1:" + server.getAddress().getPort();
        var recorder = new Recorder();
        recorder.hide("p@ss word", "secret-key");
        StreamReading live =
                StreamReading.of(
                        DeclarativeSource.create(
                                Manifest.parse(MANIFEST),
                                Map.of("address", address, "key", "p@ss word"),
                                new SourceSettings(
                                        Instant::now,
                                        Pause.none(),
                                        EngineLog.none(),
                                        folder,
                                        false,
                                        Optional.empty(),
                                        HttpSettings.SYNC.withObserver(recorder))),
                        "items",
                        Map.of());
        server.stop(0);
        assertThat(live.failures()).isEmpty();
        assertThat(live.records()).hasSize(3);
        recorder.save(folder.resolve("items.jsonl"));
        assertThat(Files.readString(folder.resolve("items.jsonl")))
                .doesNotContain("p@ss")
                .doesNotContain("p%40ss");

        Files.writeString(folder.resolve("manifest.yaml"), MANIFEST);
        Files.writeString(folder.resolve("tests.yaml"), TESTS.replace("ADDRESS", address));
        assertThat(ManifestTests.load(folder).run())
                .containsExactly(new ManifestTests.Result("items", List.of()));
    }

    @Test
    void eachDifferenceIsTold() throws Exception {
        Files.writeString(folder.resolve("manifest.yaml"), MANIFEST);
        Files.writeString(
                folder.resolve("tests.yaml"),
                TESTS.replace("ADDRESS", "http://127.0.0.1:1").replace("{id: 2}", "{id: 9}"));
        Files.writeString(
                folder.resolve("items.jsonl"),
                """
                {"request": "GET http://127.0.0.1:1/items?key=secret-key&page=1", "status": 200, "headers": [], "body": "{\\"items\\": [{\\"id\\": 1}, {\\"id\\": 2}]}"}
                {"request": "GET http://127.0.0.1:1/items?key=secret-key&page=2", "status": 404, "headers": [], "body": ""}
                """);
        List<String> differences = ManifestTests.load(folder).run().getFirst().differences();
        assertThat(differences)
                .anyMatch(text -> text.startsWith("It failed: "))
                .contains("No record {\"id\": 9}", "Unexpected record {\"id\": 2}");
    }

    @Test
    void aFailureMayBeExpectedByItsTypeAndAPartOfItsMessage() throws Exception {
        Files.writeString(folder.resolve("manifest.yaml"), MANIFEST);
        Files.writeString(
                folder.resolve("items.jsonl"),
                """
                {"request": "GET http://127.0.0.1:1/items?key=secret-key&page=1", "status": 200, "headers": [], "body": "{\\"items\\": [{\\"id\\": 1}, {\\"id\\": 2}]}"}
                {"request": "GET http://127.0.0.1:1/items?key=secret-key&page=2", "status": 403, "headers": [], "body": ""}
                """);
        String tests =
                TESTS.replace("ADDRESS", "http://127.0.0.1:1")
                        .replace(", {id: 3, echo: secret-key}", "");
        assertThat(failing(tests, "{type: config_error, message: permission}")).isEmpty();
        assertThat(failing(tests, "{type: config_error}")).isEmpty();
        assertThat(failing(tests, "{type: transient_error}"))
                .singleElement()
                .asString()
                .startsWith("It failed: ")
                .endsWith("(config_error)");
        String fine =
                tests.replace(
                        "page=2", "page=1\", \"GET http://127.0.0.1:1/items?key=secret-key&page=2");
        assertThat(failing(fine, "{type: config_error, message: tea}")).isNotEmpty();
        assertThatThrownBy(() -> failing(tests, "{kind: config_error}"))
                .hasMessageContaining("there is no key \"kind\"");
    }

    private List<String> failing(String tests, String failure) throws Exception {
        Files.writeString(folder.resolve("tests.yaml"), tests + "      failure: " + failure + "\n");
        return ManifestTests.load(folder).run().getFirst().differences();
    }

    @Test
    void filesThatCantBeUsedAreToldWithTheirPlace() throws Exception {
        assertThatThrownBy(() -> ManifestTests.load(folder))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("There is no")
                .hasMessageContaining("manifest.yaml");
        Files.writeString(folder.resolve("manifest.yaml"), MANIFEST);
        Files.writeString(folder.resolve("tests.yaml"), TESTS.replace("recording:", "recordings:"));
        assertThatThrownBy(() -> ManifestTests.load(folder))
                .hasMessageContaining("Test 1 of")
                .hasMessageContaining("there is no key \"recordings\"");
    }
}
