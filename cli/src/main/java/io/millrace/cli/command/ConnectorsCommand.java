package io.millrace.cli.command;

import io.millrace.cli.registry.InstalledConnectors;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.sdk.ConnectorDefinition;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.DestinationDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace connectors}. */
@Command(description = "The built-in connectors, and those that are installed.")
final class ConnectorsCommand implements Callable<Integer> {
    private final Supplier<ConnectorRegistry> registry;
    private final Terminal terminal;
    private final String version;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    ConnectorsCommand(Supplier<ConnectorRegistry> registry, Terminal terminal, String version) {
        this.registry = registry;
        this.terminal = terminal;
        this.version = version;
    }

    @Override
    public Integer call() {
        List<ConnectorDefinition<?>> all = new ArrayList<>(registry.get().sources());
        all.addAll(registry.get().destinations());
        ObjectNode document = JsonMapper.shared().createObjectNode();
        ArrayNode nodes = document.putArray("connectors");
        for (ConnectorDefinition<?> definition : all) {
            String kind = definition instanceof DestinationDefinition<?> ? "destination" : "source";
            if (json) {
                ObjectNode node = nodes.addObject();
                node.put("name", definition.name());
                node.put("version", version);
                node.put("kind", kind);
                node.put("title", definition.title());
                if (definition instanceof DestinationDefinition<?> destination) {
                    destination.supportedModes().stream()
                            .map(SyncMode::text)
                            .sorted()
                            .forEach(node.withArrayProperty("sync_modes")::add);
                }
            } else {
                terminal.output()
                        .println(
                                "%-12s %-12s %s"
                                        .formatted(kind, definition.name(), definition.title()));
            }
        }
        for (var installed : new InstalledConnectors(terminal.home()).list().values()) {
            if (json) {
                nodes.addObject()
                        .put("name", installed.name())
                        .put("version", installed.version().toString())
                        .put("pinned", installed.pinned());
            } else {
                terminal.output()
                        .println(
                                "%-12s %-12s %s"
                                        .formatted(
                                                "installed",
                                                installed.name(),
                                                installed.version()));
            }
        }
        if (json) {
            terminal.output().println(document.toPrettyString());
        }
        return ExitStatus.DONE;
    }
}
