package io.millrace.declarative.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long somebody waits for a host where nobody is. */
class ReachTest {
    private final HttpFixture fixture = new HttpFixture();
    private int port;

    @BeforeEach
    void findAFreePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void send(HttpEngine engine, String more) throws InterruptedException {
        engine.requester(
                        HttpFixture.definition(
                                "{'type': 'HttpRequester', 'url': 'http://127.0.0.1:%d/x' %s}"
                                        .formatted(port, more)),
                        "s",
                        false)
                .send(HttpFixture.call(engine));
    }

    @Test
    void aCheckDoesNotWait() {
        HttpEngine engine = fixture.engine("{}", Optional.empty(), Reach.ofCheck());
        assertThatThrownBy(() -> send(engine, ""))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("got no answer.")
                .hasMessageContaining("whether the server runs")
                .hasMessageNotContaining("Trying again");
        assertThat(fixture.seconds()).isEmpty();
    }

    @Test
    void aCheckDoesNotWaitAsLongAsTheManifestWould() {
        HttpEngine engine = fixture.engine("{}", Optional.empty(), Reach.ofCheck());
        String minutes =
                ", 'error_handler': {'type': 'DefaultErrorHandler', 'backoff_strategies': [{'type':"
                        + " 'ConstantBackoffStrategy', 'backoff_time_in_seconds': 60}]}";
        assertThatThrownBy(() -> send(engine, minutes)).isInstanceOf(TransientFailure.class);
        assertThat(fixture.seconds()).isEmpty();
    }

    @Test
    void aSyncWaitsOnceForAllOfItsRequests() {
        HttpEngine engine = fixture.engine("{}");
        assertThatThrownBy(() -> send(engine, "")).isInstanceOf(TransientFailure.class);
        assertThat(fixture.seconds()).containsExactly(1L, 2L, 4L, 8L, 16L);
        assertThatThrownBy(() -> send(engine, "")).isInstanceOf(TransientFailure.class);
        assertThat(fixture.seconds()).hasSize(5);
    }

    @Test
    void aHostThatAnsweredMeanwhileIsWaitedForAgain() throws Exception {
        HttpEngine engine = fixture.engine("{}");
        assertThatThrownBy(() -> send(engine, "")).isInstanceOf(TransientFailure.class);
        engine.reach().found("http://127.0.0.1:%d/y".formatted(port));
        assertThatThrownBy(() -> send(engine, "")).isInstanceOf(TransientFailure.class);
        assertThat(fixture.seconds()).hasSize(10);
    }

    @Test
    void aNameThatNobodyKnowsIsToldAsThat() {
        HttpEngine engine = fixture.engine("{}", Optional.empty(), Reach.ofCheck());
        assertThatThrownBy(() ->
                        engine.requester(
                                        HttpFixture.definition(
                                                "{'type': 'HttpRequester', 'url':"
                                                        + " 'http://nowhere.invalid/x'}"),
                                        "s",
                                        false)
                                .send(HttpFixture.call(engine)))
                .hasMessageContaining("The host is not known (nowhere.invalid");
        assertThat(fixture.seconds()).isEmpty();
    }
}
