package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The assembled program, run in a folder with a home of its own. */
final class Program {
    private static final Path PROGRAM = Path.of(System.getProperty("millrace.program"));

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    Program(Path folder) {
        this.folder = folder;
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("MILLRACE_HOME", folder.resolve("home").toString());
    }

    Program with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** How a command ended, and what it told. */
    record Outcome(int status, String output, String errors) {}

    Outcome run(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        Path errors = Files.createTempFile("errors", ".txt");
        try {
            Process process = start(output, errors, arguments);
            if (!process.waitFor(10, MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("still running: " + Files.readString(errors));
            }
            return new Outcome(
                    process.exitValue(),
                    Files.readString(output, UTF_8),
                    Files.readString(errors, UTF_8));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    /** Starts a command; Java takes the place of the script, so its process is the program's. */
    Process start(Path output, Path errors, String... arguments) throws IOException {
        var words = new ArrayList<>(List.of(PROGRAM.toString()));
        words.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }
}
