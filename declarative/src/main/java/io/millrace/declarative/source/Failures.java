package io.millrace.declarative.source;

import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;

/** What is told of an error that ended the reading of something. */
public final class Failures {
    /** Of a template's own message: it may quote a value. */
    private static final int LONGEST = 200;

    private Failures() {}

    private static String shortened(PythonError error) {
        String text = String.valueOf(error.getMessage());
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /** {@code error} as the failure of a stream. */
    public static SyncFailure of(RuntimeException error, String stream) {
        return switch (error) {
            case SyncFailure failure -> failure;
            case PythonError template when template.kind() == PythonError.Kind.CONFIGURATION ->
                    new ConfigurationFailure(String.valueOf(template.getMessage()));
            case PythonError template ->
                    new SystemFailure(
                            ("Stream %s can't be read as its manifest says: %s (%s). Correct the"
                                            + " templates of the manifest, or the value in the"
                                            + " configuration.")
                                    .formatted(
                                            stream,
                                            shortened(template),
                                            template.kind().pythonName()),
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
