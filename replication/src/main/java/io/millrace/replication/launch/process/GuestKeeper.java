package io.millrace.replication.launch.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that no guest, and nothing that a guest has started, outlives this process, however it
 * ends; and that no file with a secret does. Safe for all threads.
 *
 * <p>Every guest carries a mark in its environment, which its children inherit, in sessions of
 * their own too. A watchdog, a small shell in a session of its own, waits on a pipe for the end of
 * this process. Then it kills what carries the mark, and what was last seen below a guest (in case
 * a child has cleared its environment), and removes the folder of files. Where the watchdog was
 * killed too, the next process that starts a guest does that work. Needs {@code /proc} and a POSIX
 * shell; elsewhere guests are only killed by an orderly end.
 */
final class GuestKeeper {
    static final String MARK = "MILLRACE_GUEST";

    private static final String PREFIX = "millrace-guests-";
    private static final long WATCH_INTERVAL_MILLIS = 1_000;
    private static final long FAREWELL_SECONDS = 20;

    /**
     * Arguments: mark, folder. Reads lines of {@code pid:start} pairs, each of which replaces the
     * one before, until the pipe ends.
     */
    private static final String WATCHDOG =
            """
            trap '' HUP INT TERM
            mark=$1 folder=$2 seen= again=
            while read -r line; do seen=$line; done
            round=0
            while [ $round -lt 40 ]; do
              found=
              for entry in $seen; do
                pid=${entry%%:*}
                if [ -d /proc/self ]; then
                  stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
                  set -- ${stat##*) }
                  [ "$1" = Z ] && continue
                  [ "${20}" = "${entry##*:}" ] || continue
                elif [ $round -gt 0 ]; then
                  continue
                fi
                kill -9 "$pid" 2>/dev/null && found=1
              done
              for file in $(grep -lsF "$mark" /proc/[0-9]*/environ); do
                pid=${file#/proc/}
                kill -9 "${pid%/environ}" 2>/dev/null && found=1
              done
              [ -z "$found" ] && break
              round=$((round + 1))
              sleep 0.1
            done
            for pass in 1 2; do
              for file in "$folder"/farewell-*; do
                [ -f "$file" ] || continue
                sh "$file" </dev/null >/dev/null 2>&1
                again=1
              done
              [ -n "$again" ] || break
              sleep 0.5
            done
            rm -rf -- "$folder"
            """;

    private static @Nullable GuestKeeper shared;

    private final Path folder;
    private final String mark;
    private final Optional<OutputStream> watchdog;
    private final AtomicLong lastGuest = new AtomicLong();
    private final Set<Guest> guests = ConcurrentHashMap.newKeySet();
    private boolean watching;

    private GuestKeeper(Path folder, Optional<OutputStream> watchdog) {
        this.folder = folder;
        this.mark = folder.getFileName().toString();
        this.watchdog = watchdog;
    }

    /** The keeper of this process; made when first asked for. */
    static synchronized GuestKeeper shared() {
        if (shared == null) {
            shared = create();
        }
        return shared;
    }

    private static GuestKeeper create() {
        try {
            Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
            cleanUpAfterOthers(temporary);
            long pid = ProcessHandle.current().pid();
            String name = PREFIX + pid + "-" + startTicks(pid).orElse("0") + "-";
            Path folder =
                    posix(temporary)
                            ? Files.createTempDirectory(
                                    temporary,
                                    name,
                                    PosixFilePermissions.asFileAttribute(
                                            PosixFilePermissions.fromString("rwx------")))
                            : Files.createTempDirectory(temporary, name);
            // Orderly ends close their guests; this is for the folder.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(folder)));
            return new GuestKeeper(folder, startWatchdog(folder));
        } catch (IOException failure) {
            throw new SystemFailure(
                    "The folder for temporary files can't be written; point java.io.tmpdir"
                            + " elsewhere.",
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private static boolean posix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static Optional<OutputStream> startWatchdog(Path folder) throws IOException {
        if (!Files.isExecutable(Path.of("/bin/sh"))) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(sessionOfItsOwn());
        command.addAll(
                List.of(
                        "/bin/sh",
                        "-c",
                        WATCHDOG,
                        "millrace-watchdog",
                        MARK + "=" + folder.getFileName(),
                        folder.toString()));
        var builder =
                new ProcessBuilder(command)
                        .directory(Path.of("/").toFile())
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD);
        // Where this process is a guest itself, its watchdog has to outlive it for a moment.
        builder.environment().remove(MARK);
        return Optional.of(builder.start().getOutputStream());
    }

    /** What to put before a command so that signals for our process group don't reach it. */
    static List<String> sessionOfItsOwn() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .map(List::of)
                .orElse(List.of());
    }

    /** A private folder for the files of one guest; {@link #deleteAll} removes it. */
    Path newFolder() throws IOException {
        return Files.createDirectory(folder.resolve("guest-" + lastGuest.incrementAndGet()));
    }

    /** A command that takes away what a guest has outside of this machine's processes. */
    static final class Farewell {
        private final Path file;

        private Farewell(Path file) {
            this.file = file;
        }

        /**
         * @param needed whether the guest was not given the time to do that itself
         */
        void close(boolean needed) {
            if (needed) {
                say(file);
            }
            try {
                Files.deleteIfExists(file);
            } catch (IOException _) {
                // The whole folder goes with this process.
            }
        }

        private static void say(Path file) {
            try {
                Process process =
                        new ProcessBuilder("/bin/sh", file.toString())
                                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                                .redirectOutput(Redirect.DISCARD)
                                .redirectError(Redirect.DISCARD)
                                .start();
                if (!process.waitFor(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (IOException _) {
                // No shell: nothing could have been promised either.
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs {@code words} once a guest was killed, by whomever. */
    Farewell promise(List<String> words) throws IOException {
        String line =
                words.stream()
                        .map(word -> "'" + word.replace("'", "'\\''") + "'")
                        .collect(Collectors.joining(" "));
        Path file = folder.resolve("farewell-" + lastGuest.incrementAndGet());
        // Written aside: the watchdog may look at any moment.
        Path draft = folder.resolve("draft-" + lastGuest.incrementAndGet());
        Files.writeString(draft, line + "\n");
        Files.move(draft, file);
        return new Farewell(file);
    }

    /** The value of {@link #MARK} for a guest; no other guest's contains it. */
    String newMark() {
        return mark + "." + lastGuest.incrementAndGet() + ".";
    }

    /** Watches over {@code guest} until {@link #forget}. */
    void watch(Guest guest) {
        guests.add(guest);
        synchronized (this) {
            if (!watching && watchdog.isPresent()) {
                watching = true;
                Thread.ofPlatform().daemon().name("guest-keeper").start(this::tellWatchdog);
            }
        }
    }

    void forget(Guest guest) {
        guests.remove(guest);
    }

    /** Tells the watchdog again and again what runs below our guests. */
    private void tellWatchdog() {
        String told = "";
        OutputStream output = watchdog.orElseThrow();
        try {
            while (true) {
                var seen = new TreeSet<String>();
                for (Guest guest : guests) {
                    for (ProcessHandle handle : guest.lookBelow()) {
                        startTicks(handle.pid())
                                .ifPresent(start -> seen.add(handle.pid() + ":" + start));
                    }
                }
                String line = String.join(" ", seen);
                if (!line.equals(told)) {
                    output.write((line + "\n").getBytes(UTF_8));
                    output.flush();
                    told = line;
                }
                Thread.sleep(WATCH_INTERVAL_MILLIS);
            }
        } catch (IOException | InterruptedException _) {
            // The watchdog was killed: marks still tell our guests to whoever cleans up.
        }
    }

    /** All processes whose environment holds {@code text}. */
    static List<ProcessHandle> marked(String text) {
        return marked(text, 0);
    }

    /**
     * All processes whose environment holds {@code text}, and those of a session.
     *
     * @param leader the process that has begun the session; 0 for none
     */
    static List<ProcessHandle> marked(String text, long leader) {
        byte[] wanted = text.getBytes(UTF_8);
        var found = new ArrayList<ProcessHandle>();
        Path proc = Path.of("/proc");
        if (!Files.isDirectory(proc)) {
            return found;
        }
        try (var entries = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path entry : entries) {
                try {
                    long pid = Long.parseLong(entry.getFileName().toString());
                    if (contains(Files.readAllBytes(entry.resolve("environ")), wanted)
                            || (leader > 0 && inSessionOf(pid, leader))) {
                        ProcessHandle.of(pid).ifPresent(found::add);
                    }
                } catch (IOException _) {
                    // Another user's, or gone: neither is ours.
                }
            }
        } catch (IOException failure) {
            throw new SystemFailure("/proc can't be read", String.valueOf(failure), failure);
        }
        found.removeIf(handle -> handle.pid() == ProcessHandle.current().pid());
        return found;
    }

    private static boolean contains(byte[] text, byte[] wanted) {
        for (int i = 0; i + wanted.length <= text.length; i++) {
            if (text[i] == wanted[0]
                    && java.util.Arrays.equals(
                            text, i, i + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a process is in the session that {@code leader} has begun: its children are, whatever
     * they do to their environment, unless they begin one of their own.
     */
    static boolean inSessionOf(long pid, long leader) {
        return field(pid, 6).equals(Optional.of(Long.toString(leader)));
    }

    /** When a process was started, in ticks since boot; tells apart processes that share an id. */
    private static Optional<String> startTicks(long pid) {
        return field(pid, 22);
    }

    /**
     * What proc(5) says of a process.
     *
     * @param number the field's, from 3 on
     */
    private static Optional<String> field(long pid, int number) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), UTF_8);
            // Counted behind the name, which may hold blanks.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Optional.of(fields[number - 3]);
        } catch (IOException | RuntimeException _) {
            return Optional.empty(); // gone, or no /proc
        }
    }

    /** Kills the guests and removes the files of processes like this one that are gone. */
    private static void cleanUpAfterOthers(Path temporary) throws IOException {
        List<Path> folders;
        try (var entries = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            folders = new ArrayList<>();
            entries.forEach(folders::add);
        }
        var owner = System.getProperty("user.name", "");
        for (Path folder : folders) {
            String[] parts = folder.getFileName().toString().substring(PREFIX.length()).split("-");
            if (parts.length < 3 || !Files.getOwner(folder).getName().equals(owner)) {
                continue;
            }
            if (startTicks(Long.parseLong(parts[0])).equals(Optional.of(parts[1]))) {
                continue; // alive
            }
            Set<ProcessHandle> left =
                    new HashSet<>(marked(MARK + "=" + folder.getFileName().toString()));
            left.forEach(ProcessHandle::destroyForcibly);
            try (var farewells = Files.newDirectoryStream(folder, "farewell-*")) {
                farewells.forEach(Farewell::say);
            }
            deleteAll(folder);
        }
    }

    /** Removes a folder with everything in it, as far as it goes. */
    static void deleteAll(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path :
                    paths.sorted(java.util.Comparator.reverseOrder())
                            .collect(Collectors.toList())) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | java.io.UncheckedIOException _) {
            // Somebody else removes it at the same time; the watchdog tries again.
        }
    }
}
