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

    /** Whether it is a process of this machine, which has a handle. */
    private final boolean local;

    private final Set<ProcessHandle> below = new HashSet<>();

    private Guest(
            GuestKeeper keeper,
            Process process,
            boolean local,
            String mark,
            GuestErrors errors,
            Optional<GuestKeeper.Farewell> farewell) {
        this.local = local;
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
        String mark = keeper.newMark();
        Optional<GuestKeeper.Farewell> farewell = Optional.empty();
        boolean started = false;
        try {
            if (!call.farewell().isEmpty()) {
                farewell = Optional.of(keeper.promise(call.farewell()));
            }
            Process process =
                    call.starter().isPresent()
                            ? call.starter().get().start(call.words())
                            : processBuilder(call, mark).start();
            var guest =
                    new Guest(
                            keeper,
                            process,
                            call.starter().isEmpty(),
                            mark,
                            GuestErrors.start(process.getErrorStream(), log),
                            farewell);
            keeper.watch(guest);
            started = true;
            return guest;
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "The program \"%s\" can't be started.".formatted(call.words().getFirst()),
                    String.valueOf(failure.getMessage()),
                    failure);
        } finally {
            if (!started) {
                // An interrupted start may have left something.
                farewell.ifPresent(last -> last.close(true));
            }
        }
    }

    private static ProcessBuilder processBuilder(GuestCall call, String mark) {
        List<String> command = call.words();
        var whole = new ArrayList<>(GuestKeeper.sessionOfItsOwn());
        whole.add(program(command.getFirst(), call.directory(), call.environment()).toString());
        whole.addAll(command.subList(1, command.size()));
        var builder = new ProcessBuilder(whole).directory(call.directory().toFile());
        // For connectors in Java: the one on the PATH may be too old for our kit.
        builder.environment()
                .put(
                        "MILLRACE_JAVA",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.environment().putAll(call.environment());
        builder.environment().put(GuestKeeper.MARK, mark);
        return builder;
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

    /** It and everything that was ever seen below it, as far as those are this machine's. */
    Collection<ProcessHandle> lookBelow() {
        synchronized (below) {
            if (!local) {
                return List.of();
            }
            process.descendants().forEach(below::add);
            below.removeIf(handle -> !handle.isAlive());
            var all = new ArrayList<>(below);
            if (process.isAlive()) {
                all.add(process.toHandle());
            }
            return all;
        }
    }

    /** Asks it to end, without waiting. */
    void ask() {
        if (local) {
            // Wrappers in shell don't pass a signal on; what they wrap is asked, too.
            lookBelow().forEach(ProcessHandle::destroy);
        } else {
            process.destroy();
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
            ask();
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
        return handlesLeft().size() + (!local && process.isAlive() ? 1 : 0);
    }

    /**
     * The number of the session that it leads, which lasts as long as anybody is in it; 0 where
     * there is none, or the number is another's by now.
     */
    private long leader() {
        boolean another = !process.isAlive() && ProcessHandle.of(process.pid()).isPresent();
        return another || GuestKeeper.sessionOfItsOwn().isEmpty() ? 0 : process.pid();
    }

    private Set<ProcessHandle> handlesLeft() {
        var left = new HashSet<>(lookBelow());
        if (local) {
            left.addAll(GuestKeeper.marked(GuestKeeper.MARK + "=" + mark, leader()));
        }
        left.removeIf(handle -> !handle.isAlive());
        return left;
    }

    /** Kills whatever is left of it. */
    void killAll() {
        long end = System.nanoTime() + KILLED_WITHIN.toNanos();
        boolean interrupted = false;
        while (left() > 0) {
            if (System.nanoTime() > end) {
                throw new SystemFailure(
                        "A process of a connector can't be killed.",
                        "still there: " + (local ? handlesLeft() : process));
            }
            killed = true;
            handlesLeft().forEach(ProcessHandle::destroyForcibly);
            if (!local) {
                process.destroyForcibly();
            }
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
