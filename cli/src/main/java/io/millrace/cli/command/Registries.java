package io.millrace.cli.command;

import io.millrace.cli.registry.DirectoryRegistry;
import java.nio.file.Path;

/** Registries as users name them. */
final class Registries {
    private Registries() {}

    static DirectoryRegistry open(String named, boolean mayCreate) {
        if (named.contains("://")) {
            throw new UsageException(
                    "A registry is a directory here; %s is none.".formatted(named));
        }
        return DirectoryRegistry.open(Path.of(named).toAbsolutePath().normalize(), mayCreate);
    }
}
