package io.millrace.declarative.program;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Runs manifests with Python classes, as a whole. */
@FunctionalInterface
public interface PythonEngine {

    /** Where there is no Python. */
    static PythonEngine none() {
        return (_, _, _, _) -> OptionalInt.empty();
    }

    /**
     * Runs one verb; its messages go to our standard output. Blocks until it has ended.
     *
     * @param manifest the file
     * @param components the file of its classes, where that isn't the one beside it
     * @param arguments the verb, and its flags with their files
     * @param note takes what is to be told about it, before it begins
     * @return how it ended; empty where there is no Python that could run it, and nothing was begun
     */
    OptionalInt run(
            Path manifest, Optional<Path> components, List<String> arguments, Consumer<String> note)
            throws InterruptedException;
}
