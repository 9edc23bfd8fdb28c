package io.millrace.declarative.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sdk.http.Pause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvalidManifestTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @Test
    void everyFaultOfAManifestIsToldWithItsPlace(@TempDir Path folder) throws IOException {
        Path manifest =
                Files.writeString(
                        folder.resolve("manifest.yaml"),
                        """
                        version: 1.0.0
                        check: {type: CheckStream, stream_names: [users]}
                        streams:
                          - type: DeclarativeStream
                            name: users
                            retriever:
                              type: SimpleRetriever
                              requester: {type: HttpRequester}
                              record_selector:
                                type: RecordSelector
                                extractor: {type: DpathExtractor}
                          - type: DeclarativeStream
                            name: users
                        """);
        Path config = Files.writeString(folder.resolve("config.json"), "{}");
        int status =
                run(
                        "discover",
                        "--config",
                        config.toString(),
                        "--manifest-path",
                        manifest.toString());
        assertThat(status).isEqualTo(DeclarativeProgram.WRONG_CALL);
        assertThat(told(errors).lines())
                .contains(
                        manifest + ":8:18: A HttpRequester needs a url.",
                        manifest + ":11:20: field_path is missing in DpathExtractor.",
                        manifest + ":12:5: retriever is missing in DeclarativeStream.",
                        manifest + ":13:11: There is another stream users.");
        assertThat(told(output)).contains("\"type\":\"TRACE\"");
    }

    @Test
    void aManifestThatIsNoYamlIsToldWithTheLine(@TempDir Path folder) throws IOException {
        Path manifest = Files.writeString(folder.resolve("manifest.yaml"), "a: [1\nb: 2\n");
        Path config = Files.writeString(folder.resolve("config.json"), "{}");
        int status =
                run("check", "--config", config.toString(), "--manifest-path", manifest.toString());
        assertThat(status).isEqualTo(DeclarativeProgram.WRONG_CALL);
        assertThat(told(errors)).contains(manifest + ":2:");
    }

    private int run(String... arguments) {
        return new DeclarativeProgram(
                        output,
                        new PrintStream(errors, true, StandardCharsets.UTF_8),
                        InstantSource.system(),
                        Pause.none())
                .run(List.of(arguments));
    }

    private static String told(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
