package io.millrace.declarative.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.sdk.http.Pause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DeclarativeProgramTest {
    private static final String MANIFEST =
            """
            version: 6.30.0
            check: {type: CheckStream, stream_names: [s]}
            definitions:
              requester: {type: HttpRequester, url_base: "API", http_method: GET}
              selector: {extractor: {field_path: [data]}}
            spec: {type: Spec, documentation_url: "https://example.com", connection_specification: {type: object, properties: {key: {type: string, airbyte_secret: true}}}}
            streams:
            """;

    @TempDir private Path folder;

    private final LocalApi api = new LocalApi(request -> Reply.ok("{'data': [{'id': 1}]}"));

    @AfterEach
    void closeApi() {
        api.close();
    }

    private ProgramRun program() {
        return new ProgramRun(folder, api);
    }

    private static String stream(String name, String path, String more) {
        return """
          - type: DeclarativeStream
            name: %s
            primary_key: [id]
            schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {id: {type: integer}}}}
            retriever:
              requester: {$ref: "#/definitions/requester", path: "%s"}
              record_selector: {$ref: "#/definitions/selector"}
        """
                        .formatted(name, path)
                + more.indent(4);
    }

    private static final String CUSTOM =
            """
            transformations:
              - type: CustomTransformation
                class_name: components.Shout
            """;

    @Test
    void aCheckNamesAPythonClassAndItsPlaceBeforeAnythingIsAsked() {
        ProgramRun.Result result =
                program().run("check", MANIFEST + stream("s", "/s", CUSTOM), List.of());
        assertThat(result.status()).isZero();
        assertThat(
                        result.messages("CONNECTION_STATUS")
                                .getFirst()
                                .at("/connectionStatus/message")
                                .asString())
                .contains(
                        "manifest.yaml:17:21: The manifest needs the Python class components.Shout")
                .contains("pip install airbyte-cdk");
        assertThat(api.received()).isEmpty();
    }

    @Test
    void aManifestWithPythonClassesIsRunByAPythonWhereThereIsOne() throws Exception {
        Path manifest = folder.resolve("m.yaml");
        Files.writeString(manifest, MANIFEST + stream("s", "/s", CUSTOM));
        Path config = folder.resolve("c.json");
        Files.writeString(config, "{}");
        var calls = new ArrayList<String>();
        var output = new ByteArrayOutputStream();
        var program =
                new DeclarativeProgram(
                        output,
                        System.err,
                        () -> ProgramRun.NOW,
                        Pause.none(),
                        (file, components, words, note) -> {
                            note.accept("through Python");
                            calls.add(file + " " + components + " " + words);
                            return OptionalInt.of(7);
                        });
        String[] files = {manifest.toString(), config.toString()};
        assertThat(
                        program.run(
                                List.of(
                                        "discover",
                                        "--manifest-path=" + files[0],
                                        "--config=" + files[1],
                                        "--components-path",
                                        "x.py")))
                .isEqualTo(7);
        assertThat(calls)
                .containsExactly(
                        files[0] + " Optional[x.py] [discover, --config, " + files[1] + "]");
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("through Python");
        assertThat(program.run(List.of("spec", "--manifest-path", files[0]))).isZero();
        assertThat(calls).hasSize(1);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aConfigurationMayComeThroughAPipe() throws Exception {
        Path manifest = folder.resolve("m.yaml");
        Files.writeString(manifest, (MANIFEST + stream("s", "/s", "")).replace("API", api.url()));
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Thread writer =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                Files.writeString(pipe, "{\"key\": \"k\"}");
                            } catch (IOException failure) {
                                throw new UncheckedIOException(failure);
                            }
                        });
        var output = new ByteArrayOutputStream();
        int status =
                new DeclarativeProgram(output, System.err, () -> ProgramRun.NOW, Pause.none())
                        .run(
                                List.of(
                                        "check",
                                        "--manifest-path",
                                        manifest.toString(),
                                        "--config",
                                        pipe.toString()));
        writer.join();
        assertThat(status).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("SUCCEEDED");
    }

    @Test
    void streamsWithFilesAreDiscoveredAsSuch() {
        ProgramRun.Result result =
                program()
                        .run(
                                "discover",
                                MANIFEST
                                        + stream(
                                                "s",
                                                "/s",
                                                """
                                                file_uploader:
                                                  type: FileUploader
                                                  requester: {$ref: "#/definitions/requester", path: "/f"}
                                                  download_target_extractor: {type: DpathExtractor, field_path: [url]}
                                                """)
                                        + stream("t", "/t", ""),
                                List.of());
        assertThat(result.messages("CATALOG").getFirst().at("/catalog/streams"))
                .extracting(stream -> stream.path("is_file_based").asBoolean(false))
                .containsExactly(true, false);
    }

    @Test
    void recordsComeOutExactlyAsTheApiGaveThem() {
        String records =
                "{\"id\":1,\"a\":1.0,\"b\":\"1\",\"c\":12345678901234567890,\"d\":1e-7,\"e\":null,"
                        + "\"f\":{\"x\":[1, 2.50]},\"g\":\"\\u00e9\"}";
        api.answerWith(_ ->
                new Reply(
                        200,
                        Map.of(),
                        "{\"data\": [%s]}".formatted(records).getBytes(StandardCharsets.UTF_8)));
        var result = program().read(MANIFEST + stream("s", "things", ""), "s");
        assertThat(result.status()).isZero();
        assertThat(result.lines())
                .contains(
                        "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":%s,\"emitted_at\":%d}}"
                                .formatted(records, ProgramRun.NOW.toEpochMilli()));
        assertThat(result.statuses("s")).containsExactly("STARTED", "RUNNING", "COMPLETE");
        assertThat(result.state("s")).isEqualTo("{'__ab_no_cursor_state_message':true}");
    }

    @Test
    void aStreamWithoutRecordsNeverRuns() {
        api.answerWith(_ -> Reply.ok("{'data': []}"));
        var result = program().read(MANIFEST + stream("s", "things", ""), "s");
        assertThat(result.statuses("s")).containsExactly("STARTED", "COMPLETE");
    }

    @Test
    void aStreamThatFailsDoesNotStopTheOthers() {
        api.answerWith(request ->
                request.uri().equals("/gone")
                        ? Reply.json(404, "{}")
                        : Reply.ok("{'data': [{'id': 1}]}"));
        var result =
                program()
                        .read(
                                MANIFEST + stream("bad", "gone", "") + stream("s", "things", ""),
                                "bad",
                                "s");
        assertThat(result.status()).isEqualTo(DeclarativeProgram.FAILED);
        assertThat(result.statuses("bad")).containsExactly("STARTED", "INCOMPLETE");
        assertThat(result.statuses("s")).containsExactly("STARTED", "RUNNING", "COMPLETE");
        assertThat(result.state("bad")).isEqualTo("{'__ab_no_cursor_state_message':true}");
        assertThat(result.failures()).containsExactly("bad:system_error", ":config_error");
    }

    @Test
    void aRecordThatIsNoObjectFailsItsStream() {
        api.answerWith(_ -> Reply.ok("{'data': [{'id': 1}, 2]}"));
        var result = program().read(MANIFEST + stream("s", "things", ""), "s");
        assertThat(result.failures()).containsExactly("s:system_error", ":config_error");
        assertThat(result.values("s", "id")).containsExactly("1");
    }

    @Test
    void aConfiguredStreamThatThereIsNotIsIncompleteBesideOthers() {
        String manifest = MANIFEST + stream("s", "things", "");
        assertThat(program().read(manifest, "s", "lost").statuses("lost"))
                .containsExactly("INCOMPLETE");
        assertThat(program().read(manifest, "lost").lines()).isEmpty();
    }

    @Test
    void checkAnswersWithTheReasonAndReadsNoMoreThanARecord() {
        api.answerWith(request ->
                request.uri().contains("page=")
                        ? Reply.json(500, "{}")
                        : Reply.ok("{'data': [{'id': 1}, {'id': 2}]}"));
        String paged =
                """
                  paginator: {type: DefaultPaginator, pagination_strategy: {type: PageIncrement, page_size: 2},
                    page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}}
                """;
        var fine = program().run("check", MANIFEST + stream("s", "things", paged), List.of());
        assertThat(
                        fine.messages("CONNECTION_STATUS")
                                .getFirst()
                                .at("/connectionStatus/status")
                                .asString())
                .isEqualTo("SUCCEEDED");
        assertThat(api.lines()).containsExactly("GET /things");
        api.answerWith(_ -> Reply.json(401, "{}"));
        var refused = program().run("check", MANIFEST + stream("s", "things", ""), List.of());
        assertThat(refused.status()).isZero();
        assertThat(
                        refused.messages("CONNECTION_STATUS")
                                .getFirst()
                                .at("/connectionStatus/message")
                                .asString())
                .startsWith("Stream s is not available: ");
    }

    @Test
    void checkOfAnUnknownStreamIsNoAnswer() {
        var result = program().run("check", MANIFEST + stream("other", "x", ""), List.of());
        assertThat(result.status()).isEqualTo(DeclarativeProgram.FAILED);
        assertThat(result.messages("CONNECTION_STATUS")).isEmpty();
    }

    @Test
    void discoverDescribesEachStream() {
        String cursor =
                """
                incremental_sync: {type: DatetimeBasedCursor, cursor_field: updated, datetime_format: "%Y-%m-%d", start_datetime: "2024-01-01"}
                """;
        var result =
                program()
                        .run(
                                "discover",
                                MANIFEST
                                        + stream("s", "things", "")
                                        + stream("t", "x", "").indent(0)
                                        + cursor.indent(4),
                                List.of());
        var streams = result.messages("CATALOG").getFirst().at("/catalog/streams");
        assertThat(streams.get(0).toString())
                .isEqualTo(
                        "{\"name\":\"s\",\"json_schema\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"}}},"
                            + "\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]],"
                            + "\"is_resumable\":false}");
        assertThat(streams.get(1).path("supported_sync_modes").toString())
                .isEqualTo("[\"full_refresh\",\"incremental\"]");
        assertThat(streams.get(1).path("default_cursor_field").toString())
                .isEqualTo("[\"updated\"]");
        assertThat(streams.get(1).path("source_defined_cursor").asBoolean()).isTrue();
    }

    @Test
    void specIsTheManifestsOwn() {
        var result = program().run("spec", MANIFEST + stream("s", "things", ""), List.of());
        var spec = result.messages("SPEC").getFirst().path("spec");
        assertThat(spec.path("documentationUrl").asString()).isEqualTo("https://example.com");
        assertThat(spec.at("/connectionSpecification/properties/key/type").asString())
                .isEqualTo("string");
    }

    @Test
    void aSecretIsInNoMessage() {
        api.answerWith(_ -> Reply.json(400, "{'message': 'bad key hush-hush-123'}"));
        var result =
                program()
                        .config("{'key': 'hush-hush-123'}")
                        .read(MANIFEST + stream("s", "things?k={{ config.key }}", ""), "s");
        assertThat(result.status()).isEqualTo(DeclarativeProgram.FAILED);
        assertThat(String.join("\n", result.lines())).doesNotContain("hush-hush-123");
    }

    @Test
    void aMigratedConfigurationIsKeptInItsFileAndTold() throws Exception {
        String migrating =
                MANIFEST.replace(
                        "spec: {type: Spec,",
                        "spec: {type: Spec, config_normalization_rules: {type:"
                                + " ConfigNormalizationRules, config_migrations: [{type:"
                                + " ConfigMigration, transformations: [{type: ConfigRemapField,"
                                + " field_path: [region], map: {old: new}}]}]},");
        var first =
                program()
                        .config("{'region': 'old'}")
                        .read(migrating + stream("s", "{{ config.region }}", ""), "s");
        assertThat(first.messages("CONTROL")).hasSize(1);
        assertThat(Files.readString(folder.resolve("config.json"))).contains("\"new\"");
        assertThat(api.lines()).containsExactly("GET /new");
    }

    @Test
    void aWrongCallSaysWhatIsMissing() {
        var result = program().run(List.of("read", "--nonsense"));
        assertThat(result.status()).isEqualTo(DeclarativeProgram.WRONG_CALL);
        assertThat(result.messages("TRACE").getFirst().at("/trace/error/message").asString())
                .contains("\"--nonsense\" is not known.", "--config is missing.");
    }

    @Test
    void aManifestThatNeedsPythonSaysSo() {
        var result =
                program()
                        .run(
                                "check",
                                MANIFEST
                                        + stream(
                                                "s",
                                                "things",
                                                "  partition_router: {type: CustomPartitionRouter,"
                                                        + " class_name: components.Mine}"),
                                List.of());
        assertThat(
                        result.messages("CONNECTION_STATUS")
                                .getFirst()
                                .at("/connectionStatus/message")
                                .asString())
                .contains("components.Mine");
    }
}
