package io.millrace.cli.command;

import io.millrace.cli.pipeline.ProblemsException;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.text.NearestName;
import io.millrace.replication.launch.Launchers;
import io.millrace.sdk.ConnectorRegistry;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Finds the command that the arguments name, runs it, and turns what it throws into a message and
 * an exit status.
 */
public final class CommandRunner {
    private final Supplier<Launchers> launchers;
    private final Supplier<ConnectorRegistry> registry;
    private final Terminal terminal;
    private final String version;

    public CommandRunner(
            Supplier<Launchers> launchers,
            Supplier<ConnectorRegistry> registry,
            Terminal terminal,
            String version) {
        this.launchers = launchers;
        this.registry = registry;
        this.terminal = terminal;
        this.version = version;
    }

    /** Everything together; it has nothing to do by itself. */
    @Command(
            name = "millrace",
            description = "Moves data from anywhere to where people use it.",
            synopsisSubcommandLabel = "COMMAND")
    private static final class Millrace {}

    /** The reference page of all commands, in Markdown. */
    public String reference() {
        return CommandReference.of(commandLine(commands(true)));
    }

    public int run(List<String> arguments) {
        boolean connector = !arguments.isEmpty() && arguments.getFirst().equals("connector");
        if (connector) { // which ends as its caller's platform expects
            return execute(arguments);
        }
        try (var _ = StopSignal.untilWatched()) {
            return execute(arguments);
        }
    }

    private int execute(List<String> arguments) {
        // Each command's options are found by reflection: a start pays for those of one command,
        // and the help of all for those that it lists.
        boolean named = !arguments.isEmpty() && !arguments.getFirst().startsWith("-");
        Map<String, Supplier<Object>> commands = commands(named);
        if (named && commands.containsKey(arguments.getFirst())) {
            commands.keySet().retainAll(Set.of(arguments.getFirst()));
        }
        return commandLine(commands).execute(arguments.toArray(String[]::new));
    }

    /**
     * By name, in the order of the help.
     *
     * @param whole with the commands that are within others
     */
    private Map<String, Supplier<Object>> commands(boolean whole) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("sync", () -> new SyncCommand(launchers, terminal));
        commands.put("verify", () -> new VerifyCommand(launchers, terminal));
        commands.put("check", () -> new CheckCommand(launchers, terminal));
        commands.put("discover", () -> new DiscoverCommand(launchers, terminal));
        commands.put("preview", () -> new PreviewCommand(launchers, terminal));
        commands.put("plan", () -> new PlanCommand(launchers, terminal));
        commands.put("status", () -> new StatusCommand(launchers, terminal));
        commands.put("reset", () -> new ResetCommand(launchers, terminal));
        commands.put("lint", () -> new LintCommand(launchers, terminal));
        commands.put("init", () -> new InitCommand(registry, terminal));
        commands.put("connectors", () -> connectors(whole));
        commands.put("connector", () -> connector(whole));
        commands.put("manifest", () -> manifest(whole));
        return commands;
    }

    private CommandLine commandLine(Map<String, Supplier<Object>> commands) {
        var line = new CommandLine(new Millrace());
        line.getCommandSpec().version("millrace " + version);
        commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        addHelp(line);
        line.setOut(writer(terminal.output()));
        line.setErr(writer(terminal.errors()));
        line.setExecutionExceptionHandler((failure, _, _) -> told(failure));
        line.setParameterExceptionHandler((failure, _) -> misused(failure));
        return line;
    }

    private CommandLine connectors(boolean whole) {
        var connectors = new CommandLine(new ConnectorsCommand(registry, terminal, version));
        if (!whole) {
            return connectors;
        }
        connectors.addSubcommand("search", new ConnectorsInstallCommand.Search(terminal));
        connectors.addSubcommand("install", new ConnectorsInstallCommand.Install(terminal));
        connectors.addSubcommand("pin", new ConnectorsInstallCommand.Pin(terminal));
        connectors.addSubcommand("unpin", new ConnectorsInstallCommand.Unpin(terminal));
        connectors.addSubcommand("uninstall", new ConnectorsInstallCommand.Uninstall(terminal));
        connectors.addSubcommand("upgrade", new ConnectorsInstallCommand.Upgrade(terminal));
        return connectors;
    }

    /** What follows the connector's name is for the connector. */
    private CommandLine connector(boolean whole) {
        var connector =
                new CommandLine(new ConnectorCommand(registry, terminal)).setStopAtPositional(true);
        if (!whole) {
            return connector;
        }
        connector.addSubcommand("new", new ConnectorNewCommand(terminal));
        connector.addSubcommand("compile", new ConnectorCompileCommand(terminal));
        connector.addSubcommand("build", new ConnectorBuildCommand(terminal));
        connector.addSubcommand("publish", new ConnectorPublishCommand(launchers, terminal));
        var secrets =
                new CommandLine(CommandSpec.forAnnotatedObject(ConnectorSecretsCommand.class));
        secrets.addSubcommand("fetch", new ConnectorSecretsCommand.Fetch(terminal));
        secrets.addSubcommand("write-back", new ConnectorSecretsCommand.WriteBack(terminal));
        connector.addSubcommand("secrets", secrets);
        connector.addSubcommand("test", new ConnectorTestCommand(launchers, terminal));
        connector.addSubcommand(
                "run",
                new CommandLine(new ConnectorRunCommand(launchers, registry, terminal))
                        .setStopAtPositional(true));
        return connector;
    }

    private CommandLine manifest(boolean whole) {
        var manifest = new CommandLine(CommandSpec.forAnnotatedObject(ManifestCommand.class));
        if (!whole) {
            return manifest;
        }
        manifest.addSubcommand("eval", new ManifestCommand.Eval(terminal));
        manifest.addSubcommand("lint", new ManifestCommand.Lint(terminal));
        manifest.addSubcommand("from-openapi", new ManifestCommand.FromOpenApi(terminal));
        manifest.addSubcommand("read", new ManifestCommand.Read(terminal));
        manifest.addSubcommand("infer-schema", new ManifestCommand.InferSchema(terminal));
        manifest.addSubcommand("test", new ManifestRecordings.TestCommand(terminal));
        manifest.addSubcommand("record", new ManifestRecordings.RecordCommand(terminal));
        manifest.addSubcommand("replay", new ManifestRecordings.ReplayCommand(terminal));
        return manifest;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static void addHelp(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        spec.mixinStandardHelpOptions(true);
        line.getSubcommands().values().forEach(CommandRunner::addHelp);
    }

    private int misused(ParameterException failure) {
        terminal.errors().println(told(failure));
        terminal.errors()
                .println(
                        "Try '%s --help'."
                                .formatted(
                                        failure.getCommandLine().getCommandSpec().qualifiedName()));
        return ExitStatus.USAGE;
    }

    /** With the name that was meant, where one is near. */
    private static String told(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return String.valueOf(failure.getMessage());
        }
        CommandSpec spec = failure.getCommandLine().getCommandSpec();
        String given = unmatched.getUnmatched().getFirst();
        if (given.startsWith("-")) {
            String name = given.replaceFirst("=.*", "");
            return "There is no option \"%s\"%s"
                    .formatted(name, NearestName.hint(name, spec.optionsMap().keySet()));
        }
        if (!spec.subcommands().isEmpty()) {
            return "There is no command \"%s\"%s"
                    .formatted(given, NearestName.hint(given, spec.subcommands().keySet()));
        }
        return String.valueOf(failure.getMessage());
    }

    private int told(Exception failure) {
        if (failure instanceof ProblemsException problems) {
            problems.problems().forEach(terminal.errors()::println);
            return ExitStatus.USAGE;
        }
        if (failure instanceof InterruptedException) {
            terminal.errors().println("Stopped.");
            return ExitStatus.STOPPED;
        }
        boolean known = failure instanceof UsageException || failure instanceof SyncFailure;
        terminal.errors()
                .println(
                        known
                                ? failure.getMessage()
                                : "Millrace failed for a reason that it doesn't know: " + failure);
        return failure instanceof UsageException ? ExitStatus.USAGE : ExitStatus.FAILED;
    }
}
