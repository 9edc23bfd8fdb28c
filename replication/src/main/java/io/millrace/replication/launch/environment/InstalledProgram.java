package io.millrace.replication.launch.environment;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import io.millrace.replication.launch.process.Guests;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A program of a package, installed into an environment of its own when it is first asked for. Safe
 * for all threads.
 */
public abstract class InstalledProgram {
    private final String kind;
    private final String target;
    private final LaunchContext context;
    private @Nullable Ready ready;

    /**
     * What a start needs.
     *
     * @param key of the environment, which changes with what is in it
     * @param words the program and its first arguments
     */
    protected record Ready(String key, List<String> words) {
        public Ready {
            words = List.copyOf(words);
        }
    }

    /**
     * @param kind the key by which a pipeline names such packages
     * @param target a package of a registry, or a path that begins with a dot or a slash
     */
    protected InstalledProgram(String kind, String target, LaunchContext context) {
        this.kind = kind;
        this.target = target.strip();
        this.context = context;
    }

    /** Whether a target is a path. */
    protected static boolean isPath(String target) {
        return target.startsWith(".") || target.startsWith("/");
    }

    protected final String target() {
        return target;
    }

    protected final LaunchContext context() {
        return context;
    }

    /**
     * Installs a package of a registry where it isn't.
     *
     * @throws ConfigurationFailure where it can't be installed, or has no such program
     */
    protected abstract Ready fromRegistry() throws InterruptedException;

    /** Installs what is at a path where it isn't, or has changed. */
    protected abstract Ready fromPath() throws IOException, InterruptedException;

    private Ready ready() throws InterruptedException {
        Ready known = ready;
        if (known == null) {
            try {
                known = isPath(target) ? fromPath() : fromRegistry();
            } catch (IOException failure) {
                throw new SystemFailure(
                        "The %s package %s can't be read.".formatted(kind, target),
                        String.valueOf(failure.getMessage()),
                        failure);
            }
            ready = known;
        }
        return known;
    }

    /** As a person would name it. */
    public final String name() {
        return target;
    }

    /** The program and its first arguments; installs it where it isn't. */
    public final synchronized List<String> words() throws InterruptedException {
        return ready().words();
    }

    /** Changes with what is installed. */
    public final synchronized String identity() throws InterruptedException {
        return kind + " " + ready().key() + " " + ready().words();
    }

    /** The program as one that speaks the protocol. */
    public final GuestCommand command(ConnectorReference reference) {
        return new Command(this, reference);
    }

    private record Command(InstalledProgram program, ConnectorReference reference)
            implements GuestCommand {

        @Override
        public String name() {
            return program.name();
        }

        @Override
        public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
                throws IOException, InterruptedException {
            return GuestCall.of(
                    Guests.withFlags(program.words(), verb, files, place),
                    program.context.directory(),
                    reference.environment());
        }

        @Override
        public Optional<String> identity() throws InterruptedException {
            return Optional.of(program.identity() + reference.environment().hashCode());
        }
    }

    @Override
    public final String toString() {
        return target;
    }
}
