package io.millrace.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;

/**
 * A file in the repository that holds what a program is expected to write. {@code mvn test
 * -Dgolden.update=true} rewrites every golden file that the tests meet; the difference is then
 * reviewed like code.
 */
public final class GoldenFile {
    private static final String UPDATE_PROPERTY = "golden.update";

    private final Path path;
    private final boolean update;

    GoldenFile(Path path, boolean update) {
        this.path = path;
        this.update = update;
    }

    /**
     * The golden file at {@code path}, which is relative to the module's directory, for example
     * {@code src/test/golden/spec.json}.
     */
    public static GoldenFile at(String path) {
        // Surefire tells the module's directory; a development environment may start elsewhere.
        Path module = Path.of(System.getProperty("basedir", ""));
        return new GoldenFile(module.resolve(path), Boolean.getBoolean(UPDATE_PROPERTY));
    }

    /**
     * Fails unless the file holds exactly {@code actual} in UTF-8. While golden files are being
     * updated it writes the file, creating folders as needed, and never fails.
     *
     * @throws UncheckedIOException if the file can't be read or written
     */
    public void assertMatches(String actual) {
        try {
            if (update) {
                write(actual);
                return;
            }
            if (!Files.exists(path)) {
                Assertions.fail(
                        "No golden file %s. Write it by: mvn test -D%s=true",
                        path, UPDATE_PROPERTY);
            }
            Assertions.assertThat(actual)
                    .as("%s (if the new text is right: mvn test -D%s=true)", path, UPDATE_PROPERTY)
                    .isEqualTo(Files.readString(path, UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException("Golden file " + path, failure);
        }
    }

    private void write(String text) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        // An unchanged file keeps its time, so that incremental builds don't see a change.
        if (!Files.exists(path) || !Files.readString(path, UTF_8).equals(text)) {
            Files.writeString(path, text, UTF_8);
        }
    }
}
