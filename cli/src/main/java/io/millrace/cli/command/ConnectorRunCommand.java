package io.millrace.cli.command;

import io.millrace.protocol.json.Json;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestLauncher;
import io.millrace.replication.launch.process.GuestRun;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.ConnectorDefinition;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.program.ConnectorProgram;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace connector run}: the connector of a folder as a program of the protocol. */
@Command(
        description = {
            "The connector of a folder as a program of Airbyte's protocol over standard streams,",
            "started as its connector.yaml says."
        })
final class ConnectorRunCommand implements Callable<Integer> {
    /** A sync may take long, and nobody but its user knows how long. */
    private static final Duration NO_LIMIT = Duration.ofDays(365);

    private final Supplier<Launchers> launchers;
    private final Supplier<ConnectorRegistry> registry;
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "DIR", description = "The connector's folder.")
    private Path folder = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "ARGUMENT",
            description =
                    "spec | check --config F | discover --config F | read --config F --catalog F"
                            + " [--state F] | write --config F --catalog F")
    private List<String> arguments = List.of();

    ConnectorRunCommand(
            Supplier<Launchers> launchers,
            Supplier<ConnectorRegistry> registry,
            Terminal terminal) {
        this.launchers = launchers;
        this.registry = registry;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        var connector = new ConnectorFolder(folder, launchers.get(), terminal);
        ConnectorReference reference = connector.reference(Optional.empty());
        Launcher launcher = launchers.get().find(reference.kind()).orElseThrow();
        if (launcher instanceof GuestLauncher guest) {
            return relay(
                    guest.command(reference, Launcher.Role.SOURCE, connector.context()),
                    arguments,
                    terminal);
        }
        return runHere(reference, connector.context());
    }

    /** One that isn't a program by itself: this one speaks for it. */
    private int runHere(ConnectorReference reference, LaunchContext context) throws IOException {
        if (reference.kind().equals("manifest")) {
            var words = new ArrayList<>(List.of("declarative"));
            words.addAll(arguments);
            words.add("--manifest-path");
            words.add(context.directory().resolve(reference.target().asString()).toString());
            return new CommandLine(new ConnectorCommand(registry, terminal))
                    .setStopAtPositional(true)
                    .execute(words.toArray(String[]::new));
        }
        Path described = folder.resolve("spec.json");
        if (arguments.getFirst().equals("spec") && Files.exists(described)) {
            // What it wraps has no word for that.
            ObjectNode message = Json.object().put("type", "SPEC");
            message.set("spec", read(described));
            terminal.output().println(message);
            return ExitStatus.DONE;
        }
        boolean writes = arguments.contains("write");
        Optional<ConnectorDefinition<?>> builtIn = Optional.empty();
        if (reference.kind().equals("connector")) {
            String name = reference.target().asString();
            Optional<? extends ConnectorDefinition<?>> source = registry.get().findSource(name);
            Optional<? extends ConnectorDefinition<?>> destination =
                    registry.get().findDestination(name);
            builtIn =
                    writes || source.isEmpty()
                            ? destination.map(each -> each)
                            : source.map(each -> each);
        }
        ObjectNode config =
                filesOf(arguments).path("config") instanceof ObjectNode given
                        ? given
                        : Json.object();
        ConnectorDefinition<?> definition =
                builtIn.isPresent()
                        ? builtIn.get()
                        : new LaunchedDefinition(
                                launchers.get(), reference.withConfig(config), context);
        return ConnectorProgram.main(
                definition,
                new ConnectorContext(terminal.clock(), context.directory(), terminal.cache()),
                arguments);
    }

    private static ObjectNode filesOf(List<String> arguments) {
        ObjectNode files = Json.object();
        for (int i = 0; i + 1 < arguments.size(); i++) {
            String flag = arguments.get(i);
            if (flag.equals("--config") || flag.equals("--catalog") || flag.equals("--state")) {
                files.set(flag.substring(2), read(Path.of(arguments.get(i + 1))));
            }
        }
        return files;
    }

    private static JsonNode read(Path file) {
        try {
            return Json.mapper().readTree(Files.readString(file));
        } catch (IOException failure) {
            throw new UsageException("%s can't be read.".formatted(file), failure);
        } catch (JacksonException wrong) {
            // Its message may quote a secret.
            throw new UsageException("%s is no JSON.".formatted(file));
        }
    }

    /** Runs a verb of a guest, with its streams as ours; how it ended. */
    static int relay(GuestCommand command, List<String> arguments, Terminal terminal)
            throws InterruptedException, IOException {
        // The files may lie anywhere, and the connector runs in its folder, or in a container.
        Map<String, JsonNode> files = new LinkedHashMap<>();
        ObjectNode given = filesOf(arguments);
        given.properties().forEach(file -> files.put(file.getKey(), file.getValue()));
        var more = new ArrayList<String>();
        for (int i = 1; i < arguments.size(); i++) {
            if (arguments.get(i).startsWith("--") && given.has(arguments.get(i).substring(2))) {
                i++;
            } else {
                more.add(arguments.get(i));
            }
        }
        try (GuestRun run =
                GuestRun.start(
                        command,
                        arguments.getFirst(),
                        files,
                        more,
                        (_, line) -> terminal.errors().println(line),
                        SecretMasker.none())) {
            Thread.ofPlatform().daemon().start(() -> feed(run));
            InputStream printed = run.output(NO_LIMIT);
            try (OutputStream output = new FileOutputStream(FileDescriptor.out)) {
                byte[] buffer = new byte[64 << 10];
                int count;
                while ((count = printed.read(buffer)) >= 0) {
                    output.write(buffer, 0, count);
                }
            }
            return run.awaitExit(NO_LIMIT).orElse(ExitStatus.FAILED);
        }
    }

    private static void feed(GuestRun run) {
        try (OutputStream input = run.input()) {
            byte[] buffer = new byte[64 << 10];
            int count;
            while ((count = System.in.read(buffer)) >= 0) {
                input.write(buffer, 0, count);
                input.flush();
            }
        } catch (IOException _) {
            // The connector takes no more; its end tells why.
        }
    }
}
