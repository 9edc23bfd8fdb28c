package io.millrace.replication.launch;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is wrong with how a pipeline names a connector, or with a file that it names.
 *
 * @param pointer the place, as a JSON pointer that starts at {@code source} or {@code destination}:
 *     {@code /config/port}
 * @param message for a person; quotes no secret
 * @param warning whether the connector can be used nevertheless
 * @param elsewhere the place in a file of the connector's own, where that is what is wrong
 */
public record LaunchProblem(
        String pointer, String message, boolean warning, Optional<Place> elsewhere) {

    public LaunchProblem(String pointer, String message, boolean warning) {
        this(pointer, message, warning, Optional.empty());
    }

    /**
     * @param line from 1
     * @param column from 1
     */
    public record Place(Path file, int line, int column) {}
}
