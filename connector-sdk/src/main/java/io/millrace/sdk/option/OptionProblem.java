package io.millrace.sdk.option;

/**
 * What is wrong with a configuration in one place.
 *
 * @param pointer the place, as a JSON pointer: {@code /streams/0/format}; empty for the whole
 * @param message for a person, with what to do; never quotes the value of a secret option
 */
public record OptionProblem(String pointer, String message, Severity severity) {

    /** Whether the configuration can be used nevertheless. */
    public enum Severity {
        ERROR,
        WARNING
    }

    @Override
    public String toString() {
        return pointer.isEmpty() ? message : pointer + ": " + message;
    }
}
