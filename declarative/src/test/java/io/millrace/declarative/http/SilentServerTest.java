package io.millrace.declarative.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.authentication.Authenticators;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An API that begins to answer, or doesn't even that, and then says nothing more. */
@Timeout(60)
class SilentServerTest {
    private final HttpFixture fixture = new HttpFixture();
    private final List<Socket> open = new ArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        fixture.close();
    }

    private void answer(String beginning) {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (true) {
                            Socket socket = server.accept();
                            open.add(socket);
                            int _ = socket.getInputStream().read(new byte[4096]);
                            socket.getOutputStream()
                                    .write(beginning.getBytes(StandardCharsets.UTF_8));
                            socket.getOutputStream().flush();
                        }
                    } catch (IOException _) {
                        return; // the test is over
                    }
                });
    }

    private void send() throws InterruptedException {
        try (HttpEngine engine =
                HttpEngine.open(
                        fixture.compilation("{}"),
                        Optional.empty(),
                        new Authenticators(),
                        HttpSettings.SYNC.withSilence(Duration.ofMillis(800)),
                        Reach.ofSync())) {
            engine.requester(
                            HttpFixture.definition(
                                    "{'type': 'HttpRequester', 'url': 'http://127.0.0.1:%d/x'}"
                                            .formatted(server.getLocalPort())),
                            "s",
                            false)
                    .send(HttpFixture.call(engine));
        }
    }

    @Test
    void oneThatStallsWithinABodyIsToldMeanwhileAndGivenUpAfterThreeAttempts() {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\": [");
        assertThatThrownBy(this::send)
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("got no answer (attempt 3)");
        assertThat(open).hasSize(3);
        assertThat(fixture.logged)
                .anyMatch(line ->
                        line.contains("WARN Stream s: GET")
                                && line.contains("has been waiting for its answer for"))
                .anyMatch(line -> line.startsWith("WARN") && line.contains("Trying again"));
    }

    @Test
    void oneThatNeverAnswersToo() {
        answer("");
        assertThatThrownBy(this::send)
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("got no answer (attempt 3)");
    }
}
