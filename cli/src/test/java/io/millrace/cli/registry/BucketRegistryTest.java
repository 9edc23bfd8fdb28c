package io.millrace.cli.registry;

import static io.millrace.cli.registry.ReleaseFolder.published;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.objectstore.Bucket;
import io.millrace.cli.objectstore.TestObjectStore;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a server of PyPI that speaks the API of S3. */
class BucketRegistryTest extends RegistrySuite {
    private static TestObjectStore store;

    private String prefix = UUID.randomUUID() + "/";

    @BeforeAll
    static void start() throws Exception {
        store = TestObjectStore.start();
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @AfterEach
    void watchNoMore() {
        store.watch((_, _) -> {});
        store.ignoreConditions(false);
    }

    @Override
    BucketRegistry open(String machine, boolean mayCreate) {
        return new BucketRegistry(store.bucket(), prefix, folder.resolve(machine), mayCreate);
    }

    /** Of the layout: blobs that nobody names are nobody's business. */
    @Override
    Map<String, String> content() throws Exception {
        return store.content().entrySet().stream()
                .filter(each -> each.getKey().startsWith(prefix))
                .filter(each -> !each.getKey().startsWith(prefix + "blobs/"))
                .filter(each -> !each.getKey().startsWith(prefix + ".millrace"))
                .collect(
                        Collectors.toMap(
                                each -> each.getKey().substring(prefix.length()),
                                Map.Entry::getValue));
    }

    @Test
    void anAlteredOrLostBlobIsNotTaken() throws Exception {
        open("one", true).add(releases.release("me/source-x", "1.0.0"), OPEN);
        try (Bucket bucket = store.bucket()) {
            for (String key : bucket.list(prefix + "blobs/").keySet()) {
                bucket.put(key, new byte[] {1}, new Bucket.Condition.Always());
            }
        }
        BucketRegistry other = open("other", false);
        other.list();
        assertThatThrownBy(() -> other.file(published("me/source-x", "1.0.0"), Registry.ARCHIVE))
                .hasMessageContaining("was altered or removed");
    }

    @Test
    void aServiceThatIgnoresConditionsIsRefused() throws Exception {
        store.ignoreConditions(true);
        Release release = releases.release("me/source-x", "1.0.0");
        assertThatThrownBy(() -> open("one", true).add(release, OPEN))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("ignores conditions");
        assertThat(content()).isEmpty();
    }

    @Test
    void anAnswerThatIsLostIsNoLostVersion() throws Exception {
        BucketRegistry registry = open("one", true);
        registry.add(releases.release("me/source-x", "1.0.0"), OPEN);
        var lost = new AtomicInteger();
        store.watch((path, done) -> {
            if (done && path.endsWith("versions/me/source-x.json") && lost.incrementAndGet() == 1) {
                throw new IllegalStateException("the cable");
            }
        });
        registry.add(releases.release("me/source-x", "1.1.0"), OPEN);
        assertThat(lost.get()).isGreaterThan(1);
        assertThat(open("other", false).list().versions("me/source-x")).hasSize(2);
    }

    @Test
    void whoIsNotAllowedAndWhereNobodyIsAreTold() {
        var nowhere = new HashMap<>(store.environment());
        nowhere.put("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        var unreachable =
                new BucketRegistry(
                        Bucket.open("connectors", name -> Optional.ofNullable(nowhere.get(name))),
                        "",
                        folder,
                        false);
        assertThatThrownBy(unreachable::list)
                .isInstanceOf(TransientFailure.class)
                .hasMessage("http://127.0.0.1:1 can't be reached.");
        var missing =
                new BucketRegistry(
                        Bucket.open(
                                "missing",
                                name -> Optional.ofNullable(store.environment().get(name))),
                        "",
                        folder,
                        false);
        assertThatThrownBy(missing::list)
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessage("There is no bucket missing.");
    }

    /** Publishes 1.1.0. */
    static final class Publisher {
        private Publisher() {}

        public static void main(String[] arguments) throws Exception {
            Bucket bucket =
                    Bucket.open("connectors", name -> Optional.ofNullable(System.getenv(name)));
            new BucketRegistry(bucket, arguments[0], Path.of(arguments[1]), true)
                    .add(
                            new ReleaseFolder(Path.of(arguments[2]))
                                    .release("me/source-x", "1.1.0"),
                            OPEN);
        }
    }

    /** Before a write is after the one before. */
    @Test
    void aPublisherMayBeKilledAtEveryWrite() throws Exception {
        int status = 137;
        for (int step = 1; status == 137; step++) {
            prefix = UUID.randomUUID() + "/";
            open("one", true).add(releases.release("me/source-x", "1.0.0"), OPEN);
            Map<String, String> before = content();
            var count = new AtomicInteger();
            int last = step;
            var publisher = new AtomicReference<Process>();
            store.watch((_, done) -> {
                if (!done && count.incrementAndGet() == last) {
                    publisher.get().destroyForcibly();
                }
            });
            var builder =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Publisher.class.getName(),
                                    prefix,
                                    folder.resolve("machine").toString(),
                                    folder.resolve("releases").toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("killed.log").toFile());
            builder.environment().putAll(store.environment());
            publisher.set(builder.start());
            assertThat(publisher.get().waitFor(120, SECONDS)).isTrue();
            status = publisher.get().exitValue();
            store.watch((_, _) -> {});
            assertThat(status).as(Files.readString(folder.resolve("killed.log"))).isIn(137, 0);
            BucketRegistry registry = open("reader", false);
            Listing listing = registry.list();
            boolean there = listing.versions("me/source-x").size() == 2;
            if (!there) {
                assertThat(content()).as("step %d", step).isEqualTo(before);
            }
            for (Registry.Published each : listing.versions("me/source-x")) {
                assertThat(registry.file(each, Registry.ARCHIVE)).isPresent();
            }
            BucketRegistry next = open("next", true);
            next.repair();
            if (!there) {
                next.add(releases.release("me/source-x", "1.1.0"), OPEN);
            }
            Map<String, String> content = content();
            assertThat(content.get("metadata/me/source-x/latest/doc.md")).contains("1.1.0");
            assertThat(content.get("registries/v0/oss_registry.json")).contains("1.1.0");
            assertThat(content).containsKey("metadata/me/source-x/1.1.0/doc.md");
        }
    }
}
