package io.millrace.cli.command;

import io.millrace.cli.http.HttpCalls;
import io.millrace.cli.registry.ConnectorMetadata;
import io.millrace.cli.secret.ConnectorSecrets;
import io.millrace.cli.secret.SecretKeepers;
import io.millrace.cli.secret.TestedConnector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace connector secrets}: the credentials that a connector is tested with. */
@Command(description = "Credentials for tests: fetched from where they are kept, and written back.")
final class ConnectorSecretsCommand {
    private ConnectorSecretsCommand() {}

    private static ConnectorSecrets secrets(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UsageException("There is no folder %s.".formatted(folder));
        }
        if (!Files.exists(folder.resolve(ConnectorMetadata.FILE))) {
            String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
            return new ConnectorSecrets(folder, new TestedConnector(name, Map.of()));
        }
        ConnectorMetadata metadata = ConnectorMetadata.read(folder);
        return new ConnectorSecrets(
                folder, TestedConnector.of(metadata.shortName(), metadata.data()));
    }

    /** {@code fetch}. */
    @Command(
            description = {
                "Writes what is kept for a connector into its secrets folder, each configuration a"
                        + " file that its owner alone may read.",
                "Secrets are named as Airbyte's tools do it: SECRET_<NAME>_CREDS, with the labels"
                        + " connector and filename in Google Secret Manager."
            })
    static final class Fetch implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(index = "0", paramLabel = "DIR", description = "The connector's folder.")
        private Path folder = Path.of("");

        @Option(
                names = "--from",
                required = true,
                paramLabel = "KEEPER",
                description = "Where they are kept: " + SecretKeepers.FORMS + ".")
        private String from = "";

        Fetch(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            ConnectorSecrets secrets = secrets(folder);
            try (var calls = new HttpCalls()) {
                secrets.fetch(SecretKeepers.parse(from, System.getenv(), calls))
                        .forEach(terminal.output()::println);
            }
            return ExitStatus.DONE;
        }
    }

    /** {@code write-back}. */
    @Command(
            name = "write-back",
            description =
                    "Stores the configurations that a run has changed, such as rotated tokens: the"
                            + " newest of each in secrets/updated_configurations/NAME|TIME.json.")
    static final class WriteBack implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(index = "0", paramLabel = "DIR", description = "The connector's folder.")
        private Path folder = Path.of("");

        @Option(
                names = "--to",
                required = true,
                paramLabel = "KEEPER",
                description = "Where they are kept: " + SecretKeepers.FORMS + ".")
        private String to = "";

        WriteBack(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            ConnectorSecrets secrets = secrets(folder);
            try (var calls = new HttpCalls()) {
                var written = secrets.writeBack(SecretKeepers.parse(to, System.getenv(), calls));
                written.forEach(
                        each -> terminal.output().printf("%s is stored.%n", each.configuration()));
                if (written.isEmpty()) {
                    terminal.errors().println("Nothing was changed by a run.");
                }
            }
            return ExitStatus.DONE;
        }
    }
}
