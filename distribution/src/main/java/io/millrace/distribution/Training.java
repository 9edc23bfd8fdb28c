package io.millrace.distribution;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * Walks through what most starts of the program need, so that Java can record the loaded classes
 * for its ahead-of-time cache. The launcher runs it once per build.
 */
final class Training {
    private static final List<List<String>> COMMANDS =
            List.of(List.of("--version"), List.of("--help"));

    private Training() {}

    public static void main(String[] arguments) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        for (List<String> command : COMMANDS) {
            Main.run(command, nowhere, nowhere);
        }
    }
}
