package io.millrace.declarative.source;

import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;

/** What is told of an error that ended the reading of something. */
public final class Failures {
    private Failures() {}

    /** {@code error} as the failure of a stream. */
    public static SyncFailure of(RuntimeException error, String stream) {
        return switch (error) {
            case SyncFailure failure -> failure;
            case PythonError template when template.kind() == PythonError.Kind.CONFIGURATION ->
                    new ConfigurationFailure(String.valueOf(template.getMessage()));
            case PythonError template ->
                    new SystemFailure(
                            "An unexpected error occurred in stream %s: %s"
                                    .formatted(stream, template.kind().pythonName()),
                            String.valueOf(template.getMessage()),
                            template);
            default ->
                    new SystemFailure(
                            "An unexpected error occurred in stream %s: %s"
                                    .formatted(stream, error.getClass().getSimpleName()),
                            error.toString(),
                            error);
        };
    }
}
