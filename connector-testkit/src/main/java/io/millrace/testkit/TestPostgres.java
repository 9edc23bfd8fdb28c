package io.millrace.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server of the test's own: a private cluster in a temporary folder, on a free
 * port of the loopback address, with password authentication (SCRAM).
 *
 * <p>Most tests take a fresh database of the server that all tests of a JVM share:
 *
 * <pre>{@code
 * @AutoClose
 * private static final TestDatabase DATABASE = TestPostgres.shared().createDatabase();
 * }</pre>
 *
 * <p>A test that stops, kills or configures the server starts one by {@link #builder()} and closes
 * it. A server never outlives its JVM, however that ends: a guard process stops it and removes its
 * folder. One thread at a time may start, stop or kill it; databases may be created by any.
 *
 * <p>The server doesn't force its files to disk. What it has committed survives {@link #kill()}, as
 * that takes away its processes and not the operating system's cache; {@link Builder#durable()}
 * forces too, for tests in which the time that a commit takes matters.
 *
 * <p>PostgreSQL refuses to run as root. There the server runs as the user {@code postgres}, or
 * {@code nobody}.
 */
public final class TestPostgres implements AutoCloseable {
    static final String SUPERUSER = "postgres";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final int PORT_ATTEMPTS = 5;
    private static final AtomicInteger DATABASE_COUNT = new AtomicInteger();

    /**
     * Waits until its standard input ends, which is when this JVM closes it or dies, then stops the
     * server and removes the folder. It makes sure that the process is ours: after a crash the file
     * may name a number that the system has given away again.
     */
    private static final String GUARD =
            """
            trap '' INT TERM HUP
            while read -r _; do :; done
            ours() {
                process=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) || return 1
                case "$(ps -o args= -p "$process" 2>/dev/null || tr '\\0' ' ' < "/proc/$process/cmdline")" in
                    *"$1/data"*) ;;
                    *) return 1 ;;
                esac
            }
            tries=0
            while ours "$1" && [ "$tries" -lt 50 ]; do
                kill -QUIT "$process"
                tries=$((tries + 1))
                sleep 0.1
            done
            rm -rf "$1"
            """;

    private final PostgresBinaries binaries;
    private final Path folder;
    private final String password;
    private final Optional<TestCertificates> certificates;
    private final Process guard;
    private int port;

    private TestPostgres(
            PostgresBinaries binaries,
            Path folder,
            String password,
            Optional<TestCertificates> certificates,
            Process guard) {
        this.binaries = binaries;
        this.folder = folder;
        this.password = password;
        this.certificates = certificates;
        this.guard = guard;
    }

    /** The server that all tests of this JVM share, started by the first call; nobody closes it. */
    public static TestPostgres shared() {
        return Shared.INSTANCE;
    }

    /** Holds the shared server, so that a JVM whose tests need none starts none. */
    private static final class Shared {
        private static final TestPostgres INSTANCE = builder().start();

        private Shared() {}
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Makes a database with a name of its own, empty, in UTF-8 and the C locale. */
    public TestDatabase createDatabase() {
        String name = "test_" + DATABASE_COUNT.incrementAndGet();
        try {
            administer("CREATE DATABASE " + name);
        } catch (SQLException failure) {
            throw new IllegalStateException(
                    "PostgreSQL could not create the database " + name, failure);
        }
        return new TestDatabase(this, name);
    }

    /** The loopback address, as a name that the server's certificate carries. */
    public String host() {
        return "localhost";
    }

    /** The same over stops and starts. */
    public int port() {
        return port;
    }

    /** The superuser's password; the superuser is {@code postgres}. */
    public String password() {
        return password;
    }

    /**
     * The files of a server with TLS.
     *
     * @throws IllegalStateException if the server was built without {@link Builder#ssl()}
     */
    public TestCertificates certificates() {
        return certificates.orElseThrow(
                () -> new IllegalStateException("This server was built without ssl()"));
    }

    /**
     * The full path of a client program beside the server, such as {@code psql} or {@code pg_dump}.
     */
    public String program(String name) {
        return binaries.program(name);
    }

    /** Whether the server's main process lives. */
    public boolean isRunning() {
        return serverProcess().isPresent();
    }

    /**
     * Starts a server that was stopped or killed, on its old port, and returns when it takes
     * connections, after crash recovery where that is due.
     *
     * @throws IllegalStateException if it doesn't start; the message ends with the server's log
     */
    public void start() {
        if (isRunning()) {
            throw new IllegalStateException("The server runs already");
        }
        Path log = folder.resolve("server.log");
        List<String> command =
                Account.current()
                        .command(
                                List.of(
                                        binaries.program("postgres"),
                                        "-D",
                                        dataFolder().toString(),
                                        "-p",
                                        Integer.toString(port)));
        try {
            // A stale file would report the server that was killed.
            Files.deleteIfExists(processFile());
            Process process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            process.getOutputStream().close();
            boolean ready =
                    waitUntil(START_LIMIT, () -> isReady() || !process.isAlive()) && isReady();
            if (!ready) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "PostgreSQL did not start:\n" + Files.readString(log, UTF_8));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Starting PostgreSQL in " + folder, failure);
        }
    }

    /** Ends all sessions and stops the server in good order; returns when it is gone. */
    public void stop() {
        // SIGINT is PostgreSQL's "fast shutdown": sessions are ended, a last checkpoint is written.
        ProcessHandle server =
                serverProcess()
                        .orElseThrow(() -> new IllegalStateException("The server does not run"));
        run(List.of("kill", "-INT", Long.toString(server.pid())));
        awaitEnd(List.of(server));
    }

    /** {@link #stop()}, then {@link #start()}. */
    public void restart() {
        stop();
        start();
    }

    /**
     * Kills every process of the server at once, as a power cut would; returns when they are gone.
     */
    public void kill() {
        ProcessHandle server =
                serverProcess()
                        .orElseThrow(() -> new IllegalStateException("The server does not run"));
        // The main process is stopped first, so that it can't react to the deaths of the others.
        run(List.of("kill", "-STOP", Long.toString(server.pid())));
        List<ProcessHandle> processes =
                Stream.concat(server.descendants(), Stream.of(server)).toList();
        processes.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(processes);
    }

    /** What the server has logged so far. */
    public String log() {
        try {
            return Files.readString(folder.resolve("server.log"), UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("The log of PostgreSQL in " + folder, failure);
        }
    }

    /** Stops the server if it runs, and removes its files. */
    @Override
    public void close() {
        try {
            guard.getOutputStream().close();
            if (!guard.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("PostgreSQL in " + folder + " did not stop");
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Stopping PostgreSQL in " + folder, failure);
        } catch (InterruptedException _) {
            // The guard goes on by itself: its input has ended.
            Thread.currentThread().interrupt();
        }
    }

    /** Runs {@code sql} as superuser in the database {@code postgres}, outside a transaction. */
    void administer(String sql) throws SQLException {
        String address = "jdbc:postgresql://%s:%d/postgres".formatted(host(), port());
        try (Connection connection = DriverManager.getConnection(address, SUPERUSER, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Path dataFolder() {
        return folder.resolve("data");
    }

    private Path processFile() {
        return dataFolder().resolve("postmaster.pid");
    }

    private Optional<ProcessHandle> serverProcess() {
        List<String> lines = readProcessFile();
        return lines.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                        .filter(ProcessHandle::isAlive)
                        .filter(this::isOurs);
    }

    /**
     * A killed server leaves its file behind, and its number may belong to another process by now.
     */
    private boolean isOurs(ProcessHandle process) {
        return process.info()
                .commandLine()
                .map(line -> line.contains(dataFolder().toString()))
                .orElse(true);
    }

    private boolean isReady() {
        // The eighth line is the status (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_PM_STATUS).
        List<String> lines = readProcessFile();
        return lines.size() >= 8 && lines.get(7).strip().equals("ready");
    }

    private List<String> readProcessFile() {
        try {
            return Files.exists(processFile())
                    ? Files.readAllLines(processFile(), UTF_8)
                    : List.of();
        } catch (NoSuchFileException _) {
            // Removed between the two calls: the server has just stopped.
            return List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException("Reading " + processFile(), failure);
        }
    }

    private static void awaitEnd(List<ProcessHandle> processes) {
        if (!waitUntil(STOP_LIMIT, () -> processes.stream().noneMatch(ProcessHandle::isAlive))) {
            throw new IllegalStateException(
                    "PostgreSQL did not end within " + STOP_LIMIT.toSeconds() + " s");
        }
    }

    private static boolean waitUntil(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                Thread.sleep(Duration.ofMillis(10));
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(
                        "Interrupted while waiting for PostgreSQL", interruption);
            }
        }
        return true;
    }

    /** Runs a command to its end; its output is part of the exception where it fails. */
    private static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(
                        "%s ended with %d:%n%s".formatted(command, status, output));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Running " + command, failure);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while running " + command, interruption);
        }
    }

    /** What a server is started with. */
    public static final class Builder {
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<String> accessRules = new ArrayList<>();
        private boolean ssl;

        private Builder() {
            settings.put("listen_addresses", "localhost");
            // A path in a temporary folder may be too long for a socket's name.
            settings.put("unix_socket_directories", "");
            settings.put("fsync", "off");
            settings.put("shared_buffers", "64MB");
            settings.put("wal_level", "logical");
            settings.put("lc_messages", "C");
            settings.put("timezone", "UTC");
            settings.put("log_timezone", "UTC");
        }

        /** Sets one of PostgreSQL's own settings, as in {@code postgresql.conf} but unquoted. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** Commits wait until the disk has them, as in production. */
        public Builder durable() {
            return setting("fsync", "on");
        }

        /**
         * Offers TLS, with certificates that are made for this server and found by {@link
         * TestPostgres#certificates()}. Connections without TLS stay allowed unless an access rule
         * says otherwise.
         */
        public Builder ssl() {
            ssl = true;
            return this;
        }

        /**
         * Puts a line of {@code pg_hba.conf} before the default, which takes any user by password.
         */
        public Builder accessRule(String line) {
            accessRules.add(line);
            return this;
        }

        /**
         * Makes the cluster and starts it; the caller closes it.
         *
         * @throws IllegalStateException if there is no PostgreSQL on this machine, or it doesn't
         *     start
         */
        public TestPostgres start() {
            PostgresBinaries binaries = PostgresBinaries.find();
            try {
                return create(binaries);
            } catch (IOException failure) {
                throw new UncheckedIOException("Making a PostgreSQL cluster", failure);
            }
        }

        private TestPostgres create(PostgresBinaries binaries) throws IOException {
            Path folder = Files.createTempDirectory("millrace-postgres-").toRealPath();
            Process guard =
                    new ProcessBuilder("sh", "-c", GUARD, "postgres-guard", folder.toString())
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String password = UUID.randomUUID().toString();
            Optional<TestCertificates> certificates =
                    ssl ? Optional.of(TestCertificates.create(folder)) : Optional.empty();
            var server = new TestPostgres(binaries, folder, password, certificates, guard);
            try {
                initialize(server);
                startOnFreePort(server);
            } catch (IOException | RuntimeException failure) {
                server.close();
                throw failure;
            }
            return server;
        }

        private void initialize(TestPostgres server) throws IOException {
            Account account = Account.current();
            Path passwordFile =
                    Files.writeString(server.folder.resolve("password"), server.password, UTF_8);
            account.own(server.folder);
            run(
                    account.command(
                            List.of(
                                    server.binaries.program("initdb"),
                                    "--pgdata=" + server.dataFolder(),
                                    "--username=" + SUPERUSER,
                                    "--pwfile=" + passwordFile,
                                    "--auth=scram-sha-256",
                                    "--encoding=UTF8",
                                    "--locale=C",
                                    "--no-sync")));
            server.certificates.ifPresent(files -> {
                settings.put("ssl", "on");
                settings.put("ssl_ca_file", files.authority().toString());
                settings.put("ssl_cert_file", files.serverCertificate().toString());
                settings.put("ssl_key_file", files.serverKey().toString());
            });
            var configuration = new StringBuilder();
            settings.forEach((name, value) ->
                    configuration.append("%s = '%s'%n".formatted(name, value.replace("'", "''"))));
            Files.writeString(
                    server.dataFolder().resolve("postgresql.auto.conf"), configuration, UTF_8);
            List<String> rules = new ArrayList<>(accessRules);
            rules.add("host all all localhost scram-sha-256");
            rules.add("host replication all localhost scram-sha-256");
            Files.write(server.dataFolder().resolve("pg_hba.conf"), rules, UTF_8);
        }

        /** Between the choice of a port and its use another process may take it. */
        private static void startOnFreePort(TestPostgres server) throws IOException {
            for (int attempt = 1; ; attempt++) {
                server.port = freePort();
                try {
                    server.start();
                    return;
                } catch (IllegalStateException failure) {
                    if (attempt == PORT_ATTEMPTS
                            || !server.log().contains("Address already in use")) {
                        throw failure;
                    }
                }
            }
        }

        private static int freePort() throws IOException {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }
    }

    /**
     * The user that the server runs as.
     *
     * @param prefix what is put before a command to run it as that user; empty for the current one
     * @param name the user to own the files; empty for the current one
     */
    private record Account(List<String> prefix, Optional<String> name) {
        static Account current() {
            if (!"root".equals(System.getProperty("user.name"))) {
                return new Account(List.of(), Optional.empty());
            }
            String user = exists("postgres") ? "postgres" : "nobody";
            // setpriv comes first as it becomes the command, where the others stay as its parent.
            List<String> prefix =
                    onPath("setpriv")
                            ? List.of(
                                    "setpriv",
                                    "--reuid=" + user,
                                    "--regid=" + group(user),
                                    "--clear-groups",
                                    "--")
                            : List.of("runuser", "-u", user, "--");
            return new Account(prefix, Optional.of(user));
        }

        List<String> command(List<String> command) {
            return Stream.concat(prefix.stream(), command.stream()).toList();
        }

        void own(Path folder) {
            name.ifPresent(user -> run(List.of("chown", "-R", user, folder.toString())));
        }

        private static boolean exists(String user) {
            return succeeds(List.of("id", "-u", user));
        }

        private static boolean onPath(String program) {
            return succeeds(List.of("sh", "-c", "command -v \"$0\"", program));
        }

        private static String group(String user) {
            try {
                Process process = new ProcessBuilder("id", "-g", user).start();
                return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            } catch (IOException failure) {
                throw new UncheckedIOException("The group of " + user, failure);
            }
        }

        private static boolean succeeds(List<String> command) {
            try {
                return new ProcessBuilder(command)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .redirectError(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
            } catch (IOException failure) {
                throw new UncheckedIOException("Running " + command, failure);
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(
                        "Interrupted while running " + command, interruption);
            }
        }
    }
}
