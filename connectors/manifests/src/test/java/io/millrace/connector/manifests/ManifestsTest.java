package io.millrace.connector.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.lint.ManifestLint;
import io.millrace.declarative.recording.ManifestTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ManifestsTest {
    /** Maven runs tests in the folder of their module. */
    private static final Path MODULE = Path.of("");

    @TestFactory
    Stream<DynamicContainer> everyFolderKeepsItsPromises() throws Exception {
        return folders().stream()
                .map(folder -> DynamicContainer.dynamicContainer(folder.toString(), tests(folder)));
    }

    @Test
    void everyFolderIsListedInTheTable() throws Exception {
        String table = Files.readString(MODULE.resolve("README.md"));
        assertThat(folders())
                .isNotEmpty()
                .allSatisfy(folder ->
                        assertThat(table).contains("(%s/manifest.yaml)".formatted(folder)));
    }

    private static List<Path> folders() throws IOException {
        try (Stream<Path> entries = Files.list(MODULE.toAbsolutePath())) {
            return entries.filter(entry -> Files.exists(entry.resolve(ManifestTests.MANIFEST)))
                    .map(Path::getFileName)
                    .sorted()
                    .toList();
        }
    }

    private static Stream<DynamicTest> tests(Path folder) {
        return Stream.of(
                DynamicTest.dynamicTest("nothing is wrong with it", () -> lint(folder)),
                DynamicTest.dynamicTest("it reads what its tests tell", () -> read(folder)));
    }

    private static void lint(Path folder) throws IOException {
        assertThat(ManifestLint.check(Files.readString(folder.resolve(ManifestTests.MANIFEST))))
                .isEmpty();
    }

    private static void read(Path folder) throws InterruptedException {
        assertThat(ManifestTests.load(folder).run())
                .isNotEmpty()
                .allSatisfy(result -> assertThat(result.differences()).as(result.name()).isEmpty());
    }
}
