package io.millrace.cli;

import io.millrace.cli.command.CommandRunner;
import io.millrace.cli.command.Terminal;
import io.millrace.replication.launch.Launchers;
import io.millrace.sdk.ConnectorRegistry;
import java.util.List;
import java.util.function.Supplier;

/** The command line of the program. */
public final class Cli {
    private final Supplier<Launchers> launchers;
    private final Supplier<ConnectorRegistry> registry;
    private final Terminal terminal;
    private final String version;

    /**
     * @param launchers made when a command needs them: {@code --help} doesn't
     * @param registry the built-in connectors
     */
    public Cli(
            Supplier<Launchers> launchers,
            Supplier<ConnectorRegistry> registry,
            Terminal terminal,
            String version) {
        this.launchers = launchers;
        this.registry = registry;
        this.terminal = terminal;
        this.version = version;
    }

    /** Runs one command, and returns its exit status. */
    public int run(List<String> arguments) {
        return runner().run(arguments);
    }

    /** The reference page of all commands, in Markdown. */
    public String reference() {
        return runner().reference();
    }

    private CommandRunner runner() {
        return new CommandRunner(launchers, registry, terminal, version);
    }
}
