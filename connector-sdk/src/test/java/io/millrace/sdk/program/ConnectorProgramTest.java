package io.millrace.sdk.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.json.Json;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.ConnectorDefinition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class ConnectorProgramTest {
    @TempDir Path folder;

    private final SampleConnectors.SampleDestination destination =
            new SampleConnectors.SampleDestination();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private String input = "";
    private String output = "";

    private int run(ConnectorDefinition<?> definition, String... arguments) {
        var out = new ByteArrayOutputStream();
        int status =
                new ConnectorProgram(
                                definition,
                                new ConnectorContext(
                                        Clock.fixed(Instant.ofEpochSecond(1), ZoneOffset.UTC),
                                        folder,
                                        folder),
                                new ByteArrayInputStream(input.getBytes(UTF_8)),
                                out,
                                new PrintStream(errors, true, UTF_8))
                        .run(List.of(arguments));
        output = out.toString(UTF_8);
        return status;
    }

    private int source(String... arguments) {
        return run(new SampleConnectors.SampleSource(), arguments);
    }

    private int write(String catalog, String... lines) throws IOException {
        input = String.join("\n", lines) + "\n";
        return run(
                destination,
                "write",
                "--config",
                file("config.json", "{\"api_key\": \"sesame-open\"}"),
                "--catalog",
                file("catalog.json", catalog));
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private String config(String behaviour) throws IOException {
        return file(
                "config.json",
                "{\"api_key\": \"sesame-open\", \"behaviour\": \"%s\", \"more\": 1, \"_limit\": 5}"
                        .formatted(behaviour));
    }

    private static String stream(String name, String namespace, String rest) {
        return """
        {"stream": {"name": "%s"%s, "json_schema": {"type": "object", "properties": {"id": {"type": "integer"}, "price": {"type": "number"}}},
          "supported_sync_modes": ["full_refresh", "incremental"]}, %s}
        """
                .formatted(
                        name,
                        namespace.isEmpty() ? "" : ", \"namespace\": \"" + namespace + "\"",
                        rest);
    }

    private static String catalog(String... streams) {
        return "{\"streams\": [" + String.join(",", streams) + "]}";
    }

    private static final String FULL =
            "\"sync_mode\": \"full_refresh\", \"destination_sync_mode\": \"overwrite\"";
    private static final String INCREMENTAL =
            "\"sync_mode\": \"incremental\", \"destination_sync_mode\": \"append\"";

    private List<String> lines() {
        return output.lines().toList();
    }

    /** Each message in short. */
    private List<String> told() {
        var told = new ArrayList<String>();
        for (String line : lines()) {
            JsonNode message = Json.mapper().readTree(line);
            String type = message.path("type").asString();
            told.add(
                    switch (type) {
                        case "RECORD" ->
                                "RECORD %s %s"
                                        .formatted(
                                                message.at("/record/stream").asString(),
                                                message.at("/record/data"));
                        case "STATE" ->
                                "STATE %s %s"
                                        .formatted(
                                                message.at("/state/stream/stream_state"),
                                                message.at("/state/sourceStats/recordCount"));
                        case "TRACE" ->
                                message.at("/trace/type").asString()
                                        + " "
                                        + message.at("/trace/stream_status/status").asString("")
                                        + message.at("/trace/error/failure_type").asString("");
                        default -> type;
                    });
        }
        told.removeIf(line -> line.startsWith("ESTIMATE") || line.equals("LOG"));
        return told;
    }

    @Test
    void aSpecificationNeedsNothing() {
        assertThat(source("spec")).isZero();
        JsonNode spec = Json.mapper().readTree(output);
        assertThat(spec.at("/type").asString()).isEqualTo("SPEC");
        assertThat(
                        spec.at("/spec/connectionSpecification/properties/api_key/airbyte_secret")
                                .asBoolean())
                .isTrue();
        assertThat(run(destination, "spec")).isZero();
        assertThat(output)
                .contains(
                        "\"supported_destination_sync_modes\":[\"append\",\"overwrite\",\"append_dedup\"]");
    }

    @Test
    void aCheckAnswersAlsoWhereItFails() throws Exception {
        assertThat(source("check", "--config", config("work"))).isZero();
        assertThat(output).contains("\"SUCCEEDED\"");
        assertThat(source("check", "--config", config("refuse"))).isZero();
        assertThat(output).contains("\"FAILED\"").contains("The key **** is refused.");
        assertThat(source("check", "--config", file("config.json", "{}"))).isZero();
        assertThat(output).contains("\"FAILED\"").contains("Config validation error: /api_key");
    }

    @Test
    void wrongCallsAreToldOnStandardError() throws Exception {
        assertThat(source("sync")).isNotZero();
        assertThat(errors.toString(UTF_8)).contains("Usage:").contains("read --config FILE");
        assertThat(source("read", "--config", config("work"))).isNotZero();
        assertThat(source("Spec")).isNotZero();
        assertThat(source("check", "--config", folder.resolve("absent").toString())).isEqualTo(1);
        assertThat(told()).containsExactly("ERROR config_error");
    }

    @Test
    void discoverGivesACatalog() throws Exception {
        assertThat(source("discover", "--config", config("work"))).isZero();
        assertThat(lines()).hasSize(1);
        JsonNode events = Json.mapper().readTree(output).at("/catalog/streams/1");
        assertThat(events.path("namespace").asString()).isEqualTo("app");
        assertThat(events.path("source_defined_cursor").asBoolean()).isTrue();
        assertThat(events.path("supported_sync_modes").size()).isEqualTo(2);
        assertThat(source("discover", "--config", file("config.json", "{}"))).isEqualTo(1);
        assertThat(told()).containsExactly("ERROR config_error");
    }

    @Test
    void aReadFollowsTheOrderOfTheProtocol() throws Exception {
        String catalog =
                file(
                        "catalog.json",
                        catalog(stream("users", "", FULL), stream("events", "app", INCREMENTAL)));
        assertThat(source("read", "--config", config("work"), "--catalog", catalog)).isZero();
        assertThat(told())
                .containsExactly(
                        "STREAM_STATUS STARTED",
                        "STREAM_STATUS RUNNING",
                        "RECORD users {\"id\":1,\"price\":1.5}",
                        "RECORD users {\"id\":2,\"price\":null}",
                        "RECORD users {\"id\":3,\"price\":3.5}",
                        "STATE {\"__ab_no_cursor_state_message\":true} 3.0",
                        "STREAM_STATUS COMPLETE",
                        "STREAM_STATUS STARTED",
                        "STREAM_STATUS RUNNING",
                        "RECORD events {\"id\":1,\"price\":1.5}",
                        "STATE {\"id\":1} 1.0",
                        "RECORD events {\"id\":2,\"price\":null}",
                        "STATE {\"id\":2} 1.0",
                        "RECORD events {\"id\":3,\"price\":3.5}",
                        "STATE {\"id\":3} 1.0",
                        "STREAM_STATUS COMPLETE");
        assertThat(output).contains("SOURCE_SERIALIZATION_ERROR").contains("\"ESTIMATE\"");
    }

    @Test
    void aReadGoesOnFromItsStateAndTellsItAgain() throws Exception {
        String catalog = file("catalog.json", catalog(stream("events", "app", INCREMENTAL)));
        String state =
                file(
                        "state.json",
                        "[{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"events\",\"namespace\":\"app\"},\"stream_state\":{\"id\":3}}}]");
        assertThat(
                        source(
                                "read",
                                "--config",
                                config("work"),
                                "--catalog",
                                catalog,
                                "--state",
                                state))
                .isZero();
        assertThat(told())
                .containsExactly(
                        "STREAM_STATUS STARTED",
                        "STREAM_STATUS RUNNING",
                        "STATE {\"id\":3} 0.0",
                        "STREAM_STATUS COMPLETE");
    }

    @Test
    void fieldsThatTheCatalogLeavesOutAreNotRead() throws Exception {
        String catalog =
                file(
                        "catalog.json",
                        catalog(stream("users", "", FULL))
                                .replace(", \"price\": {\"type\": \"number\"}", ""));
        assertThat(source("read", "--config", config("work"), "--catalog", catalog)).isZero();
        assertThat(told()).contains("RECORD users {\"id\":1}");
    }

    @Test
    void aFailedStreamIsToldAndTheOthersGoOn() throws Exception {
        String catalog =
                file("catalog.json", catalog(stream("gone", "", FULL), stream("users", "", FULL)));
        assertThat(source("read", "--config", config("work"), "--catalog", catalog)).isEqualTo(1);
        assertThat(told())
                .startsWith("ERROR config_error", "STREAM_STATUS INCOMPLETE")
                .contains("STREAM_STATUS COMPLETE")
                .endsWith("ERROR config_error");
        assertThat(source("read", "--config", config("break"), "--catalog", catalog)).isEqualTo(1);
        assertThat(output).contains("transient_error").doesNotContain("sesame-open");
        assertThat(errors.toString(UTF_8)).doesNotContain("sesame-open");
    }

    @Test
    void aCatalogWithAModeThatThereIsNotIsRefused() throws Exception {
        String catalog =
                file(
                        "catalog.json",
                        catalog(stream("users", "", FULL.replace("full_refresh", "invalid"))));
        assertThat(source("read", "--config", config("work"), "--catalog", catalog)).isEqualTo(1);
        assertThat(told()).containsExactly("ERROR config_error");
    }

    private static String record(String stream, int id) {
        return "{\"type\":\"RECORD\",\"record\":{\"stream\":\"%s\",\"data\":{\"id\":%d,\"price\":%d.5},\"emitted_at\":5}}"
                .formatted(stream, id, id);
    }

    private static String state(String stream, int id) {
        return "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"%s\"},\"stream_state\":{\"id\":%d}},\"id\":%d,\"sourceStats\":{\"recordCount\":1.0}}}"
                .formatted(stream, id, id + 100);
    }

    private static String complete(String stream) {
        return "{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1,\"stream_status\":{\"stream_descriptor\":{\"name\":\"%s\"},\"status\":\"COMPLETE\"}}}"
                .formatted(stream);
    }

    @Test
    void everyStateComesBackInItsOrderWithItsCount() throws Exception {
        String generations = ", \"generation_id\": 7, \"minimum_generation_id\": 7, \"sync_id\": 1";
        int status =
                write(
                        catalog(
                                stream("a", "", FULL + generations),
                                stream(
                                        "b",
                                        "",
                                        INCREMENTAL
                                                + ", \"generation_id\": 3,"
                                                + " \"minimum_generation_id\": 0")),
                        record("a", 1),
                        "not json at all",
                        state("a", 1),
                        record("b", 1),
                        record("b", 2),
                        state("b", 2),
                        record("a", 2),
                        state("a", 2),
                        "{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"x\"}}",
                        complete("a"),
                        complete("b"));
        assertThat(status).isZero();
        assertThat(lines()).hasSize(3);
        assertThat(lines().stream().filter(line -> line.contains("\"a\"")).toList())
                .satisfiesExactly(
                        first ->
                                assertThat(first)
                                        .contains("\"id\":101")
                                        .contains("\"sourceStats\":{\"recordCount\":1.0}")
                                        .contains("\"destinationStats\":{\"recordCount\":1.0}"),
                        second -> assertThat(second).contains("\"id\":102"));
        assertThat(output).contains("\"destinationStats\":{\"recordCount\":2.0}");
        assertThat(destination.landed)
                .contains(
                        "a {\"id\":1,\"price\":1.5}",
                        "finished a gen 7 replacing",
                        "finished b gen 3");
    }

    @Test
    void aStreamThatIsNotCompleteIsKeptAsItIsAndFailsTheRun() throws Exception {
        String generations = ", \"generation_id\": 7, \"minimum_generation_id\": 7";
        int status =
                write(
                        catalog(stream("a", "", FULL + generations)),
                        record("a", 1),
                        state("a", 1),
                        record("a", 2));
        assertThat(status).isEqualTo(1);
        assertThat(told()).contains("STATE {\"id\":1} 1.0", "ERROR transient_error");
        assertThat(destination.landed)
                .contains("a {\"id\":2,\"price\":2.5}")
                .noneMatch(line -> line.startsWith("finished"));
    }

    @Test
    void withoutGenerationsTheEndOfTheInputCompletes() throws Exception {
        assertThat(write(catalog(stream("a", "", FULL)), record("a", 1), state("a", 1))).isZero();
        assertThat(destination.landed).contains("finished a gen 1 replacing");
    }

    @Test
    void aGlobalStateWaitsForAllStreams() throws Exception {
        String global =
                "{\"type\":\"STATE\",\"state\":{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{\"lsn\":1},\"stream_states\":[]}}}";
        assertThat(
                        write(
                                catalog(stream("a", "", INCREMENTAL), stream("b", "", INCREMENTAL)),
                                record("a", 1),
                                record("b", 2),
                                global))
                .isZero();
        assertThat(lines()).hasSize(1);
        assertThat(output)
                .contains("\"lsn\":1")
                .contains("\"destinationStats\":{\"recordCount\":2.0}");
    }

    @Test
    void whatMustNotComeFailsTheRun() throws Exception {
        String generations = ", \"generation_id\": 2, \"minimum_generation_id\": 0";
        String catalog = catalog(stream("a", "", INCREMENTAL + generations));
        assertThat(write(catalog, record("strangers", 1))).isEqualTo(1);
        assertThat(output).contains("strangers");
        assertThat(write(catalog, complete("a"), record("a", 1))).isEqualTo(1);
        assertThat(write(catalog, complete("strangers"))).isEqualTo(1);
        assertThat(
                        write(
                                catalog(
                                        stream(
                                                "a",
                                                "",
                                                INCREMENTAL
                                                        + ", \"generation_id\": 5,"
                                                        + " \"minimum_generation_id\": 3"))))
                .isEqualTo(1);
        assertThat(output).contains("hybrid refresh");
    }
}
