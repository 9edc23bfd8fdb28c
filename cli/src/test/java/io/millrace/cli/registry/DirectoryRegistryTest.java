package io.millrace.cli.registry;

import static io.millrace.cli.registry.ReleaseFolder.published;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DirectoryRegistryTest extends RegistrySuite {

    private Path root() {
        return folder.resolve("registry");
    }

    @Override
    Registry open(String machine, boolean mayCreate) {
        return new DirectoryRegistry(root(), mayCreate);
    }

    @Override
    Map<String, String> content() throws IOException {
        return content(root());
    }

    static Map<String, String> content(Path root) throws IOException {
        var content = new TreeMap<String, String>();
        if (!Files.exists(root)) {
            return content;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = root.relativize(file).toString();
                if (!path.equals(".lock") && !path.startsWith(".git")) {
                    content.put(
                            path,
                            path.endsWith(".zip")
                                    ? ConnectorArchive.digest(file)
                                    : Files.readString(file));
                }
            }
        }
        return content;
    }

    /** Publishes 1.1.0, and dies like {@code kill -9} at the step that the arguments name. */
    static final class Dying {
        private Dying() {}

        public static void main(String[] arguments) throws Exception {
            int last = Integer.parseInt(arguments[2]);
            var steps = new AtomicInteger();
            var registry =
                    new DirectoryRegistry(
                            Path.of(arguments[0]),
                            true,
                            () -> {
                                if (steps.incrementAndGet() == last) {
                                    Runtime.getRuntime().halt(137);
                                }
                            });
            registry.add(
                    new ReleaseFolder(Path.of(arguments[1])).release("me/source-x", "1.1.0"), OPEN);
        }
    }

    @Test
    void aPublisherMayBeKilledAtEveryStep() throws Exception {
        int step = 1;
        int status = 137;
        while (status == 137) {
            Path root = folder.resolve("killed-" + step);
            new DirectoryRegistry(root, true).add(releases.release("me/source-x", "1.0.0"), OPEN);
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Dying.class.getName(),
                                    root.toString(),
                                    folder.resolve("releases").toString(),
                                    Integer.toString(step))
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("killed.log").toFile())
                            .start();
            assertThat(process.waitFor(60, SECONDS)).isTrue();
            status = process.exitValue();
            assertThat(status).as(Files.readString(folder.resolve("killed.log"))).isIn(137, 0);
            var registry = new DirectoryRegistry(root, false);
            Listing listing = registry.list();
            boolean there = listing.find("me/source-x", version("1.1.0")).isPresent();
            for (Registry.Published each : listing.versions("me/source-x")) {
                Path archive = registry.file(each, Registry.ARCHIVE).orElseThrow();
                assertThat(ConnectorArchive.digest(archive))
                        .as("step %d", step)
                        .isEqualTo(
                                registry.entry(each)
                                        .path("generated")
                                        .path("archiveDigest")
                                        .asString());
            }
            registry.repair();
            Map<String, String> content = content(root);
            assertThat(content.get("metadata/me/source-x/latest/doc.md"))
                    .contains(there ? "1.1.0" : "1.0.0");
            assertThat(content.get("registries/v0/oss_registry.json"))
                    .contains(there ? "1.1.0" : "1.0.0");
            assertThat(content.keySet())
                    .allMatch(
                            path -> path.startsWith("metadata/") || path.startsWith("registries/"));
            if (!there) {
                registry.add(releases.release("me/source-x", "1.1.0"), OPEN);
                assertThat(registry.list().newest("me/source-x"))
                        .contains(published("me/source-x", "1.1.0"));
            }
            step++;
        }
        assertThat(step).isGreaterThan(15);
    }

    private static Version version(String text) {
        return Version.parse(text).orElseThrow();
    }

    @Test
    void aFailingPublisherLeavesTheRegistryAsItWas() throws Exception {
        open("one", true).add(releases.release("me/source-x", "1.0.0"), OPEN);
        Map<String, String> before = content();
        Release broken = releases.release("me/source-x", "1.1.0");
        Files.delete(broken.folder().resolve("doc.md"));
        Files.createSymbolicLink(broken.folder().resolve("doc.md"), Path.of("/nowhere/at/all"));
        assertThatThrownBy(() -> open("one", true).add(broken, OPEN))
                .hasMessageContaining("can't be read or written");
        assertThat(content()).isEqualTo(before);
    }

    @Test
    void whatWasSeenOfARegistryIsThereWithoutIt() throws Exception {
        Registry registry = open("one", true);
        registry.add(releases.release("me/source-x", "1.0.0"), OPEN);
        registry.add(releases.release("me/source-x", "1.1.0"), OPEN);
        Path place = folder.resolve("kept");
        var log = new StringBuilder();
        var kept = new KeptRegistry(registry, "here", place, false, log::append);
        kept.entry(kept.list().newest("me/source-x").orElseThrow());
        assertThat(kept.file(published("me/source-x", "1.0.0"), Registry.ARCHIVE)).isPresent();
        DirectoryRegistry.delete(root());
        var later =
                new KeptRegistry(
                        new DirectoryRegistry(root(), false), "here", place, false, log::append);
        assertThat(later.list().versions("me/source-x")).hasSize(2);
        assertThat(log).contains("Going on with what was seen of it last.");
        assertThat(later.entry(published("me/source-x", "1.1.0")).path("name").asString())
                .isEqualTo("me/source-x");
        assertThat(later.file(published("me/source-x", "1.0.0"), Registry.ARCHIVE)).isPresent();
        assertThat(later.file(published("me/source-x", "1.1.0"), Registry.ARCHIVE)).isEmpty();
        var never =
                new KeptRegistry(registry, "there", folder.resolve("nothing"), true, log::append);
        assertThatThrownBy(never::list).hasMessageContaining("Nothing of the registry there");
        var unknown =
                new KeptRegistry(
                        new DirectoryRegistry(root(), false),
                        "there",
                        folder.resolve("nothing"),
                        false,
                        log::append);
        assertThatThrownBy(unknown::list).isInstanceOf(TransientFailure.class);
    }
}
