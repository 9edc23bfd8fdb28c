package io.millrace.cli.command;

import io.millrace.cli.pipeline.Problem;
import io.millrace.cli.pipeline.ProblemsException;
import io.millrace.cli.registry.Registry;
import io.millrace.cli.registry.Registry.Published;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.replication.launch.Launchers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace connector publish}. */
@Command(
        description = {
            "Puts versions of connectors into a registry, with specification, metadata, docs and"
                    + " archive.",
            "Refuses what fails its tests, what is there already, what breaks older configurations"
                    + " without a new major version, and what its changelog doesn't tell. What is"
                    + " refused changes nothing, and keeps nothing else from being published."
        })
final class ConnectorPublishCommand implements Callable<Integer> {
    private final Supplier<Launchers> launchers;
    private final Terminal terminal;

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "The folders of the connectors.")
    private List<Path> folders = List.of();

    @Option(
            names = "--registry",
            paramLabel = "R",
            description = Registries.FORMS + " By default MILLRACE_REGISTRY.")
    private @Nullable String registry;

    @Option(names = "--no-image", description = "Publishes the archive alone.")
    private boolean noImage;

    @Option(
            names = "--image-registry",
            paramLabel = "HOST",
            description = "Where the image goes, instead of where its name leads.")
    private @Nullable String imageRegistry;

    @Option(names = "--base-image", paramLabel = "IMAGE", description = Images.BASE_IMAGE)
    private @Nullable String baseImage;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "How many connectors are tested at a time; 4 by default.")
    private int parallel = 4;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    ConnectorPublishCommand(Supplier<Launchers> launchers, Terminal terminal) {
        this.launchers = launchers;
        this.terminal = terminal;
    }

    /** What came of a folder: a version, or why not. */
    private sealed interface Outcome {
        record Done(Published published) implements Outcome {}

        record Refused(String message, String detail) implements Outcome {}
    }

    @Override
    public Integer call() throws InterruptedException {
        if (parallel < 1) {
            throw new UsageException("--parallel is at least 1.");
        }
        Registry target = Registries.forPublishing(Registries.named(registry, terminal), terminal);
        // Before a program is looked for: where nothing is published, nothing is changed.
        List<ConnectorFolder> connectors =
                folders.stream()
                        .map(folder -> new ConnectorFolder(folder, launchers.get(), terminal))
                        .toList();
        target.repair();
        var outcomes = new ArrayList<Outcome>();
        try (var executor = Executors.newFixedThreadPool(parallel, Thread.ofVirtual().factory())) {
            var running = new ArrayList<Future<Outcome>>();
            for (ConnectorFolder connector : connectors) {
                running.add(executor.submit(() -> publish(connector, target)));
            }
            for (int i = 0; i < running.size(); i++) {
                Outcome outcome = running.get(i).get();
                outcomes.add(outcome);
                tell(folders.get(i), outcome);
            }
        } catch (ExecutionException failure) {
            throw new IllegalStateException("publishing failed", failure.getCause());
        }
        if (json) {
            terminal.output().println(document(outcomes).toPrettyString());
        }
        return outcomes.stream().allMatch(Outcome.Done.class::isInstance)
                ? ExitStatus.DONE
                : ExitStatus.FAILED;
    }

    private Outcome publish(ConnectorFolder connector, Registry target)
            throws InterruptedException {
        try {
            var publication = new Publication(connector.path(), connector);
            return new Outcome.Done(
                    publication.publish(
                            target,
                            metadata -> {
                                if (!noImage) {
                                    new Images(terminal, baseImage)
                                            .push(connector.path(), metadata, imageRegistry);
                                }
                            }));
        } catch (ProblemsException wrong) {
            return new Outcome.Refused(
                    "metadata.yaml is not as it must be.",
                    wrong.problems().stream()
                            .map(Problem::toString)
                            .collect(Collectors.joining("\n")));
        } catch (SyncFailure refused) {
            return new Outcome.Refused(String.valueOf(refused.getMessage()), refused.detail());
        } catch (UsageException wrong) {
            return new Outcome.Refused(String.valueOf(wrong.getMessage()), "");
        } catch (IOException failure) {
            return new Outcome.Refused("It can't be read: " + failure, "");
        }
    }

    private void tell(Path folder, Outcome outcome) {
        switch (outcome) {
            case Outcome.Done(Published published) -> {
                if (!json) {
                    terminal.output().println(published + " is published.");
                }
            }
            case Outcome.Refused(String message, String detail) -> {
                terminal.errors().printf("%s: %s%n", folder, message);
                if (!detail.isBlank()) {
                    terminal.errors().println(detail.indent(2).stripTrailing());
                }
            }
        }
    }

    private ObjectNode document(List<Outcome> outcomes) {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        ArrayNode connectors = document.putArray("connectors");
        for (int i = 0; i < outcomes.size(); i++) {
            ObjectNode node = connectors.addObject().put("folder", folders.get(i).toString());
            switch (outcomes.get(i)) {
                case Outcome.Done(Published published) ->
                        node.put("status", "published")
                                .put("name", published.name())
                                .put("version", published.version().toString());
                case Outcome.Refused(String message, String detail) ->
                        node.put("status", "refused").put("message", message).put("detail", detail);
            }
        }
        return document;
    }
}
