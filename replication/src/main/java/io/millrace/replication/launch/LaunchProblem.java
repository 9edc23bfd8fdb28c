package io.millrace.replication.launch;

/**
 * What is wrong with how a pipeline names a connector.
 *
 * @param pointer the place, as a JSON pointer that starts at {@code source} or {@code destination}:
 *     {@code /config/port}
 * @param message for a person; quotes no secret
 * @param warning whether the connector can be used nevertheless
 */
public record LaunchProblem(String pointer, String message, boolean warning) {}
