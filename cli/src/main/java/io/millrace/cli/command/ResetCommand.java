package io.millrace.cli.command;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.PipelineLock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace reset}. */
@Command(
        description =
                "Forgets checkpoints: the next sync reads everything again and replaces what has"
                    + " landed. With --data it drops the destination's tables too, and asks first.")
final class ResetCommand extends PipelineCommand {
    @Parameters(index = "1..*", paramLabel = "STREAM", description = "Only these of its streams.")
    private List<String> streams = List.of();

    @Option(names = "--data", description = "Also drops the destination's tables.")
    private boolean data;

    @Option(names = "--yes", description = "Answers the question.")
    private boolean yes;

    ResetCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        try (PipelineLock _ = pipeline.lock("reset");
                DestinationSession session = pipeline.destination().open(pipeline.file().name())) {
            boolean keeps = session.keepsCheckpoints();
            List<StoredCheckpoint> known = keeps ? session.checkpoints() : pipeline.local().list();
            List<StoredCheckpoint> chosen = chosen(known);
            if (data && !chosen.isEmpty() && !yes && !agreed(chosen)) {
                terminal()
                        .errors()
                        .println("Nothing was changed. Answer with --yes to drop the tables.");
                return ExitStatus.FAILED;
            }
            List<StreamName> names = chosen.stream().map(StoredCheckpoint::stream).toList();
            session.reset(names, data);
            if (!keeps) {
                pipeline.local().reset(names);
            }
            tell(chosen, log);
            return ExitStatus.DONE;
        }
    }

    private List<StoredCheckpoint> chosen(List<StoredCheckpoint> known) {
        if (streams.isEmpty()) {
            return known;
        }
        List<StoredCheckpoint> chosen = new ArrayList<>();
        for (String name : streams) {
            List<StoredCheckpoint> found =
                    known.stream()
                            .filter(checkpoint ->
                                    name.equals(checkpoint.stream().toString())
                                            || name.equals(checkpoint.stream().name()))
                            .toList();
            if (found.size() != 1) {
                throw new UsageException(
                        found.isEmpty()
                                ? "The pipeline has synced no stream \"%s\".".formatted(name)
                                : "Several streams are called \"%s\"; name one with its namespace."
                                        .formatted(name));
            }
            chosen.add(found.getFirst());
        }
        return chosen;
    }

    private boolean agreed(List<StoredCheckpoint> chosen) {
        terminal()
                .errors()
                .print(
                        "Drop %s? [y/N] "
                                .formatted(
                                        chosen.stream()
                                                .map(StoredCheckpoint::table)
                                                .collect(Collectors.joining(", "))));
        terminal().errors().flush();
        try {
            var input =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            return Optional.ofNullable(input.readLine())
                    .filter(answer -> answer.strip().matches("(?i)y|yes"))
                    .isPresent();
        } catch (IOException e) {
            throw new UsageException("The answer can't be read. Give it with --yes.", e);
        }
    }

    private void tell(List<StoredCheckpoint> chosen, RunLog log) {
        if (json()) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            ArrayNode nodes = document.putArray("streams");
            for (StoredCheckpoint checkpoint : chosen) {
                ObjectNode node = nodes.addObject();
                DiscoverCommand.putName(node, checkpoint.stream());
                node.put("table", checkpoint.table());
                node.put("dropped", data);
            }
            print(document, log);
            return;
        }
        if (chosen.isEmpty()) {
            say("There was nothing to forget.");
        }
        for (StoredCheckpoint checkpoint : chosen) {
            say(
                    "%s: forgotten%s"
                            .formatted(
                                    checkpoint.stream(),
                                    data ? ", and " + checkpoint.table() + " dropped" : ""));
        }
    }
}
