package io.millrace.cli.acceptance;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a connector did in one run.
 *
 * @param verb what it was asked for
 * @param streams the names in the catalog that it was given
 * @param messages what it printed, in order
 * @param otherLines what it printed that is no message, cut
 * @param exitStatus empty where it had to be killed
 * @param left how many processes of it were still there when it had ended
 * @param errors the last lines of its standard error
 * @param told everything that it printed and wrote to its standard error, for a look at secrets
 * @param stopped whether it was made to end early by the suite
 */
record Transcript(
        String verb,
        List<String> streams,
        List<JsonNode> messages,
        List<String> otherLines,
        OptionalInt exitStatus,
        int left,
        String errors,
        List<String> told,
        boolean stopped) {

    Transcript {
        streams = List.copyOf(streams);
        messages = List.copyOf(messages);
        otherLines = List.copyOf(otherLines);
        told = List.copyOf(told);
    }

    /** The payloads of a type's messages. */
    List<JsonNode> all(String type, String property) {
        return messages.stream()
                .filter(message -> message.path("type").asString("").equals(type))
                .map(message -> message.path(property))
                .toList();
    }

    List<JsonNode> records() {
        return all("RECORD", "record");
    }

    List<JsonNode> states() {
        return all("STATE", "state");
    }

    Stream<JsonNode> errorTraces() {
        return all("TRACE", "trace").stream()
                .filter(trace -> trace.path("type").asString("").equals("ERROR"));
    }

    boolean succeeded() {
        return exitStatus.isPresent() && exitStatus.getAsInt() == 0;
    }

    /** How it ended, in words. */
    String ending() {
        String status =
                exitStatus.isPresent()
                        ? "ended with exit status " + exitStatus.getAsInt()
                        : "did not end in time";
        String reason =
                errorTraces()
                        .findFirst()
                        .map(trace -> ": " + trace.path("error").path("message").asString(""))
                        .orElse(errors.isBlank() ? "" : ": " + errors.strip());
        return "\"%s\" %s%s".formatted(verb, status, reason);
    }

    /** Fails the check that needs this run where it failed. */
    Transcript orFail() {
        Recorder.require(succeeded(), "%s", ending());
        return this;
    }
}
