package io.millrace.cli;

import io.millrace.cli.command.CommandRunner;
import io.millrace.cli.command.Terminal;
import io.millrace.replication.launch.Launchers;
import java.util.List;
import java.util.function.Supplier;

/** The command line of the program. */
public final class Cli {
    private final Supplier<Launchers> launchers;
    private final Terminal terminal;
    private final String version;

    /**
     * @param launchers made when a command needs them: {@code --help} doesn't
     */
    public Cli(Supplier<Launchers> launchers, Terminal terminal, String version) {
        this.launchers = launchers;
        this.terminal = terminal;
        this.version = version;
    }

    /** Runs one command, and returns its exit status. */
    public int run(List<String> arguments) {
        return new CommandRunner(launchers, terminal, version).run(arguments);
    }
}
