package io.millrace.cli.command;

import io.millrace.cli.acceptance.AcceptanceSuite;
import io.millrace.cli.acceptance.Report;
import io.millrace.cli.acceptance.WrongConfigurationException;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.process.GuestCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace connector test}. */
@Command(
        description = {
            "Holds a connector against what the protocol and good manners ask of it.",
            "The folder's acceptance-test-config.yml says what to test with; its connector.yaml"
                    + " says how the connector is started. Ends with 1 where something was found."
        })
final class ConnectorTestCommand implements Callable<Integer> {
    private final Supplier<Launchers> launchers;
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "DIR", description = "The connector's folder.")
    private String folder = "";

    @Option(
            names = "--command",
            paramLabel = "COMMAND",
            description = "Starts the connector with this instead; words may be quoted.")
    private @Nullable String command;

    @Option(
            names = "--previous",
            paramLabel = "DIR",
            description =
                    "A folder with spec.json and catalog.json of the version before, to stay"
                            + " compatible with.")
    private @Nullable Path previous;

    @Option(
            names = "--only",
            paramLabel = "CHECK",
            description = "One check, such as basic_read.records_exist, or all of a part.")
    private @Nullable String only;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description = "Also writes the results in the form of JUnit.")
    private @Nullable Path junit;

    ConnectorTestCommand(Supplier<Launchers> launchers, Terminal terminal) {
        this.launchers = launchers;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        Report report;
        try {
            var connector = new ConnectorFolder(Path.of(folder), launchers.get(), terminal);
            var suite =
                    AcceptanceSuite.load(
                            folder,
                            connector.path().toAbsolutePath(),
                            Optional.ofNullable(previous),
                            Optional.ofNullable(only));
            List<String> words = command == null ? List.of() : Words.split(command);
            GuestCommand program = connector.command(words, suite.image(), suite.environment());
            Optional<String> image =
                    words.isEmpty() ? connector.image(suite.image()) : Optional.empty();
            report = suite.run(program, image);
        } catch (WrongConfigurationException wrong) {
            throw new UsageException(wrong.getMessage(), wrong);
        }
        if (junit != null) {
            report.writeJunit(junit);
        }
        if (json) {
            terminal.output().println(report.toJson().toPrettyString());
        } else {
            report.print(terminal.output());
        }
        return report.passed() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
}
