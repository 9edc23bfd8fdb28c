package io.millrace.cli.command;

import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.replication.launch.Launchers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace status}. */
@Command(
        description =
                "The streams that were synced, their checkpoints, how old they are, and the last"
                        + " receipt.")
final class StatusCommand extends PipelineCommand {
    StatusCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        List<StoredCheckpoint> checkpoints;
        Optional<JsonNode> receipt;
        try (DestinationSession session = pipeline.destination().open(pipeline.file().name())) {
            boolean keeps = session.keepsCheckpoints();
            checkpoints = keeps ? session.checkpoints() : pipeline.local().list();
            receipt = keeps ? session.loadReceipt() : pipeline.local().loadReceipt();
        }
        if (json()) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            document.put("pipeline", pipeline.file().name());
            ArrayNode streams = document.putArray("streams");
            checkpoints.forEach(checkpoint -> streams.add(node(checkpoint)));
            document.set("last_receipt", receipt.orElseGet(JsonMapper.shared()::nullNode));
            print(document, log);
            return ExitStatus.DONE;
        }
        if (checkpoints.isEmpty()) {
            say("%s was never synced.".formatted(pipeline.file().name()));
        }
        for (StoredCheckpoint checkpoint : checkpoints) {
            say(
                    "%-40s %,14d records, generation %d%s, %s ago, in %s"
                            .formatted(
                                    checkpoint.stream(),
                                    checkpoint.recordsCommitted(),
                                    checkpoint.generation(),
                                    checkpoint.generationComplete() ? "" : " (not complete)",
                                    age(checkpoint),
                                    checkpoint.table()));
        }
        receipt.ifPresent(last ->
                say(
                        "last run: %s at %s"
                                .formatted(
                                        last.path("status").asString(""),
                                        last.path("ended_at").asString(""))));
        return ExitStatus.DONE;
    }

    private String age(StoredCheckpoint checkpoint) {
        long seconds = lag(checkpoint).toSeconds();
        return seconds < 120
                ? seconds + " s"
                : seconds < 7200
                        ? seconds / 60 + " min"
                        : seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
    }

    private Duration lag(StoredCheckpoint checkpoint) {
        Duration lag = Duration.between(checkpoint.committedAt(), terminal().clock().instant());
        return lag.isNegative()
                ? Duration.ZERO
                : lag; // the destination's clock may be ahead of ours
    }

    private ObjectNode node(StoredCheckpoint checkpoint) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        DiscoverCommand.putName(node, checkpoint.stream());
        node.put("sync_mode", checkpoint.mode().text());
        node.put("table", checkpoint.table());
        node.put("generation", checkpoint.generation());
        node.put("generation_complete", checkpoint.generationComplete());
        node.set("checkpoint", checkpoint.state().orElseGet(JsonMapper.shared()::nullNode));
        node.put("records_committed", checkpoint.recordsCommitted());
        node.put("committed_at", checkpoint.committedAt().toString());
        node.put("lag_seconds", lag(checkpoint).toSeconds());
        return node;
    }
}
