package io.millrace.distribution;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Packages of the public registries for tests. They are kept from one test to the next, as a user's
 * are.
 */
final class GuestPackages {
    static final String UNAVAILABLE =
            "the Python registry doesn't answer, or there is no Python: nothing of others can be"
                    + " run";

    private static final Path CACHE = Path.of("target/guests-cache").toAbsolutePath();

    private GuestPackages() {}

    /** Whether packages can be had, with this machine's own settings of pip. */
    static boolean available() throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("package");
        try {
            return call(
                    "python3",
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--dest",
                    scratch.toString(),
                    "target-jsonl==0.1.4");
        } finally {
            try (var files = Files.newDirectoryStream(scratch)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(scratch);
        }
    }

    private static boolean call(String... words) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(words)
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start();
        if (!process.waitFor(15, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }

    /** The assembled program, with environments that are kept. */
    static Program program(Path folder) {
        return new Program(folder).with("MILLRACE_CACHE", CACHE.toString());
    }

    /**
     * A Python with packages.
     *
     * @throws AssertionError where they can't be installed
     */
    static Path python(String name, List<String> packages)
            throws IOException, InterruptedException {
        Path environment = CACHE.resolve(name);
        Path done = environment.resolve("done");
        Path python = environment.resolve("bin/python");
        if (!Files.exists(done)) {
            boolean made = call("python3", "-m", "venv", environment.toString());
            var words =
                    new ArrayList<>(List.of(python.toString(), "-m", "pip", "install", "--quiet"));
            words.addAll(packages);
            if (!made || !call(words.toArray(String[]::new))) {
                throw new AssertionError("these can't be installed: " + packages);
            }
            Files.createFile(done);
        }
        return python;
    }
}
