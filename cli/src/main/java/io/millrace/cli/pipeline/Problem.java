package io.millrace.cli.pipeline;

import io.millrace.replication.launch.LaunchProblem;
import java.util.Comparator;

/**
 * Something wrong in a file.
 *
 * @param file as the user named it
 * @param line from 1
 * @param column from 1
 * @param message for a person; never the value of a secret
 */
public record Problem(String file, int line, int column, Severity severity, String message) {
    public static final Comparator<Problem> ORDER =
            Comparator.comparing(Problem::file)
                    .thenComparingInt(Problem::line)
                    .thenComparingInt(Problem::column);

    /** Whether the file can be used nevertheless. */
    public enum Severity {
        ERROR,
        WARNING
    }

    /** What is wrong at a place of a connector's own files. */
    static Problem of(LaunchProblem.Place place, LaunchProblem problem) {
        return new Problem(
                place.file().toString(),
                place.line(),
                place.column(),
                problem.warning() ? Severity.WARNING : Severity.ERROR,
                problem.message());
    }

    public boolean error() {
        return severity == Severity.ERROR;
    }

    /** {@code FILE:LINE:COLUMN: message}. */
    @Override
    public String toString() {
        String kind = error() ? "" : "warning: ";
        return "%s:%d:%d: %s%s".formatted(file, line, column, kind, message);
    }
}
