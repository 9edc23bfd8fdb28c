package io.millrace.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectorArchiveTest {
    @TempDir Path folder;

    @Test
    void theSameContentGivesTheSameBytesAndNoSecrets() throws Exception {
        Path connector = Files.createDirectories(folder.resolve("connector"));
        Files.createDirectories(connector.resolve("secrets"));
        Files.createDirectories(connector.resolve("src"));
        Files.createDirectories(connector.resolve("target"));
        Files.writeString(connector.resolve("secrets/config.json"), "{\"password\": \"sesame\"}");
        Files.writeString(connector.resolve("connector.yaml"), "command: [./src/run.sh]\n");
        Files.writeString(connector.resolve("target/x-1.0.0-image.tar"), "");
        Path script = connector.resolve("src/run.sh");
        Files.writeString(script, "#!/bin/sh\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Path one = folder.resolve("one.zip");
        Path other = folder.resolve("other.zip");
        ConnectorArchive.write(connector, one);
        Files.writeString(connector.resolve("secrets/more.json"), "{}");
        Thread.sleep(2_100); // a zip's time has steps of two seconds
        Files.writeString(connector.resolve("connector.yaml"), "command: [./src/run.sh]\n");
        ConnectorArchive.write(connector, other);
        assertThat(other).hasSameBinaryContentAs(one);
        Path unpacked = folder.resolve("unpacked");
        ConnectorArchive.unpack(one, unpacked);
        assertThat(unpacked.resolve("secrets")).doesNotExist();
        assertThat(unpacked.resolve("target/x-1.0.0-image.tar")).doesNotExist();
        assertThat(unpacked.resolve("src/run.sh")).isExecutable();
        assertThat(unpacked.resolve("connector.yaml")).isRegularFile();
    }

    @Test
    void versionsAreInOrderAndKnowWhatMayBreak() {
        assertThat(
                        Stream.of(
                                        "1.10.0",
                                        "1.9.0",
                                        "1.10.0-rc.2",
                                        "1.10.0-rc.10",
                                        "1.10.0-1",
                                        "1.10.0-rc",
                                        "0.2.0")
                                .map(text -> Version.parse(text).orElseThrow())
                                .sorted()
                                .toList())
                .hasToString(
                        "[0.2.0, 1.9.0, 1.10.0-1, 1.10.0-rc, 1.10.0-rc.2, 1.10.0-rc.10, 1.10.0]");
        Version before = Version.parse("1.2.3").orElseThrow();
        assertThat(Version.parse("1.9.0").orElseThrow().mayBreak(before)).isFalse();
        assertThat(Version.parse("2.0.0").orElseThrow().mayBreak(before)).isTrue();
        assertThat(Version.parse("1.2")).isEmpty();
    }
}
