package io.millrace.cli.registry;

import static io.millrace.cli.registry.ReleaseFolder.published;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On bare repositories of this machine's own Git. */
class GitRegistryTest extends RegistrySuite {
    @BeforeEach
    void begin() throws Exception {
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "repository.git");
    }

    private Path repository() {
        return folder.resolve("repository.git");
    }

    @Override
    GitRegistry open(String machine, boolean mayCreate) {
        return open(machine, mayCreate, Optional.empty());
    }

    private GitRegistry open(String machine, boolean mayCreate, Optional<String> branch) {
        return new GitRegistry(
                "file://" + repository(),
                branch,
                folder.resolve(machine + branch.orElse("")),
                mayCreate);
    }

    @Override
    Map<String, String> content() throws Exception {
        return content("main");
    }

    private Map<String, String> content(String branch) throws Exception {
        var content = new TreeMap<String, String>();
        if (git(repository(), "branch", "--list", branch).isBlank()) {
            return content;
        }
        for (String file :
                git(repository(), "ls-tree", "-r", "--name-only", branch).lines().toList()) {
            content.put(
                    file,
                    file.endsWith(".zip")
                            ? git(repository(), "rev-parse", branch + ":" + file)
                            : git(repository(), "show", branch + ":" + file));
        }
        return content;
    }

    private static String git(Path directory, String... words)
            throws IOException, InterruptedException {
        var whole = new ArrayList<>(List.of("git"));
        whole.addAll(List.of(words));
        Process process =
                new ProcessBuilder(whole)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void aVersionIsACommitThatTellsIt() throws Exception {
        open("one", true).add(releases.release("me/source-x", "1.0.0"), OPEN);
        open("other", true).add(releases.release("me/source-x", "1.1.0"), OPEN);
        assertThat(git(repository(), "log", "--format=%s", "main").lines())
                .containsExactly("Publish me/source-x 1.1.0", "Publish me/source-x 1.0.0");
        assertThat(content()).doesNotContainKey(".lock");
    }

    @Test
    void aBranchOfItsOwnLeavesTheOthersAlone() throws Exception {
        Path work = folder.resolve("work");
        git(folder, "clone", "--quiet", repository().toString(), work.toString());
        Files.writeString(work.resolve("README.md"), "# Connectors\n");
        git(work, "add", "README.md");
        git(
                work,
                "-c",
                "user.name=x",
                "-c",
                "user.email=x@example.com",
                "commit",
                "--quiet",
                "-m",
                "Begin");
        git(work, "push", "--quiet", "origin", "HEAD:main");
        open("one", true, Optional.of("registry"))
                .add(releases.release("me/source-x", "1.0.0"), OPEN);
        assertThat(content("main")).containsOnlyKeys("README.md");
        assertThat(content("registry"))
                .containsKey("metadata/me/source-x/1.0.0/oss.json")
                .doesNotContainKey("README.md");
        assertThat(open("other", false, Optional.of("registry")).list().byName())
                .containsKey("me/source-x");
        // What else lies in the repository stays.
        open("one", true).add(releases.release("me/source-x", "1.0.0"), OPEN);
        assertThat(content("main")).containsKeys("README.md", "registries/v0/oss_registry.json");
    }

    @Test
    void theBranchIsTheRepositorysOwnOrTheOnlyOne() throws Exception {
        git(repository(), "symbolic-ref", "HEAD", "refs/heads/trunk");
        open("one", true).add(releases.release("me/source-x", "1.0.0"), OPEN);
        assertThat(content("trunk")).isNotEmpty();
        git(repository(), "symbolic-ref", "HEAD", "refs/heads/elsewhere");
        assertThat(open("other", false).list().byName()).containsKey("me/source-x");
        git(repository(), "branch", "more", "trunk");
        assertThatThrownBy(() -> open("third", false).list())
                .hasMessageContaining("name one with #BRANCH");
    }

    @Test
    void aRepositoryThatRefusesOrIsGoneIsTold() throws Exception {
        GitRegistry registry = open("one", true);
        registry.add(releases.release("me/source-x", "1.0.0"), OPEN);
        Path hook = repository().resolve("hooks/pre-receive");
        Files.writeString(hook, "#!/bin/sh\necho only on Mondays >&2\nexit 1\n");
        assertThat(hook.toFile().setExecutable(true)).isTrue();
        Release refused = releases.release("me/source-x", "1.1.0");
        assertThatThrownBy(() -> registry.add(refused, OPEN))
                .isInstanceOfSatisfying(
                        ConfigurationFailure.class,
                        failure -> assertThat(failure.detail()).contains("only on Mondays"));
        assertThat(registry.list().versions("me/source-x")).hasSize(1);
        Files.delete(hook);
        registry.add(refused, OPEN);
        Files.move(repository(), folder.resolve("gone.git"));
        assertThatThrownBy(registry::list)
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("can't be read");
        var kept = new KeptRegistry(registry, "there", folder.resolve("kept"), false, _ -> {});
        assertThatThrownBy(kept::list).isInstanceOf(TransientFailure.class);
        Files.move(folder.resolve("gone.git"), repository());
        kept.list();
        Files.move(repository(), folder.resolve("gone.git"));
        assertThat(kept.list().versions("me/source-x")).hasSize(2);
        // The clone has them all.
        assertThat(kept.file(published("me/source-x", "1.0.0"), Registry.ARCHIVE)).isPresent();
    }

    @Test
    void aTokenInTheAddressIsNeverTold() {
        var registry =
                new GitRegistry(
                        "https://me:sesame@localhost:1/x.git",
                        Optional.empty(),
                        folder.resolve("one"),
                        true);
        assertThatThrownBy(registry::list)
                .isInstanceOfSatisfying(
                        TransientFailure.class,
                        failure ->
                                assertThat(failure.getMessage() + failure.detail())
                                        .contains("localhost:1")
                                        .doesNotContain("sesame"));
    }

    /** Publishes 1.1.0. */
    static final class Publisher {
        private Publisher() {}

        public static void main(String[] arguments) throws Exception {
            new GitRegistry("file://" + arguments[0], Optional.empty(), Path.of(arguments[1]), true)
                    .add(
                            new ReleaseFolder(Path.of(arguments[2]))
                                    .release("me/source-x", "1.1.0"),
                            OPEN);
        }
    }

    /**
     * A {@code git} that kills whoever called it, at the call that {@code STEP} counts. Before a
     * call is after the one before.
     */
    private static final String KILLER =
            """
            #!/bin/sh
            count=$(($(cat "$COUNT") + 1))
            echo $count > "$COUNT"
            if [ $count = "$STEP" ]; then
                kill -9 "$(cat "$PUBLISHER")"
                exit 1
            fi
            exec "$GIT" "$@"
            """;

    @Test
    void aPublisherMayBeKilledAtEveryCallOfGit() throws Exception {
        Path programs = Files.createDirectories(folder.resolve("bin"));
        Path killer = programs.resolve("git");
        Files.writeString(killer, KILLER);
        assertThat(killer.toFile().setExecutable(true)).isTrue();
        String git = git(folder, "--exec-path").strip() + "/git";
        open("one", true).add(releases.release("me/source-x", "1.0.0"), OPEN);
        Path master = folder.resolve("master.git");
        Files.move(repository(), master);
        int status = 137;
        for (int step = 1; status == 137; step++) {
            DirectoryRegistry.delete(repository());
            git(folder, "clone", "--quiet", "--bare", master.toString(), "repository.git");
            Path count = Files.writeString(folder.resolve("count"), "0");
            Path publisher = folder.resolve("publisher");
            Path place = folder.resolve("machine");
            var builder =
                    new ProcessBuilder(
                                    "sh",
                                    "-c",
                                    "echo $$ > \"$PUBLISHER\"; exec \"$@\"",
                                    "sh",
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Publisher.class.getName(),
                                    repository().toString(),
                                    place.toString(),
                                    folder.resolve("releases").toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("killed.log").toFile());
            builder.environment()
                    .putAll(
                            Map.of(
                                    "COUNT", count.toString(),
                                    "STEP", Integer.toString(step),
                                    "GIT", git,
                                    "PUBLISHER", publisher.toString()));
            builder.environment().merge("PATH", programs + ":", (path, own) -> own + path);
            Process process = builder.start();
            assertThat(process.waitFor(120, SECONDS)).isTrue();
            status = process.exitValue();
            assertThat(status).as(Files.readString(folder.resolve("killed.log"))).isIn(137, 0);
            Map<String, String> content = content();
            boolean there = content.containsKey("metadata/me/source-x/1.1.0/oss.json");
            // A push is one step: lists and versions go together.
            assertThat(content.get("registries/v0/oss_registry.json").contains("1.1.0"))
                    .isEqualTo(there);
            assertThat(git(repository(), "rev-list", "--count", "main").strip())
                    .isEqualTo(there ? "2" : "1");
            if (!there) { // From the clone that was left behind.
                var again =
                        new GitRegistry("file://" + repository(), Optional.empty(), place, true);
                again.add(releases.release("me/source-x", "1.1.0"), OPEN);
            }
            if (step % 3 == 0) {
                DirectoryRegistry.delete(place);
            }
        }
    }
}
