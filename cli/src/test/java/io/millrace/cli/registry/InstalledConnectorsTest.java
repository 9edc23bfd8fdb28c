package io.millrace.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.SystemFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledConnectorsTest {
    @TempDir Path folder;

    private void install(InstalledConnectors installed, Release release, boolean pinned)
            throws Exception {
        Path archive = release.folder().resolve(Registry.ARCHIVE);
        installed.install(release.published(), archive, ConnectorArchive.digest(archive), pinned);
    }

    @Test
    void whatIsInstalledNeedsNoRegistryAndAnAlteredArchiveIsRefused() throws Exception {
        var releases = new ReleaseFolder(folder);
        var installed = new InstalledConnectors(folder.resolve("home"));
        install(installed, releases.release("me/source-x", "1.1.0"), true);
        var found = installed.find("source-x").orElseThrow();
        assertThat(found.version()).hasToString("1.1.0");
        assertThat(found.pinned()).isTrue();
        assertThat(found.folder().resolve("connector.yaml")).isRegularFile();
        Release older = releases.release("me/source-x", "1.0.0");
        Path archive = older.folder().resolve(Registry.ARCHIVE);
        String digest = ConnectorArchive.digest(archive);
        Files.write(archive, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> installed.install(older.published(), archive, digest, false))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("was altered");
        assertThat(installed.find("source-x").orElseThrow().version()).hasToString("1.1.0");
        installed.unpin(found);
        assertThat(installed.find("source-x").orElseThrow().pinned()).isFalse();
    }

    @Test
    void whatIsUninstalledIsGoneWithAllItsVersionsAndNothingElseIs() throws Exception {
        var releases = new ReleaseFolder(folder);
        var installed = new InstalledConnectors(folder.resolve("home"));
        install(installed, releases.release("me/source-x", "1.0.0"), false);
        install(installed, releases.release("me/source-x", "1.1.0"), true);
        install(installed, releases.release("me/source-y", "1.0.0"), false);
        var found = installed.find("source-x").orElseThrow();
        installed.uninstall(found);
        assertThat(installed.list()).containsOnlyKeys("me/source-y");
        assertThat(found.folder().getParent()).doesNotExist();
        assertThat(installed.find("source-y").orElseThrow().folder()).isDirectory();
    }
}
