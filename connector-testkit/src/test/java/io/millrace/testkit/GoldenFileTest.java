package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenFileTest {
    @TempDir Path folder;

    @Test
    void acceptsExactlyTheTextOfTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("golden.txt"), "täxt\n");
        var golden = new GoldenFile(file, false);
        assertThatCode(() -> golden.assertMatches("täxt\n")).doesNotThrowAnyException();
        assertThatThrownBy(() -> golden.assertMatches("täxt"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("golden.txt")
                .hasMessageContaining("-Dgolden.update=true");
    }

    @Test
    void tellsHowToWriteAMissingFile() {
        var golden = new GoldenFile(folder.resolve("missing.txt"), false);
        assertThatThrownBy(() -> golden.assertMatches(""))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("mvn test -Dgolden.update=true");
    }

    @Test
    void writesTheFileAndItsFoldersWhileUpdating() {
        Path file = folder.resolve("deep/er/golden.txt");
        new GoldenFile(file, true).assertMatches("new\n");
        assertThat(file).hasContent("new\n");
    }
}
