package io.millrace.declarative.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SampleTest {
    private static final String MANIFEST =
            """
            version: 1.0.0
            check: {type: CheckStream, stream_names: [parents]}
            definitions:
              selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [data]}}
              paginator:
                type: DefaultPaginator
                page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
                pagination_strategy: {type: PageIncrement, page_size: 2, inject_on_first_request: true}
            streams:
              - type: DeclarativeStream
                name: parents
                primary_key: id
                retriever:
                  type: SimpleRetriever
                  requester: {type: HttpRequester, url: "{{ config['url'] }}/parents"}
                  paginator: {$ref: "#/definitions/paginator"}
                  record_selector: {$ref: "#/definitions/selector"}
              - type: DeclarativeStream
                name: children
                retriever:
                  type: SimpleRetriever
                  requester: {type: HttpRequester, url: "{{ config['url'] }}/children/{{ stream_partition.parent }}"}
                  record_selector: {$ref: "#/definitions/selector"}
                  partition_router:
                    type: SubstreamPartitionRouter
                    parent_stream_configs:
                      - {type: ParentStreamConfig, stream: "#/streams/0", parent_key: id, partition_field: parent}
              - type: DeclarativeStream
                name: broken
                retriever:
                  type: SimpleRetriever
                  requester: {type: HttpRequester, url: "{{ config['url'] }}/broken"}
                  record_selector: {$ref: "#/definitions/selector"}
            """;

    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        String path = exchange.getRequestURI().getPath();
                        int status = path.equals("/broken") ? 500 : 200;
                        byte[] body =
                                "{\"data\":[{\"id\":1,\"a\":null},{\"id\":2,\"a\":\"x\"}]}"
                                        .getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(status, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void everyPageShowsRequestAnswerRecordsAndSchema() throws InterruptedException {
        Sample sample = sample("parents", new Sample.Limits(100, 2, 5));
        assertThat(sample.slices()).hasSize(1);
        assertThat(sample.slices().getFirst().descriptor()).isEmpty();
        assertThat(sample.slices().getFirst().pages())
                .hasSize(2)
                .allSatisfy(page -> {
                    assertThat(page.exchanges()).hasSize(1);
                    assertThat(page.exchanges().getFirst().answer().status()).isEqualTo(200);
                    assertThat(page.records())
                            .extracting(each -> each.get("id"))
                            .containsExactly(1L, 2L);
                    assertThat(page.schema()).containsKey("properties");
                });
        assertThat(sample.slices().getFirst().pages().get(1).exchanges().getFirst().request().url())
                .endsWith("/parents?page=1");
        assertThat(sample.limited()).isTrue();
        assertThat(sample.failure()).isEmpty();
    }

    @Test
    void theSchemaOfAllRecordsKnowsTheKey() throws InterruptedException {
        Sample sample = sample("parents", new Sample.Limits(100, 2, 5));
        assertThat(sample.schema().get("required")).isEqualTo(List.of("id"));
        assertThat(sample.schema().get("properties"))
                .isEqualTo(
                        Map.of(
                                "id", Map.of("type", "integer"),
                                "a", Map.of("type", List.of("string", "null"))));
    }

    @Test
    void theLimitOfRecordsEndsTheReadWithinAPage() throws InterruptedException {
        Sample sample = sample("parents", new Sample.Limits(3, 5, 5));
        assertThat(sample.slices().getFirst().pages())
                .extracting(page -> page.records().size())
                .containsExactly(2, 1);
        assertThat(sample.limited()).isTrue();
    }

    @Test
    void slicesOfAChildAreToldAndItsParentsRequestsStandApart() throws InterruptedException {
        Sample sample = sample("children", new Sample.Limits(100, 5, 2));
        assertThat(sample.slices()).hasSize(2);
        assertThat(sample.slices().getFirst().descriptor()).containsEntry("parent", 1L);
        assertThat(sample.slices().getFirst().pages()).hasSize(1);
        assertThat(sample.others())
                .isNotEmpty()
                .allMatch(exchange -> exchange.request().url().contains("/parents"));
        assertThat(sample.limited()).isTrue();
    }

    @Test
    void aFailureComesWithTheAnswerThatLedToIt() throws InterruptedException {
        Sample sample = sample("broken", new Sample.Limits(100, 5, 5));
        assertThat(sample.failure()).isPresent();
        assertThat(
                        sample.slices()
                                .getFirst()
                                .pages()
                                .getFirst()
                                .exchanges()
                                .getFirst()
                                .answer()
                                .status())
                .isEqualTo(500);
    }

    @Test
    void aStreamThatIsNotThereIsToldWithTheNearestName() {
        assertThatThrownBy(() -> sample("parent", new Sample.Limits(1, 1, 1)))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessage("The manifest has no stream parent. Did you mean \"parents\"?");
    }

    private Sample sample(String stream, Sample.Limits limits) throws InterruptedException {
        var settings =
                new SourceSettings(
                        InstantSource.system(),
                        Pause.none(),
                        EngineLog.none(),
                        Path.of("").toAbsolutePath(),
                        false,
                        Optional.empty());
        try (DeclarativeSource source =
                DeclarativeSource.create(
                        Manifest.parse(MANIFEST),
                        Map.of("url", "http://127.0.0.1:" + server.getAddress().getPort()),
                        settings)) {
            return source.sample(stream, limits);
        }
    }
}
