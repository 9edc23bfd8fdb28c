package io.millrace.distribution;

import io.millrace.cli.Cli;
import io.millrace.cli.command.Terminal;
import io.millrace.cli.manifest.ManifestLauncher;
import io.millrace.cli.registry.InstalledLauncher;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.docker.DockerLauncher;
import io.millrace.replication.launch.folder.FolderLauncher;
import io.millrace.replication.launch.inprocess.InProcessLauncher;
import io.millrace.replication.launch.npm.NpmLauncher;
import io.millrace.replication.launch.process.ProcessLauncher;
import io.millrace.replication.launch.python.PythonLauncher;
import io.millrace.replication.launch.singer.SingerLauncher;
import io.millrace.sdk.ConnectorRegistry;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** Where the program starts, and where its parts are put together. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        // Looking for Groovy would wait for all jars.
        System.setProperty("picocli.disable.closures", "true");
        boolean json = arguments.length > 0 && !arguments[0].startsWith("-");
        Thread.ofPlatform().daemon().name("ahead").start(() -> prepare(json));
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /**
     * Does, while the command line is read, what is waited for soon after: opens every jar, as any
     * look for services does, and makes the JSON mapper. Each takes about 40 ms.
     */
    private static void prepare(boolean json) {
        Main.class.getClassLoader().getResource("in-no-jar");
        if (json) {
            JsonMapper.shared();
        }
    }

    /** Runs one command and returns its exit status. */
    static int run(List<String> arguments, PrintStream output, PrintStream errors) {
        return cli(output, errors).run(arguments);
    }

    static int run(List<String> arguments, Terminal terminal) {
        return cli(terminal).run(arguments);
    }

    /** The command line of everything that ships. */
    static Cli cli(PrintStream output, PrintStream errors) {
        // The launcher looks: Java's own Console tells of standard input and output, and progress
        // goes to standard error.
        boolean interactive = Boolean.getBoolean("millrace.terminal");
        return cli(new Terminal(output, errors, System::getenv, interactive));
    }

    private static Cli cli(Terminal terminal) {
        return new Cli(() -> launchers(terminal), Main::registry, terminal, version());
    }

    private static ConnectorRegistry registry() {
        return ConnectorRegistry.of(Main.class.getClassLoader());
    }

    private static Launchers launchers(Terminal terminal) {
        var builtIn = new InProcessLauncher(registry());
        List<Launcher> launchers =
                List.of(
                        builtIn,
                        new ManifestLauncher(terminal::pause, terminal.environment()),
                        new ProcessLauncher(),
                        new PythonLauncher(),
                        new NpmLauncher(),
                        new SingerLauncher(),
                        new DockerLauncher());
        // A folder names its connector by one of the other keys.
        var folders = new FolderLauncher(Launchers.of(launchers));
        var byName = new InstalledLauncher(builtIn, folders, terminal.home());
        return Launchers.of(
                Stream.concat(Stream.of(byName, folders), launchers.stream().skip(1)).toList());
    }

    /**
     * The version in the jar's manifest; {@code development} where classes are run from a folder.
     */
    static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
