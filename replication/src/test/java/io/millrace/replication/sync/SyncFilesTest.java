package io.millrace.replication.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every {@code .sync} file, on every launcher that it names, into memory. */
@EnabledOnOs(OS.LINUX)
class SyncFilesTest {
    @TempDir private Path folder;

    @TestFactory
    Stream<DynamicTest> everySyncFileHolds() throws Exception {
        return SyncFileRunner.files().entrySet().stream()
                .flatMap(file -> tests(file.getKey(), file.getValue()));
    }

    @Test
    void theIndexNamesEveryFile() throws Exception {
        URI root = Objects.requireNonNull(SyncFilesTest.class.getResource("/sync")).toURI();
        try (Stream<Path> all = Files.walk(Path.of(root))) {
            assertThat(
                            all.map(path -> Path.of(root).relativize(path).toString())
                                    .filter(name -> name.endsWith(".sync")))
                    .containsExactlyInAnyOrderElementsOf(SyncFileRunner.files().keySet());
        }
    }

    private Stream<DynamicTest> tests(String file, String text) {
        return SyncFileRunner.variants(text).stream()
                .map(variant ->
                        DynamicTest.dynamicTest(
                                file + name(variant),
                                () -> {
                                    var destination = new MemoryDestination(Faults.none());
                                    SyncFileRunner.run(
                                            text,
                                            variant,
                                            () -> destination,
                                            Files.createTempDirectory(folder, "run"));
                                }));
    }

    private static String name(Map<String, String> variant) {
        return variant.isEmpty()
                ? ""
                : variant.entrySet().stream()
                        .map(choice -> choice.getKey() + "=" + choice.getValue())
                        .collect(Collectors.joining(", ", " (", ")"));
    }
}
