package io.millrace.declarative.schema;

import io.millrace.declarative.manifest.Definition;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What schemas are loaded from.
 *
 * @param folder where the manifest stands, with files of schemas beside it; empty for a manifest
 *     that came otherwise
 * @param retrievers makes something that reads of the definition of a retriever
 */
public record SchemaSurroundings(
        Optional<Path> folder, Function<Definition, FirstRecord> retrievers) {

    /** Reads until the first record of all. */
    @FunctionalInterface
    public interface FirstRecord {

        /** The record; empty where there is none. Blocks, and fails as a read does. */
        Optional<Map<String, Object>> read() throws InterruptedException;
    }
}
