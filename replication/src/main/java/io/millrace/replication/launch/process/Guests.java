package io.millrace.replication.launch.process;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Makes sources and destinations of programs, for launchers that know how to start them. */
public final class Guests {
    private Guests() {}

    /** Starts nothing yet. */
    public static Source source(
            GuestCommand command, ConnectorReference reference, LaunchContext context) {
        return new ProcessSource(program(command, reference, context));
    }

    /** Starts nothing yet. */
    public static Destination destination(
            GuestCommand command, ConnectorReference reference, LaunchContext context) {
        return new ProcessDestination(program(command, reference, context));
    }

    private static GuestProgram program(
            GuestCommand command, ConnectorReference reference, LaunchContext context) {
        return new GuestProgram(command, reference.config(), reference.timeouts(), context);
    }

    /** Masks what the names in a configuration tell to be secret. */
    public static SecretMasker masker(ConnectorReference reference) {
        return GuestProgram.maskerByNames(reference.config());
    }

    /** A program that is there already and speaks the protocol. */
    public static GuestCommand plain(
            List<String> words, Path directory, Map<String, String> environment) {
        return new PlainCommand(words, directory, environment);
    }

    /** {@code words}, the verb, and a flag for each of {@code files}, which are written. */
    public static List<String> withFlags(
            List<String> words, String verb, Map<String, JsonNode> files, GuestFiles place)
            throws IOException {
        var whole = new ArrayList<>(words);
        whole.add(verb);
        for (var file : place.writeAll(files).entrySet()) {
            whole.add("--" + file.getKey());
            whole.add(file.getValue().toString());
        }
        return whole;
    }
}
