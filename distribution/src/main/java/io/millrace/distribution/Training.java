package io.millrace.distribution;

import io.millrace.cli.command.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Walks through what most starts of the program need, so that Java can record the loaded classes
 * and how they are used for its ahead-of-time cache. The launcher runs it once per build.
 */
final class Training {
    /** Long enough for the loops over rows to be seen as hot. */
    private static final int ROWS = 200_000;

    private static final Map<String, String> PIPELINES =
            Map.of(
                    "faker.yaml",
                    """
                    name: training-faker
                    source: {connector: faker, config: {count: %d, seed: 1}}
                    destination: {connector: duckdb, config: {path: faker.duckdb}}
                    streams:
                      users: {sync_mode: incremental_deduped_history, primary_key: [id]}
                      purchases: {sync_mode: full_refresh_overwrite}
                    """
                            .formatted(ROWS),
                    "csv.yaml",
                    """
                    name: training-csv
                    source: {connector: files, config: {path: rows.csv}}
                    destination: {connector: files, config: {path: out, format: jsonl}}
                    """,
                    // Nobody listens there: what is needed to connect is loaded all the same.
                    "postgres.yaml",
                    """
                    name: training-postgres
                    source: {connector: postgres, config: {host: 127.0.0.1, port: 1, database: none, username: none, password: none}}
                    destination: {connector: postgres, config: {host: 127.0.0.1, port: 1, database: none, username: none, password: none, schema: public}}
                    """);

    private static final List<List<String>> COMMANDS =
            List.of(
                    List.of("--version"),
                    List.of("--help"),
                    List.of("connectors"),
                    List.of("init", "postgres", "duckdb"),
                    List.of("lint", "faker.yaml"),
                    List.of("plan", "faker.yaml"),
                    List.of("sync", "faker.yaml"),
                    List.of("sync", "faker.yaml", "--json"),
                    List.of("verify", "faker.yaml"),
                    List.of("status", "faker.yaml", "--json"),
                    List.of("preview", "faker.yaml", "users"),
                    List.of("sync", "csv.yaml"),
                    List.of("check", "postgres.yaml"),
                    List.of("sync", "postgres.yaml", "--json"),
                    List.of("manifest", "eval", "{{ 1 + 1 }}"));

    private Training() {}

    /**
     * Never fails for a command that does: the cache is a matter of speed.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws IOException {
        loadOwnClasses();
        Path folder = Files.createTempDirectory("millrace-training");
        try {
            for (var pipeline : PIPELINES.entrySet()) {
                Files.writeString(folder.resolve(pipeline.getKey()), pipeline.getValue());
            }
            Files.write(folder.resolve("rows.csv"), rows());
            run(folder, COMMANDS);
            try (var manifests = ManifestTraining.start()) {
                manifests.run(folder);
                run(folder, ManifestTraining.COMMANDS);
            }
        } finally {
            delete(folder);
        }
    }

    private static void run(Path folder, List<List<String>> commands) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        // A held clock skips the waits between attempts at a server that isn't there.
        Map<String, String> environment =
                Map.of(
                        "MILLRACE_HOME",
                        folder.resolve("home").toString(),
                        "MILLRACE_NOW",
                        "2026-01-01T00:00:00Z");
        var terminal = new Terminal(nowhere, nowhere, environment::get, false);
        for (List<String> command : commands) {
            List<String> words =
                    command.stream()
                            .map(word ->
                                    word.endsWith(".yaml") ? folder.resolve(word).toString() : word)
                            .toList();
            Main.run(words, terminal);
        }
    }

    private static List<String> rows() {
        List<String> lines = new ArrayList<>();
        lines.add("id,name,amount,day,at,flag");
        for (int i = 0; i < ROWS / 4; i++) {
            lines.add(
                    "%d,name %d,%d.50,2026-01-%02d,2026-01-01T00:00:%02dZ,%b"
                            .formatted(i, i, i, 1 + i % 28, i % 60, i % 2 == 0));
        }
        return lines;
    }

    /** The connectors' classes, of which some are only used with a server at hand. */
    private static void loadOwnClasses() throws IOException {
        for (String entry :
                System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            Path folder = Path.of(entry).toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> jars = Files.list(folder)) {
                for (Path jar : jars.filter(path -> path.toString().endsWith(".jar")).toList()) {
                    loadClasses(jar);
                }
            }
        }
    }

    private static void loadClasses(Path path) throws IOException {
        try (var jar = new JarFile(path.toFile())) {
            List<JarEntry> classes =
                    jar.stream()
                            .filter(entry -> entry.getName().endsWith(".class"))
                            .filter(entry -> isWanted(entry.getName()))
                            .toList();
            for (JarEntry entry : classes) {
                if (needsSignedJar(jar, entry)) {
                    continue;
                }
                String name =
                        entry.getName()
                                .substring(0, entry.getName().length() - 6)
                                .replace('/', '.');
                try {
                    Class.forName(name, false, Training.class.getClassLoader());
                } catch (ClassNotFoundException | LinkageError e) {
                    // One that needs what isn't shipped is never used either.
                    System.err.println("not loaded: " + name + " (" + e + ")");
                }
            }
        }
    }

    private static boolean isWanted(String name) {
        return name.startsWith("io/millrace/")
                || name.startsWith("org/postgresql/core/")
                || name.startsWith("org/postgresql/copy/")
                || name.startsWith("org/postgresql/jdbc/");
    }

    /**
     * Classes of a signed jar can't be in the cache. One of ours that needs them would have them
     * loaded, and the jar's signature checked, at every start.
     */
    private static boolean needsSignedJar(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream bytes = jar.getInputStream(entry)) {
            return new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .contains("org/bouncycastle/");
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
