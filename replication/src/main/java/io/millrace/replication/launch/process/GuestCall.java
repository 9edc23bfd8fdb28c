package io.millrace.replication.launch.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program that is ready to be started.
 *
 * @param words the program and its arguments
 * @param directory where it runs
 * @param environment variables beside ours
 * @param farewell a command that takes away what it leaves behind when it is killed; empty where
 *     that is nothing
 * @param translation between its language and the protocol
 * @param starter starts it where it isn't a process of this machine's own; {@code directory} and
 *     {@code environment} are for those alone
 */
public record GuestCall(
        List<String> words,
        Path directory,
        Map<String, String> environment,
        List<String> farewell,
        GuestTranslation translation,
        Optional<Starter> starter) {

    public GuestCall {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
        farewell = List.copyOf(farewell);
    }

    /** Starts a program elsewhere, such as in a container. */
    @FunctionalInterface
    public interface Starter {
        /**
         * @param words the program's arguments
         * @return may have no handle, and must know of its own children
         * @throws io.millrace.protocol.failure.SyncFailure where it can't be started
         */
        Process start(List<String> words) throws IOException;
    }

    /** One that speaks the protocol, and leaves nothing behind. */
    public static GuestCall of(
            List<String> words, Path directory, Map<String, String> environment) {
        return new GuestCall(
                words, directory, environment, List.of(), GuestTranslation.NONE, Optional.empty());
    }

    /** The same with more words at the end. */
    public GuestCall withMore(List<String> more) {
        var whole = new ArrayList<>(words);
        whole.addAll(more);
        return new GuestCall(whole, directory, environment, farewell, translation, starter);
    }

    public GuestCall withTranslation(GuestTranslation newTranslation) {
        return new GuestCall(words, directory, environment, farewell, newTranslation, starter);
    }
}
