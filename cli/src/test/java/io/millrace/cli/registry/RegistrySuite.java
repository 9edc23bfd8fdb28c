package io.millrace.cli.registry;

import static io.millrace.cli.registry.ReleaseFolder.published;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What every kind of registry does. */
abstract class RegistrySuite {
    static final Registry.Gate OPEN = (_, _) -> {};

    @TempDir Path folder;
    ReleaseFolder releases;

    @BeforeEach
    final void prepare() {
        releases = new ReleaseFolder(folder.resolve("releases"));
    }

    /** The same registry, as another machine would open it: {@code machine} names what it keeps. */
    abstract Registry open(String machine, boolean mayCreate) throws Exception;

    /** What lies in it, by path, without what is the registry's own business. */
    abstract Map<String, String> content() throws Exception;

    @Test
    void whatIsPublishedIsThereForOthersInTheLayoutOfTheReference() throws Exception {
        Registry registry = open("one", true);
        registry.add(releases.release("me/source-x", "0.9.0"), OPEN);
        registry.add(releases.release("me/source-x", "0.10.0"), OPEN);
        registry.add(releases.release("me/source-y", "1.0.0-rc.1"), OPEN);
        Registry other = open("other", false);
        Listing listing = other.list();
        assertThat(listing.versions("me/source-x"))
                .hasToString("[me/source-x 0.9.0, me/source-x 0.10.0]");
        Path archive =
                other.file(published("me/source-x", "0.9.0"), Registry.ARCHIVE).orElseThrow();
        assertThat(ConnectorArchive.digest(archive))
                .isEqualTo(
                        other.entry(published("me/source-x", "0.9.0"))
                                .path("generated")
                                .path("archiveDigest")
                                .asString());
        assertThat(other.file(published("me/source-x", "0.9.0"), "none")).isEmpty();
        Map<String, String> content = content();
        assertThat(content)
                .containsKeys(
                        "metadata/me/source-x/0.9.0/metadata.yaml",
                        "metadata/me/source-x/0.9.0/oss.json",
                        "metadata/me/source-x/0.9.0/cloud.json",
                        "metadata/me/source-x/0.9.0/doc.md",
                        "metadata/me/source-x/latest/oss.json",
                        "metadata/me/source-y/release_candidate/oss.json",
                        "registries/v0/cloud_registry.json");
        assertThat(content.get("metadata/me/source-x/latest/doc.md")).contains("0.10.0");
        assertThat(content).doesNotContainKey("metadata/me/source-y/latest/oss.json");
        JsonNode list =
                JsonMapper.shared().readTree(content.get("registries/v0/oss_registry.json"));
        assertThat(list.path("sources").size()).isOne();
        assertThat(list.path("sources").path(0).path("dockerImageTag").asString())
                .isEqualTo("0.10.0");
        assertThat(content.get("registries/v0/specs_secrets_mask.yaml")).contains("api_key");
    }

    @Test
    void aCandidateIsListedBesideItsReleaseUntilThatIsPublished() throws Exception {
        Registry registry = open("one", true);
        registry.add(releases.release("me/source-x", "1.0.0"), OPEN);
        registry.add(releases.release("me/source-x", "1.1.0-rc.2"), OPEN);
        registry.add(releases.release("me/source-x", "1.1.0-rc.10"), OPEN);
        JsonNode entry = entryOf(content());
        assertThat(entry.path("dockerImageTag").asString()).isEqualTo("1.0.0");
        assertThat(entry.path("releases").path("releaseCandidates").propertyNames())
                .containsExactly("1.1.0-rc.10");
        registry.add(releases.release("me/source-x", "1.1.0"), OPEN);
        Map<String, String> content = content();
        assertThat(entryOf(content).path("dockerImageTag").asString()).isEqualTo("1.1.0");
        assertThat(entryOf(content).has("releases")).isFalse();
        assertThat(content.keySet()).noneMatch(path -> path.contains("release_candidate/"));
    }

    private static JsonNode entryOf(Map<String, String> content) {
        return JsonMapper.shared()
                .readTree(content.get("registries/v0/oss_registry.json"))
                .path("sources")
                .path(0);
    }

    @Test
    void aVersionThatIsThereOrThatTheGateRefusesChangesNothing() throws Exception {
        Registry registry = open("one", true);
        registry.add(releases.release("me/source-x", "1.0.0"), OPEN);
        Map<String, String> before = content();
        Release again = releases.release("me/source-x", "1.0.0");
        assertThatThrownBy(() -> open("other", true).add(again, OPEN))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("1.0.0 is in the registry already");
        Release unwanted = releases.release("me/source-x", "1.1.0");
        assertThatThrownBy(() ->
                        registry.add(
                                unwanted,
                                (_, listing) -> {
                                    assertThat(listing.newest("me/source-x")).isPresent();
                                    throw new ConfigurationFailure("not that one");
                                }))
                .hasMessage("not that one");
        assertThat(content()).isEqualTo(before);
        registry.repair();
        assertThat(content()).isEqualTo(before);
    }

    @Test
    void oneThatIsNotThereIsToldAndOnlyBegunByAVersion() throws Exception {
        assertThatThrownBy(() -> open("one", false).list()).hasMessageContaining("no registry");
        Registry registry = open("one", true);
        registry.repair();
        assertThat(registry.list().byName()).isEmpty();
        assertThat(content()).isEmpty();
    }

    @Test
    void manyPublishersAtOnceLoseNothing() throws Exception {
        int publishers = 6;
        var machines = new ArrayList<Registry>();
        for (int i = 0; i < publishers; i++) {
            machines.add(open("machine" + i, true));
        }
        var expected = new ArrayList<String>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < publishers; i++) {
                String name = "me/source-" + i % 2;
                String version = "1.%d.0".formatted(i);
                expected.add(name + " " + version);
                Release release = releases.release(name, version);
                Registry registry = machines.get(i);
                running.add(
                        executor.submit(() -> {
                            registry.add(release, OPEN);
                            return true;
                        }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        Listing listing = open("reader", false).list();
        assertThat(listing.byName().values().stream().flatMap(List::stream).map(Object::toString))
                .containsExactlyInAnyOrderElementsOf(expected);
        Map<String, String> content = content();
        JsonNode list =
                JsonMapper.shared().readTree(content.get("registries/v0/oss_registry.json"));
        assertThat(
                        list.path("sources")
                                .valueStream()
                                .map(each -> each.path("dockerImageTag").asString()))
                .containsExactly("1.4.0", "1.5.0");
        assertThat(content.get("metadata/me/source-0/latest/doc.md")).contains("1.4.0");
        assertThat(content.get("metadata/me/source-1/latest/doc.md")).contains("1.5.0");
    }

    @Test
    void ofTwoWhoPublishTheSameVersionOneIsRefused() throws Exception {
        Release mine = releases.release("me/source-x", "1.0.0");
        Release yours = releases.release("me/source-x", "1.0.0");
        Files.writeString(yours.folder().resolve("doc.md"), "# yours\n");
        var outcomes = new ArrayList<String>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<String>>();
            for (Release release : List.of(mine, yours)) {
                Registry registry = open("machine" + running.size(), true);
                running.add(
                        executor.submit(() -> {
                            try {
                                registry.add(release, OPEN);
                                return release == mine ? "me/source-x 1.0.0" : "yours";
                            } catch (ConfigurationFailure refused) {
                                return "refused";
                            }
                        }));
            }
            for (Future<String> each : running) {
                outcomes.add(each.get());
            }
        }
        assertThat(outcomes).containsOnlyOnce("refused");
        outcomes.remove("refused");
        assertThat(content().get("metadata/me/source-x/1.0.0/doc.md"))
                .contains(outcomes.getFirst());
        assertThat(content().get("metadata/me/source-x/latest/doc.md"))
                .contains(outcomes.getFirst());
        assertThat(Set.copyOf(outcomes)).hasSize(1);
    }
}
