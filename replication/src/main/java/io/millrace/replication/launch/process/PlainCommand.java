package io.millrace.replication.launch.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A program that is there already.
 *
 * @param words the program and its first arguments
 */
record PlainCommand(List<String> words, Path directory, Map<String, String> environment)
        implements GuestCommand {

    PlainCommand {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    @Override
    public String name() {
        // An interpreter alone tells nothing; what follows further may be secret.
        return String.join(" ", words.subList(0, Math.min(2, words.size())));
    }

    @Override
    public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
            throws IOException {
        return GuestCall.of(Guests.withFlags(words, verb, files, place), directory, environment);
    }

    /** Without its environment, which may hold secrets (invariant 7). */
    @Override
    public String toString() {
        return name();
    }
}
