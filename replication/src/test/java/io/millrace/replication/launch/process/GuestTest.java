package io.millrace.replication.launch.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.secret.SecretMasker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(60)
class GuestTest {
    /** Prints its own id, then those of a child, of a child in a session of its own, and so on. */
    private static final String FAMILY =
            """
            import os, signal, subprocess, sys
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            sleeper = [sys.executable, '-c', 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)']
            plain = subprocess.Popen(sleeper)
            apart = subprocess.Popen(sleeper, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            bare = subprocess.Popen(sleeper, start_new_session=True, env={}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            print(os.getpid(), plain.pid, apart.pid, bare.pid, flush=True)
            """;

    @TempDir Path folder;

    private final List<String> log = java.util.Collections.synchronizedList(new ArrayList<>());

    private Guest start(String... command) {
        return Guest.start(
                GuestKeeper.shared(),
                List.of(command),
                folder,
                Map.of("GREETING", "hello"),
                new GuestLog((_, line) -> log.add(line), SecretMasker::none));
    }

    private static List<Long> pids(String line) {
        return List.of(line.strip().split(" ")).stream().map(Long::valueOf).toList();
    }

    private static boolean alive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return !stat.contains(") Z ");
        } catch (java.io.IOException _) {
            return false;
        }
    }

    private static void awaitGone(List<Long> pids, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (pids.stream().anyMatch(GuestTest::alive) && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        assertThat(pids).noneMatch(GuestTest::alive);
    }

    private static String readLine(Guest guest) throws java.io.IOException {
        return String.valueOf(
                new BufferedReader(new InputStreamReader(guest.output(), UTF_8)).readLine());
    }

    @Test
    void whatAGuestPrintsAndHowItEndsIsSeen() throws Exception {
        Guest ended;
        try (Guest guest = start("sh", "-c", "echo $GREETING; pwd; echo oops >&2; exit 3")) {
            ended = guest;
            String output = new String(guest.output().readAllBytes(), UTF_8);
            assertThat(output).isEqualTo("hello\n" + folder.toRealPath() + "\n");
            assertThat(guest.awaitExit(Duration.ofSeconds(5))).isTrue();
            assertThat(guest.exitStatus()).isEqualTo(3);
        }
        assertThat(log).containsExactly("oops");
        assertThat(ended.lastErrors()).isEqualTo("oops");
    }

    @Test
    void aProgramThatIsNotThereIsTheUsersToMend() {
        assertThatThrownBy(() -> start("no-such-program-here"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("There is no program \"no-such-program-here\"");
        assertThatThrownBy(
                        () -> {
                            Files.writeString(folder.resolve("plain.sh"), "#!/bin/sh\n");
                            start("./plain.sh");
                        })
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("chmod +x");
    }

    @Test
    void aSilentGuestIsGivenUp() throws Exception {
        try (Guest guest = start("sleep", "600")) {
            guest.output().patience(Duration.ofMillis(300));
            assertThatThrownBy(() -> guest.output().read())
                    .isInstanceOf(TransientFailure.class)
                    .hasMessageContaining("300ms");
        }
    }

    @Test
    void waitingForAGuestCanBeInterrupted() throws Exception {
        try (Guest guest = start("sleep", "600")) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> guest.output().read())
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void floodedErrorsBlockNobodyAndAreBounded() throws Exception {
        try (Guest guest =
                start(
                        "sh",
                        "-c",
                        "head -c 130000000 /dev/zero | tr '\\0' 'x' | fold -w 1000 >&2; echo"
                                + " done")) {
            assertThat(readLine(guest)).isEqualTo("done");
        }
        long total = log.stream().mapToLong(String::length).sum();
        assertThat(total).isLessThanOrEqualTo(GuestLog.MAX_BYTES + 1000);
        assertThat(log.getLast()).contains("logs too much");
    }

    @Test
    void aGuestThatIgnoresTheSignalIsKilledWithItsWholeFamily() throws Exception {
        Files.writeString(folder.resolve("family.py"), FAMILY + "import time; time.sleep(600)\n");
        List<Long> family;
        try (Guest guest = start("python3", "family.py")) {
            family = pids(readLine(guest));
            assertThat(family).allMatch(GuestTest::alive);
            long start = System.nanoTime();
            assertThat(guest.stop(Duration.ofMillis(500))).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(3));
        }
        awaitGone(family, Duration.ofSeconds(1));
    }

    @Test
    void aChildThatClearsItsEnvironmentIsFoundByItsSession() throws Exception {
        long child;
        try (Guest guest =
                start(
                        "python3",
                        "-c",
                        """
                        import subprocess, sys
                        print(subprocess.Popen(['/bin/sleep', '600'], env={}, stdout=subprocess.DEVNULL).pid, flush=True)
                        """)) {
            child = pids(new String(guest.output().readAllBytes(), UTF_8)).getFirst();
            assertThat(guest.awaitExit(Duration.ofSeconds(20))).isTrue();
            assertThat(alive(child)).isTrue();
        }
        assertThat(alive(child)).isFalse();
    }

    @Test
    void whatAGuestLeavesBehindHoldsUpNobody() throws Exception {
        Files.writeString(folder.resolve("family.py"), FAMILY);
        List<Long> family;
        try (Guest guest = start("python3", "family.py")) {
            String line = readLine(guest); // ends though a child holds the pipe open
            family = pids(line);
            assertThat(guest.output().read()).isEqualTo(-1);
        }
        // The one without our mark had no time to be seen: it is the watchdog's and init's.
        awaitGone(family.subList(0, 3), Duration.ofSeconds(2));
        ProcessHandle.of(family.get(3)).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void noGuestOutlivesAKilledParent() throws Exception {
        Files.writeString(folder.resolve("family.py"), FAMILY + "import time; time.sleep(600)\n");
        Process parent = startHolder();
        try (var reader =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), UTF_8))) {
            Path files = Path.of(String.valueOf(reader.readLine()));
            List<Long> family = pids(String.valueOf(reader.readLine()));
            assertThat(family).allMatch(GuestTest::alive);
            assertThat(files.resolve("config.json")).exists();
            Thread.sleep(1_500); // the watchdog is told of the child that hides every second
            parent.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            awaitGone(family, Duration.ofSeconds(10));
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (Files.exists(files) && System.nanoTime() < end) {
                Thread.sleep(50);
            }
            assertThat(files).doesNotExist();
        }
    }

    private Process startHolder() throws java.io.IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Holder.class.getName(), folder.toString()));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Starts a guest and waits to be killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            Guest guest =
                    Guest.start(
                            GuestKeeper.shared(),
                            List.of("python3", "family.py"),
                            Path.of(arguments[0]),
                            Map.of(),
                            new GuestLog((_, _) -> {}, SecretMasker::none));
            Path files = GuestKeeper.shared().newFolder();
            Files.writeString(files.resolve("config.json"), "{}");
            System.out.println(files);
            System.out.println(readLine(guest));
            Thread.sleep(Duration.ofMinutes(10));
        }
    }
}
