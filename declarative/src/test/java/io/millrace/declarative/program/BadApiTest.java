package io.millrace.declarative.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.protocol.json.Json;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What comes of an API that misbehaves: one of the three types of failure with a message for a
 * person, valid lines, and a state of nothing but what was complete.
 */
@Timeout(120)
class BadApiTest {
    private static final String MANIFEST =
            """
            version: 6.30.0
            check: {type: CheckStream, stream_names: [s]}
            streams:
              - type: DeclarativeStream
                name: s
                retriever:
                  type: SimpleRetriever
                  decoder: {type: DECODER}
                  requester: {type: HttpRequester, url: "API/s", authenticator: {type: BearerAuthenticator, api_token: sesame}}
                  record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [PATH]}}
                INCREMENTAL
                schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {id: {type: integer}}}}
            """;

    private static final String INCREMENTAL =
            """
            incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: "%Y-%m-%d",
                  start_datetime: "2024-01-01", end_datetime: "2024-02-29", step: P1M, cursor_granularity: P1D,
                  start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}}\
            """;

    @TempDir private Path folder;

    private final LocalApi api = new LocalApi(_ -> Reply.ok("{'data': [{'id': 1}]}"));

    @AfterEach
    void closeApi() {
        api.close();
    }

    private static String manifest(String decoder, String path, String incremental) {
        return MANIFEST.replace("DECODER", decoder)
                .replace("PATH", path)
                .replace("INCREMENTAL", incremental);
    }

    private ProgramRun.Result read(String manifest) {
        ProgramRun.Result result = new ProgramRun(folder, api).read(manifest, "s");
        result.lines()
                .forEach(line -> {
                    JsonNode message = Json.parse(line.getBytes(StandardCharsets.UTF_8));
                    assertThat(message.path("type").asString()).isNotEmpty();
                    assertThat(line).doesNotContain("sesame");
                });
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.statuses("s").getLast()).isEqualTo("INCOMPLETE");
        return result;
    }

    private static String message(ProgramRun.Result result) {
        return result.messages("TRACE").stream()
                .map(trace -> trace.at("/trace/error"))
                .filter(JsonNode::isObject)
                .map(error -> error.path("message").asString())
                .findFirst()
                .orElseThrow();
    }

    private static Reply page(String body) {
        return new Reply(
                200,
                Map.of("Content-Type", "application/json"),
                body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void rubbishInTheSecondSliceLeavesTheFirstWithItsState() {
        api.answerWith(request ->
                request.uri().contains("from=2024-01")
                        ? page("{'data': [{'id': 1, 'at': '2024-01-05'}]}")
                        : page("{'data': [{'id': 2, 'at': '2024-02"));
        ProgramRun.Result result = read(manifest("JsonDecoder", "data", INCREMENTAL));
        assertThat(result.failures()).contains("s:transient_error");
        assertThat(message(result)).contains("ends before its JSON does");
        assertThat(result.values("s", "id")).containsExactly("1");
        assertThat(result.state("s")).isEqualTo("{'at':'2024-01-05'}");
    }

    @Test
    void aRedirectToALoginPageElsewhereIsNoAnswerAndGetsNoCredentials() {
        try (var login = new LocalApi(_ -> page("<!DOCTYPE html><p>Log in"))) {
            api.answerWith(_ -> page("").with("Location", login.url() + "/login").status(302));
            ProgramRun.Result result = read(manifest("JsonDecoder", "data", ""));
            assertThat(result.failures()).contains("s:transient_error");
            assertThat(message(result)).contains("a web page instead of JSON");
            assertThat(login.received().getFirst().header("Authorization")).isEmpty();
        }
    }

    @Test
    void aDateThatIsNotInTheFormatIsTheUsersToCorrect() {
        ProgramRun.Result result =
                new ProgramRun(folder, api)
                        .config("{'from': 'Jan 1'}")
                        .read(
                                manifest(
                                        "JsonDecoder",
                                        "data",
                                        INCREMENTAL.replace(
                                                "\"2024-01-01\"", "\"{{ config['from'] }}\"")),
                                "s");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.failures()).first().asString().endsWith(":config_error");
        assertThat(message(result))
                .contains("start_datetime of stream s is 'Jan 1'")
                .contains("%Y-%m-%d");
        assertThat(api.received()).isEmpty();
    }

    @Test
    void aDateThatTheManifestComputesInAnotherFormatIsNoMatterOfTheConfiguration() {
        ProgramRun.Result result =
                new ProgramRun(folder, api)
                        .read(
                                manifest(
                                        "JsonDecoder",
                                        "data",
                                        INCREMENTAL.replace(
                                                "\"2024-02-29\"",
                                                "\"{{ config.get('until', now_utc()) }}\"")),
                                "s");
        assertThat(result.failures()).first().asString().endsWith(":system_error");
        assertThat(message(result))
                .contains("end_datetime of stream s is '2024-06-01 00:00:00+00:00'")
                .contains("which computes it");
    }

    @Test
    void aStateThatIsNotInTheFormatIsToldWithFieldValueAndFormats() {
        ProgramRun.Result result =
                new ProgramRun(folder, api)
                        .state("{'at': 'yesterday'}")
                        .read(manifest("JsonDecoder", "data", INCREMENTAL), "s");
        assertThat(result.failures()).contains("s:config_error");
        assertThat(message(result))
                .contains("The state of stream s has 'yesterday' in at")
                .contains("['%Y-%m-%d']");
    }

    @Test
    void aRecordsCursorThatIsNotInTheFormatIsToldOnceWithItsValue() {
        api.answerWith(_ ->
                page("{'data': [{'id': 1, 'at': '01/05/2024'}, {'id': 2, 'at': '02/05/2024'}]}"));
        ProgramRun.Result result =
                new ProgramRun(folder, api).read(manifest("JsonDecoder", "data", INCREMENTAL), "s");
        assertThat(result.status()).isZero();
        assertThat(result.messages("LOG"))
                .extracting(log -> log.at("/log/message").asString())
                .filteredOn(text -> text.contains("none of the cursor's formats"))
                .singleElement()
                .asString()
                .contains("stream s have a at (01/05/2024)")
                .contains("['%Y-%m-%d']");
    }

    @Test
    void anEndlessLineEndsInBoundedMemory() throws Exception {
        try (var server = new Flood("application/x-ndjson", "", 1L << 30)) {
            ProgramRun.Result result =
                    read(manifest("JsonlDecoder", "", "").replace("API", server.url()));
            assertThat(result.failures().getFirst()).startsWith("s:");
            assertThat(message(result)).contains("longer than 64 MiB");
        }
    }

    @Test
    void aCompressedBombEndsInBoundedMemory() throws Exception {
        var member = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(member)) {
            zip.write("x".repeat(16 << 20).getBytes(StandardCharsets.UTF_8));
        }
        var bomb = new ByteArrayOutputStream();
        long most = Runtime.getRuntime().maxMemory() / 4; // of one answer
        for (long size = 0; size <= most; size += 16 << 20) {
            bomb.write(member.toByteArray());
        }
        api.answerWith(_ -> new Reply(200, Map.of("Content-Encoding", "gzip"), bomb.toByteArray()));
        ProgramRun.Result result = read(manifest("JsonDecoder", "data", ""));
        assertThat(message(result)).contains("is larger than");
    }

    @Test
    void aConnectionThatIsCutWithinAnAnswerIsTransient() throws Exception {
        try (var server = new Flood("application/json", "Content-Length: 1000\r\n", 10)) {
            ProgramRun.Result result =
                    read(manifest("JsonDecoder", "data", "").replace("API", server.url()));
            assertThat(result.failures()).contains("s:transient_error");
        }
    }

    /** Answers every request with a line of so many bytes, and closes the connection then. */
    private static final class Flood implements AutoCloseable {
        private final ServerSocket server =
                new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        private final String head;
        private final long bytes;

        Flood(String type, String more, long bytes) throws IOException {
            this.head =
                    "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%sConnection: close\r\n\r\n"
                            .formatted(type, more);
            this.bytes = bytes;
            Thread.ofVirtual().start(this::serve);
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        private void serve() {
            while (!server.isClosed()) {
                try (Socket socket = server.accept();
                        OutputStream out = new BufferedOutputStream(socket.getOutputStream())) {
                    int _ = socket.getInputStream().read(new byte[4096]);
                    out.write(head.getBytes(StandardCharsets.UTF_8));
                    byte[] piece = "x".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
                    for (long sent = 0; sent < bytes; sent += piece.length) {
                        out.write(piece, 0, (int) Math.min(piece.length, bytes - sent));
                    }
                } catch (IOException _) {
                    continue; // who asked has had enough
                }
            }
        }

        @Override
        public void close() {
            try {
                server.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
