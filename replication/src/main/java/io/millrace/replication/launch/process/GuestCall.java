package io.millrace.replication.launch.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A program that is ready to be started.
 *
 * @param words the program and its arguments
 * @param directory where it runs
 * @param environment variables beside ours
 * @param farewell a command that takes away what it leaves behind when it is killed; empty where
 *     that is nothing
 * @param translation between its language and the protocol
 */
public record GuestCall(
        List<String> words,
        Path directory,
        Map<String, String> environment,
        List<String> farewell,
        GuestTranslation translation) {

    public GuestCall {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
        farewell = List.copyOf(farewell);
    }

    /** One that speaks the protocol, and leaves nothing behind. */
    public static GuestCall of(
            List<String> words, Path directory, Map<String, String> environment) {
        return new GuestCall(words, directory, environment, List.of(), GuestTranslation.NONE);
    }

    public GuestCall withTranslation(GuestTranslation newTranslation) {
        return new GuestCall(words, directory, environment, farewell, newTranslation);
    }
}
