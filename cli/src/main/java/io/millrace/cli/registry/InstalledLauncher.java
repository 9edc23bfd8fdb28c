package io.millrace.cli.registry;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.inprocess.InProcessLauncher;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.StringNode;

/** {@code {connector: NAME}}: built in, else installed from a registry. */
public final class InstalledLauncher implements Launcher {
    private final InProcessLauncher builtIn;
    private final Launcher folders;
    private final InstalledConnectors installed;

    /**
     * @param folders starts what is installed
     */
    public InstalledLauncher(InProcessLauncher builtIn, Launcher folders, Path home) {
        this.builtIn = builtIn;
        this.folders = folders;
        this.installed = new InstalledConnectors(home);
    }

    @Override
    public String kind() {
        return builtIn.kind();
    }

    /** The same connector by its folder; empty where it isn't installed. */
    private Optional<ConnectorReference> find(ConnectorReference reference) {
        return reference
                .target()
                .asStringOpt()
                .flatMap(installed::find)
                .map(found ->
                        new ConnectorReference(
                                folders.kind(),
                                StringNode.valueOf(found.folder().toString()),
                                reference.settings(),
                                reference.config(),
                                reference.environment(),
                                reference.timeouts()));
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        Optional<ConnectorReference> found =
                builtIn.has(reference, role) ? Optional.empty() : find(reference);
        return found.map(each -> folders.lint(each, role))
                .orElseGet(() -> builtIn.lint(reference, role));
    }

    @Override
    public SecretMasker masker(ConnectorReference reference, Role role) {
        return builtIn.has(reference, role)
                ? builtIn.masker(reference, role)
                : find(reference)
                        .map(each -> folders.masker(each, role))
                        .orElseGet(() -> builtIn.masker(reference, role));
    }

    @Override
    public Source source(ConnectorReference reference, LaunchContext context) {
        Optional<ConnectorReference> found =
                builtIn.has(reference, Role.SOURCE) ? Optional.empty() : find(reference);
        return found.map(each -> folders.source(each, context))
                .orElseGet(() -> builtIn.source(reference, context));
    }

    @Override
    public Destination destination(ConnectorReference reference, LaunchContext context) {
        Optional<ConnectorReference> found =
                builtIn.has(reference, Role.DESTINATION) ? Optional.empty() : find(reference);
        return found.map(each -> folders.destination(each, context))
                .orElseGet(() -> builtIn.destination(reference, context));
    }
}
