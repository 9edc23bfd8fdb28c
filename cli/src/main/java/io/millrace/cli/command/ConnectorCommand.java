package io.millrace.cli.command;

import io.millrace.cli.manifest.PythonKit;
import io.millrace.declarative.program.DeclarativeProgram;
import io.millrace.protocol.text.NearestName;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.ConnectorDefinition;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.program.ConnectorProgram;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace connector}: a built-in connector as a program of the protocol. */
@Command(
        description = {
            "One connector as a program of Airbyte's protocol over standard streams.",
            "NAME is a name of 'millrace connectors'; where a source and a destination share it,"
                + " discover and read mean the source, write the destination, and source-NAME and"
                + " destination-NAME tell them apart."
        })
final class ConnectorCommand implements Callable<Integer> {
    /** Runs what a manifest describes. */
    private static final String DECLARATIVE = "declarative";

    private final Supplier<ConnectorRegistry> registry;
    private final Terminal terminal;

    @Spec private CommandSpec spec = CommandSpec.create();

    // Checked below: the parser would miss it in front of the other commands, too.
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The connector.")
    private String name = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "ARGUMENT",
            description =
                    "spec | check --config F | discover --config F | read --config F --catalog F"
                            + " [--state F] | write --config F --catalog F; declarative also takes"
                            + " --manifest-path F and --components-path F")
    private List<String> arguments = List.of();

    ConnectorCommand(Supplier<ConnectorRegistry> registry, Terminal terminal) {
        this.registry = registry;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (name.isEmpty()) {
            throw new UsageException(
                    "Name a connector, or a command: see 'millrace connector --help'.");
        }
        if (name.equals(DECLARATIVE)) {
            return runManifest();
        }
        var context =
                new ConnectorContext(
                        terminal.clock(), Path.of("").toAbsolutePath(), terminal.cache());
        return ConnectorProgram.main(definition(), context, arguments);
    }

    private int runManifest() {
        var output = new FileOutputStream(FileDescriptor.out);
        var program =
                new DeclarativeProgram(
                        output,
                        terminal.errors(),
                        terminal.clock(),
                        terminal::pause,
                        this::runThroughPython);
        try (var _ = StopSignal.watch()) {
            return program.run(arguments);
        }
    }

    private OptionalInt runThroughPython(
            Path manifest, Optional<Path> components, List<String> words, Consumer<String> note)
            throws InterruptedException {
        var context =
                new LaunchContext(
                        terminal.clock(),
                        Path.of("").toAbsolutePath(),
                        terminal.cache(),
                        _ -> {},
                        (_, line) -> terminal.errors().println(line));
        Optional<PythonKit> kit = PythonKit.find(terminal.environment(), context);
        if (kit.isEmpty()) {
            return OptionalInt.empty();
        }
        Path file = manifest.toAbsolutePath();
        note.accept(kit.get().note(manifest));
        GuestCommand command =
                kit.get()
                        .command(
                                file,
                                components
                                        .map(Path::toAbsolutePath)
                                        .or(() -> PythonKit.componentsBeside(file)),
                                Optional.empty(),
                                Map.of());
        try {
            return OptionalInt.of(ConnectorRunCommand.relay(command, words, terminal));
        } catch (InterruptedIOException _) {
            throw new InterruptedException("stopped");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private ConnectorDefinition<?> definition() {
        ConnectorRegistry all = registry.get();
        Optional<? extends ConnectorDefinition<?>> source = all.findSource(stripped("source-"));
        Optional<? extends ConnectorDefinition<?>> destination =
                all.findDestination(stripped("destination-"));
        boolean writes = arguments.contains("write") || name.startsWith("destination-");
        List<Optional<? extends ConnectorDefinition<?>>> order =
                writes ? List.of(destination, source) : List.of(source, destination);
        for (Optional<? extends ConnectorDefinition<?>> candidate : order) {
            if (candidate.isPresent()) {
                return candidate.get();
            }
        }
        // A mistyped command looks like a name, too.
        List<String> names = new ArrayList<>(spec.subcommands().keySet());
        names.add(DECLARATIVE);
        all.sources().forEach(known -> names.add(known.name()));
        all.destinations().forEach(known -> names.add(known.name()));
        throw new UsageException(
                "There is no built-in connector and no command \"%s\"%s"
                        .formatted(name, NearestName.hint(name, names)));
    }

    private String stripped(String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
