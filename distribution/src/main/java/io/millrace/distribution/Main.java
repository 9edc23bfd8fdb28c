package io.millrace.distribution;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** Where the program starts. */
public final class Main {
    private static final int SUCCEEDED = 0;
    private static final int USAGE = 2;

    private Main() {}

    /** Runs one command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** Runs one command and returns its exit status. */
    static int run(List<String> arguments, PrintStream output, PrintStream errors) {
        if (arguments.equals(List.of("--version"))) {
            output.println("millrace " + version());
            return SUCCEEDED;
        }
        errors.println("Usage: millrace --version");
        return USAGE;
    }

    /**
     * The version in the jar's manifest; {@code development} where classes are run from a folder.
     */
    static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
