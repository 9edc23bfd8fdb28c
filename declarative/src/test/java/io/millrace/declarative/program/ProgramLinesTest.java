package io.millrace.declarative.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProgramLinesTest {

    /** Another stream that reads it as its parent may be slowed down at any moment. */
    @Test
    void aStreamThatEndsWhileItsRequestsAreLimitedHasNoStatusAfterItsLast() {
        var output = new ByteArrayOutputStream();
        var meanwhile = new AtomicReference<Runnable>(() -> {});
        var lines =
                new ProgramLines(
                        output,
                        () -> {
                            meanwhile.getAndSet(() -> {}).run();
                            return Instant.EPOCH;
                        },
                        LogLevel.INFO);
        ProgramLines.Stream stream = lines.new Stream("parents");
        lines.rateLimited("parents");
        meanwhile.set(stream::ended);
        lines.rateLimited("parents");
        lines.rateLimited("parents");
        assertThat(
                        output.toString(UTF_8)
                                .lines()
                                .map(line -> line.replaceAll(".*\"status\":\"(\\w+)\".*", "$1")))
                .containsExactly("RUNNING", "COMPLETE");
    }
}
