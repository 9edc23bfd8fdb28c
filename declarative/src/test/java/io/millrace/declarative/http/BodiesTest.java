package io.millrace.declarative.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.http.Bodies;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BodiesTest {
    private final HttpFixture fixture = new HttpFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private static byte[] zipped(byte[] content) {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(content);
        } catch (IOException error) {
            throw new AssertionError(error);
        }
        return out.toByteArray();
    }

    private static byte[] deflated(byte[] content, boolean bare) {
        var out = new ByteArrayOutputStream();
        try (var zip = new DeflaterOutputStream(out, new Deflater(6, bare))) {
            zip.write(content);
        } catch (IOException error) {
            throw new AssertionError(error);
        }
        return out.toByteArray();
    }

    private Answer answer(byte[] body, String encoding, boolean streamed)
            throws InterruptedException {
        try (var api =
                new LocalApi(_ -> new Reply(200, Map.of("Content-Encoding", encoding), body))) {
            HttpEngine engine = fixture.engine("{}");
            return engine.requester(
                            HttpFixture.definition(
                                    "{'type': 'HttpRequester', 'url': '%s'}".formatted(api.url())),
                            "s",
                            streamed)
                    .send(HttpFixture.call(engine))
                    .orElseThrow();
        }
    }

    @Test
    void compressedBodiesAreUnpacked() throws InterruptedException {
        byte[] content = "[1, \"é\"]".repeat(50_000).getBytes(StandardCharsets.UTF_8);
        assertThat(answer(zipped(content), "gzip", false).bytes()).isEqualTo(content);
        assertThat(answer(deflated(content, false), "deflate", false).bytes()).isEqualTo(content);
        assertThat(answer(deflated(content, true), "deflate", false).bytes()).isEqualTo(content);
        assertThat(answer(content, "gzip", false).bytes()).isEqualTo(content);
        assertThat(answer(content, "", false).bytes()).isEqualTo(content);
        assertThat(answer(new byte[0], "gzip", false).bytes()).isEmpty();
    }

    @Test
    void aStreamedBodyIsUnpackedWhileItIsRead() throws Exception {
        byte[] content = "line\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        try (Answer answer = answer(zipped(content), "gzip", true);
                InputStream stream = answer.stream()) {
            assertThat(answer.isStreamed()).isTrue();
            assertThat(stream.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void aBombIsDefused() throws IOException {
        int limit = 4 << 20;
        var bomb = new ByteArrayInputStream(zipped(new byte[limit + 1]));
        InputStream body = Bodies.decoded(bomb, "gzip");
        assertThatThrownBy(() ->
                        Bodies.read(
                                body,
                                -1,
                                limit,
                                OutgoingRequest.of(
                                        "GET",
                                        "http://h/a?key=hush",
                                        Map.of(),
                                        Map.of(),
                                        Optional.empty())))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("larger than 4 MB")
                .hasMessageNotContaining("hush");
    }

    @Test
    void aConnectionThatBreaksWithinAStreamIsATransientFailure() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(() -> {
                        try (Socket socket = server.accept()) {
                            socket.getInputStream().read(new byte[1000]);
                            socket.getOutputStream()
                                    .write(
                                            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"
                                                    .getBytes(StandardCharsets.US_ASCII));
                        } catch (IOException error) {
                            throw new AssertionError(error);
                        }
                    });
            HttpEngine engine = fixture.engine("{}");
            Answer answer =
                    engine.requester(
                                    HttpFixture.definition(
                                            "{'type': 'HttpRequester', 'url': 'http://127.0.0.1:%d/x?k=hush'}"
                                                    .formatted(server.getLocalPort())),
                                    "s",
                                    true)
                            .send(HttpFixture.call(engine))
                            .orElseThrow();
            assertThatThrownBy(() -> answer.stream().readAllBytes())
                    .isInstanceOf(TransientFailure.class)
                    .hasMessageContaining("/x")
                    .hasMessageNotContaining("hush");
        }
    }
}
