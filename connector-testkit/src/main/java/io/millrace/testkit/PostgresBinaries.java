package io.millrace.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The programs of an installed PostgreSQL server.
 *
 * @param directory the folder that holds {@code initdb}, {@code postgres} and usually {@code psql}
 */
record PostgresBinaries(Path directory) {
    /** Where packages put them: Debian, Red Hat, Homebrew on ARM and on Intel, Postgres.app. */
    private static final List<String> PACKAGE_FOLDERS =
            List.of(
                    "/usr/lib/postgresql/*/bin",
                    "/usr/pgsql-*/bin",
                    "/opt/homebrew/opt/postgresql@*/bin",
                    "/usr/local/opt/postgresql@*/bin",
                    "/Applications/Postgres.app/Contents/Versions/*/bin");

    /**
     * The newest packaged server; else one on the search path.
     *
     * @throws IllegalStateException if there is none; the message tells how to get one
     */
    static PostgresBinaries find() {
        for (String pattern : PACKAGE_FOLDERS) {
            for (Path candidate : matches(pattern)) {
                if (isServer(candidate)) {
                    return new PostgresBinaries(candidate);
                }
            }
        }
        String searchPath = System.getenv().getOrDefault("PATH", "");
        for (String entry : searchPath.split(File.pathSeparator)) {
            Path candidate = Path.of(entry);
            if (isServer(candidate)) {
                return new PostgresBinaries(candidate);
            }
        }
        throw new IllegalStateException(
                "These tests need a PostgreSQL server, and none is installed. Run"
                        + " bin/install-dependencies.");
    }

    String program(String name) {
        return directory.resolve(name).toString();
    }

    private static boolean isServer(Path candidate) {
        return Files.isExecutable(candidate.resolve("postgres"))
                && Files.isExecutable(candidate.resolve("initdb"));
    }

    /** The folders that a pattern with one {@code *} names, the highest version first. */
    private static List<Path> matches(String pattern) {
        int star = pattern.indexOf('*');
        int slashBefore = pattern.lastIndexOf('/', star);
        int slashAfter = pattern.indexOf('/', star);
        Path parent = Path.of(pattern.substring(0, slashBefore));
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        String glob = pattern.substring(slashBefore + 1, slashAfter);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, glob)) {
            entries.forEach(found::add);
        } catch (IOException failure) {
            throw new UncheckedIOException("Looking for PostgreSQL in " + parent, failure);
        }
        found.sort(Comparator.comparingInt(PostgresBinaries::version).reversed());
        return found.stream()
                .map(folder -> folder.resolve(pattern.substring(slashAfter + 1)))
                .toList();
    }

    private static int version(Path folder) {
        String digits =
                folder.getFileName().toString().replaceAll("^\\D*", "").replaceAll("\\D.*$", "");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }
}
