package io.millrace.replication.launch.process;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A guest's running process with everything it starts. One thread drives it; {@link #close} leaves
 * nothing of it behind.
 */
final class Guest implements AutoCloseable {
    private static final Duration KILLED_WITHIN = Duration.ofSeconds(5);

    private final GuestKeeper keeper;
    private final Process process;
    private final String mark;
    private final GuestOutput output;
    private final GuestErrors errors;
    private final Optional<GuestKeeper.Farewell> farewell;
    private boolean killed;
    private final Set<ProcessHandle> below = new HashSet<>();

    private Guest(
            GuestKeeper keeper,
            Process process,
            String mark,
            GuestErrors errors,
            Optional<GuestKeeper.Farewell> farewell) {
        this.farewell = farewell;
        this.keeper = keeper;
        this.process = process;
        this.mark = mark;
        this.errors = errors;
        this.output = new GuestOutput(this, process.getInputStream());
    }

    static Guest start(
            GuestKeeper keeper,
            List<String> command,
            Path directory,
            Map<String, String> environment,
            GuestLog log) {
        return start(keeper, GuestCall.of(command, directory, environment), log);
    }

    /**
     * Starts what {@code call} says.
     *
     * @param log gets what it writes to its standard error
     * @throws ConfigurationFailure where there is no such program
     */
    static Guest start(GuestKeeper keeper, GuestCall call, GuestLog log) {
        List<String> command = call.words();
        Map<String, String> environment = call.environment();
        Path directory = call.directory();
        String mark = keeper.newMark();
        var whole = new ArrayList<>(GuestKeeper.sessionOfItsOwn());
        whole.add(program(command.getFirst(), directory, environment).toString());
        whole.addAll(command.subList(1, command.size()));
        var builder = new ProcessBuilder(whole).directory(directory.toFile());
        // For connectors in Java: the one on the PATH may be too old for our kit.
        builder.environment()
                .put(
                        "MILLRACE_JAVA",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.environment().putAll(environment);
        builder.environment().put(GuestKeeper.MARK, mark);
        try {
            Optional<GuestKeeper.Farewell> farewell =
                    call.farewell().isEmpty()
                            ? Optional.empty()
                            : Optional.of(keeper.promise(call.farewell()));
            Process process = builder.start();
            var guest =
                    new Guest(
                            keeper,
                            process,
                            mark,
                            GuestErrors.start(process.getErrorStream(), log),
                            farewell);
            keeper.watch(guest);
            return guest;
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "The program \"%s\" can't be started.".formatted(command.getFirst()),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    /** The file that {@code name} means: searched along the PATH unless it has a slash. */
    private static Path program(String name, Path directory, Map<String, String> environment) {
        List<Path> candidates = new ArrayList<>();
        if (name.contains("/") || name.contains(File.separator)) {
            candidates.add(directory.resolve(name).toAbsolutePath().normalize());
        } else {
            String path =
                    environment.getOrDefault(
                            "PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
            for (String folder : path.split(File.pathSeparator)) {
                candidates.add(directory.resolve(folder).resolve(name));
            }
        }
        for (Path candidate : candidates) {
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        boolean exists = candidates.stream().anyMatch(Files::isRegularFile);
        throw new ConfigurationFailure(
                exists
                        ? "The program \"%s\" is not executable. Run chmod +x on it."
                                .formatted(name)
                        : "There is no program \"%s\". Install it, or give its path (relative to the"
                                        .formatted(name)
                                + " pipeline file).");
    }

    /** What it prints. */
    GuestOutput output() {
        return output;
    }

    /** Its standard input, as it is. */
    OutputStream input() {
        return process.getOutputStream();
    }

    /** The last lines of its standard error, masked; for a failure's detail. */
    String lastErrors() {
        // What it wrote last may still be on its way through the pipe.
        return process.isAlive() ? errors.last() : errors.lastOfEnded();
    }

    /** When it wrote to its standard error last, by {@link System#nanoTime}. */
    long lastErrorsAt() {
        return errors.lastActive();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits for its end; false if that takes longer than {@code patience}. */
    boolean awaitExit(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Only after its end. A death by signal 9 is 137, as in shells. */
    int exitStatus() {
        return process.exitValue();
    }

    /** It and everything that was ever seen below it. */
    Collection<ProcessHandle> lookBelow() {
        synchronized (below) {
            process.descendants().forEach(below::add);
            below.removeIf(handle -> !handle.isAlive());
            var all = new ArrayList<>(below);
            if (process.isAlive()) {
                all.add(process.toHandle());
            }
            return all;
        }
    }

    /**
     * Asks it to end, and kills it where it doesn't within {@code patience}. Returns when nothing
     * of it is left. An interrupt kills at once.
     *
     * @return whether it ended without being killed
     */
    boolean stop(Duration patience) {
        boolean interrupted = false;
        boolean ended = !process.isAlive();
        if (!ended) {
            // Wrappers in shell don't pass a signal on; what they wrap is asked, too.
            lookBelow().forEach(ProcessHandle::destroy);
            try {
                ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        killAll();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }

    /** How many processes of it there are, in other sessions too. */
    int left() {
        var left = new HashSet<>(lookBelow());
        left.addAll(GuestKeeper.marked(GuestKeeper.MARK + "=" + mark));
        left.removeIf(handle -> !handle.isAlive());
        return left.size();
    }

    /** Kills whatever is left of it. */
    void killAll() {
        long end = System.nanoTime() + KILLED_WITHIN.toNanos();
        boolean interrupted = false;
        while (true) {
            var left = new HashSet<>(lookBelow());
            left.addAll(GuestKeeper.marked(GuestKeeper.MARK + "=" + mark));
            left.removeIf(handle -> !handle.isAlive());
            if (left.isEmpty()) {
                break;
            }
            if (System.nanoTime() > end) {
                throw new SystemFailure(
                        "A process of a connector can't be killed.", "still there: " + left);
            }
            killed = true;
            left.forEach(ProcessHandle::destroyForcibly);
            try {
                process.waitFor(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            killAll();
        } finally {
            boolean unclean = killed;
            farewell.ifPresent(last -> last.close(unclean));
            keeper.forget(this);
            output.close();
            errors.close();
            try {
                process.getOutputStream().close();
            } catch (IOException _) {
                // It is gone, and so is its end of the pipe.
            }
        }
    }
}
