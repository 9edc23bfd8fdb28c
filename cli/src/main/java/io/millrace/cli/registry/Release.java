package io.millrace.cli.registry;

import io.millrace.cli.registry.Registry.Published;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A version that is to be published.
 *
 * @param folder its files, without folders; among them {@link Registry#ENTRY}
 */
public record Release(Published published, Path folder) {

    /** By name, in order. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
