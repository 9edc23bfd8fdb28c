package io.millrace.cli.registry;

import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Published versions of connectors, in the reference's layout (reference: protocol 8.4). A version
 * appears in one step and never changes; newest versions and lists are made of the versions that
 * are there, so a publisher that dies anywhere leaves nothing that is wrong.
 *
 * <p>Calls block. They throw a {@code TransientFailure} where the registry can't be reached, and a
 * {@code ConfigurationFailure} where it refuses.
 */
public sealed interface Registry
        permits DirectoryRegistry, GitRegistry, BucketRegistry, KeptRegistry {
    /** What a registry tells of a version. */
    String ENTRY = "oss.json";

    /** The archive of a connector that is run from its folder. */
    String ARCHIVE = "connector.zip";

    /** A published version. */
    record Published(String name, Version version) {
        @Override
        public String toString() {
            return name + " " + version;
        }
    }

    /** Decides whether a version may be added to what is there. */
    @FunctionalInterface
    interface Gate {
        /**
         * Is asked right before the version appears, perhaps several times.
         *
         * @throws io.millrace.protocol.failure.SyncFailure where it may not; nothing is changed
         */
        void check(Registry registry, Listing published) throws InterruptedException;
    }

    /** Asks for every version of every connector. */
    Listing list() throws InterruptedException;

    /** A file of a version that {@link #list} named, on this machine; it is not to be changed. */
    Optional<Path> file(Published published, String name) throws InterruptedException;

    /** Like {@link #file}, without asking anything outside of this machine. */
    default Optional<Path> fileHere(Published published, String name) {
        return Optional.empty();
    }

    /** What the registry tells of a version that {@link #list} named. */
    default JsonNode entry(Published published) throws InterruptedException {
        try {
            return JsonMapper.shared()
                    .readTree(
                            Files.readAllBytes(
                                    file(published, ENTRY)
                                            .orElseThrow(() ->
                                                    new SystemFailure(
                                                            "The registry has no %s of %s."
                                                                    .formatted(
                                                                            ENTRY, published)))));
        } catch (IOException failure) {
            throw new SystemFailure(
                    "What the registry tells of %s can't be read.".formatted(published),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    /**
     * Adds a version; where this fails, nothing was added.
     *
     * @throws io.millrace.protocol.failure.ConfigurationFailure where it is there already
     */
    void add(Release release, Gate gate) throws InterruptedException;

    /** Makes anew whatever a publisher that died has left undone; mostly there is nothing to do. */
    void repair() throws InterruptedException;
}
