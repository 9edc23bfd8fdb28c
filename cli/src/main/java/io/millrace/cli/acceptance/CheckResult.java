package io.millrace.cli.acceptance;

/**
 * What became of one check.
 *
 * @param name such as {@code basic_read.records_exist}
 * @param message what was expected and what came, or why it was skipped; may be empty
 * @param reproduce a command that runs this check alone
 */
public record CheckResult(String name, Status status, String message, String reproduce) {
    /** The more a check has to say, the later. */
    public enum Status {
        SKIPPED,
        PASSED,
        FAILED
    }
}
