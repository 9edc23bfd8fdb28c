package io.millrace.replication.sync;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.FailureType;
import io.millrace.protocol.failure.SyncFailure;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The outcome of a run: what was read, committed, rejected and altered, and what failed. */
public record Receipt(
        String pipeline,
        Status status,
        Instant startedAt,
        Instant endedAt,
        List<StreamReceipt> streams,
        List<Failure> failures) {

    public Receipt {
        streams = List.copyOf(streams);
        failures = List.copyOf(failures);
    }

    /** How the run ended. */
    public enum Status {
        SUCCEEDED,
        /** Some streams are complete, or progress was made. */
        INCOMPLETE,
        FAILED,
        CANCELLED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One stream's part.
     *
     * @param recordsRead what the source gave, before filters
     * @param recordsCommitted what is durable at the destination, of this run
     * @param recordsRejected what can't be landed or was not readable, by reason in {@code
     *     rejections}
     * @param valuesChanged values of committed rows that the destination couldn't hold
     * @param checksum over the rows committed in this run; doesn't depend on their order
     * @param state the newest durable state
     * @param columnChanges what was altered of the table, a phrase each for a person
     */
    public record StreamReceipt(
            StreamName stream,
            SyncMode mode,
            boolean complete,
            long generation,
            long recordsRead,
            long recordsCommitted,
            long recordsRejected,
            long valuesChanged,
            long bytesRead,
            long checksum,
            Optional<JsonNode> state,
            Map<String, Long> rejections,
            List<String> columnChanges) {}

    /** What went wrong; without a stream where it concerns all. */
    public record Failure(
            Optional<StreamName> stream, FailureType type, String message, String detail) {
        static Failure of(Optional<StreamName> stream, SyncFailure failure) {
            return new Failure(
                    stream, failure.failureType(), failure.getMessage(), failure.detail());
        }
    }

    /** The same, with what failures tell changed by {@code mask}. */
    Receipt masked(UnaryOperator<String> mask) {
        return new Receipt(
                pipeline,
                status,
                startedAt,
                endedAt,
                streams,
                failures.stream()
                        .map(failure ->
                                new Failure(
                                        failure.stream(),
                                        failure.type(),
                                        mask.apply(failure.message()),
                                        mask.apply(failure.detail())))
                        .toList());
    }

    /** The receipt of a run that failed before it reached any stream. */
    public static Receipt failed(
            String pipeline, Instant startedAt, Instant endedAt, SyncFailure failure) {
        return new Receipt(
                pipeline,
                Status.FAILED,
                startedAt,
                endedAt,
                List.of(),
                List.of(Failure.of(Optional.empty(), failure)));
    }

    /** Of a run that was stopped before it reached any stream. */
    public static Receipt stopped(String pipeline, Instant startedAt, Instant endedAt) {
        return new Receipt(pipeline, Status.CANCELLED, startedAt, endedAt, List.of(), List.of());
    }

    /** As in COMMANDS section 4. */
    public ObjectNode toJson() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        ObjectNode receipt = json.objectNode();
        receipt.put("pipeline", pipeline);
        receipt.put("status", status.text());
        receipt.put("started_at", startedAt.toString());
        receipt.put("ended_at", endedAt.toString());
        var streamNodes = receipt.putArray("streams");
        for (StreamReceipt stream : streams) {
            ObjectNode node = streamNodes.addObject();
            putName(node, stream.stream());
            node.put("sync_mode", stream.mode().text());
            node.put("status", stream.complete() ? "complete" : "incomplete");
            node.put("generation", stream.generation());
            node.put("records_read", stream.recordsRead());
            node.put("records_committed", stream.recordsCommitted());
            node.put("records_rejected", stream.recordsRejected());
            node.put("values_changed", stream.valuesChanged());
            node.put("bytes_read", stream.bytesRead());
            node.put("checksum", checksumText(stream.checksum()));
            node.set("state", stream.state().orElseGet(json::nullNode));
            if (!stream.rejections().isEmpty()) {
                ObjectNode rejections = node.putObject("rejections");
                stream.rejections().forEach(rejections::put);
            }
            if (!stream.columnChanges().isEmpty()) {
                stream.columnChanges().forEach(node.putArray("column_changes")::add);
            }
        }
        var failureNodes = receipt.putArray("failures");
        for (Failure failure : failures) {
            ObjectNode node = failureNodes.addObject();
            failure.stream()
                    .ifPresentOrElse(
                            stream -> node.put("stream", stream.toString()),
                            () -> node.putNull("stream"));
            node.put("type", failure.type().text());
            node.put("message", failure.message());
            node.put("detail", failure.detail());
        }
        return receipt;
    }

    /** 16 hexadecimal digits. */
    public static String checksumText(long checksum) {
        return "%016x".formatted(checksum);
    }

    private static void putName(ObjectNode node, StreamName name) {
        name.namespace()
                .ifPresentOrElse(
                        text -> node.put("namespace", text), () -> node.putNull("namespace"));
        node.put("name", name.name());
    }
}
