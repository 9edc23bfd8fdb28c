package io.millrace.cli.command;

import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.PipelineLock;
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
        Optional<PipelineLock.Holder> runner = pipeline.runner();
        if (json()) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            document.put("pipeline", pipeline.file().name());
            ArrayNode streams = document.putArray("streams");
            checkpoints.forEach(checkpoint -> streams.add(node(checkpoint, receipt)));
            document.set("last_receipt", receipt.orElseGet(JsonMapper.shared()::nullNode));
            document.set("current_run", node(runner));
            print(document, log);
            return ExitStatus.DONE;
        }
        if (checkpoints.isEmpty()) {
            say(
                    "%s %s."
                            .formatted(
                                    pipeline.file().name(),
                                    receipt.isPresent() || runner.isPresent()
                                            ? "has no checkpoints"
                                            : "was never synced"));
        }
        for (StoredCheckpoint checkpoint : checkpoints) {
            say(
                    isForgotten(checkpoint, receipt)
                            ? "%-40s reset %s ago; the next sync reads it from the beginning"
                                    .formatted(checkpoint.stream(), age(checkpoint))
                            : "%-40s %,14d records, generation %d%s, %s ago, in %s"
                                    .formatted(
                                            checkpoint.stream(),
                                            checkpoint.recordsCommitted(),
                                            checkpoint.generation(),
                                            checkpoint.generationComplete()
                                                    ? ""
                                                    : " (not complete)",
                                            age(checkpoint),
                                            checkpoint.table()));
        }
        receipt.ifPresent(last ->
                say(
                        "last run: %s at %s"
                                .formatted(
                                        last.path("status").asString(""),
                                        last.path("ended_at").asString(""))));
        runner.ifPresent(holder ->
                say(
                        holder.isAlive()
                                ? "running now: %s".formatted(holder.text())
                                : "interrupted: %s was killed, or its machine went down. What it committed stands; the next sync goes on from there."
                                        .formatted(holder.text())));
        return ExitStatus.DONE;
    }

    /**
     * Whether a reset took the stream's checkpoint. A stream of no rows that was read as a whole
     * looks alike, but has a receipt.
     */
    private static boolean isForgotten(StoredCheckpoint checkpoint, Optional<JsonNode> receipt) {
        return checkpoint.generationComplete()
                && checkpoint.state().isEmpty()
                && checkpoint.recordsCommitted() == 0
                && receipt.stream()
                        .flatMap(last -> last.path("streams").valueStream())
                        .filter(stream -> isOf(checkpoint, stream))
                        .noneMatch(stream -> stream.path("records_committed").asLong(0) == 0);
    }

    private static boolean isOf(StoredCheckpoint checkpoint, JsonNode stream) {
        return stream.path("name").asString("").equals(checkpoint.stream().name())
                && stream.path("namespace").asStringOpt().equals(checkpoint.stream().namespace());
    }

    private static JsonNode node(Optional<PipelineLock.Holder> runner) {
        if (runner.isEmpty()) {
            return JsonMapper.shared().nullNode();
        }
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("status", runner.get().isAlive() ? "running" : "interrupted");
        node.put("process", runner.get().text());
        return node;
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

    private ObjectNode node(StoredCheckpoint checkpoint, Optional<JsonNode> receipt) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        DiscoverCommand.putName(node, checkpoint.stream());
        node.put("sync_mode", checkpoint.mode().text());
        node.put("table", checkpoint.table());
        node.put("generation", checkpoint.generation());
        node.put("generation_complete", checkpoint.generationComplete());
        node.put("reset", isForgotten(checkpoint, receipt));
        node.set("checkpoint", checkpoint.state().orElseGet(JsonMapper.shared()::nullNode));
        node.put("records_committed", checkpoint.recordsCommitted());
        node.put("committed_at", checkpoint.committedAt().toString());
        node.put("lag_seconds", lag(checkpoint).toSeconds());
        return node;
    }
}
