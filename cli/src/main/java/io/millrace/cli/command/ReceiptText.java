package io.millrace.cli.command;

import io.millrace.replication.sync.Receipt;
import io.millrace.replication.sync.Receipt.Failure;
import io.millrace.replication.sync.Receipt.StreamReceipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A receipt for people. */
final class ReceiptText {
    private ReceiptText() {}

    static List<String> of(Receipt receipt) {
        List<String> lines = new ArrayList<>();
        Duration took = Duration.between(receipt.startedAt(), receipt.endedAt());
        lines.add(
                "%s: %s in %.1f s"
                        .formatted(
                                receipt.pipeline(),
                                receipt.status().text(),
                                took.toMillis() / 1000.0));
        if (!receipt.streams().isEmpty()) {
            lines.add(
                    "  %-40s %14s %14s %10s  %-16s %s"
                            .formatted(
                                    "stream",
                                    "read",
                                    "committed",
                                    "rejected",
                                    "checksum",
                                    "status"));
        }
        for (StreamReceipt stream : receipt.streams()) {
            lines.add(
                    "  %-40s %,14d %,14d %,10d  %s %s"
                            .formatted(
                                    stream.stream(),
                                    stream.recordsRead(),
                                    stream.recordsCommitted(),
                                    stream.recordsRejected(),
                                    Receipt.checksumText(stream.checksum()),
                                    stream.complete() ? "complete" : "incomplete"));
            if (stream.valuesChanged() > 0) {
                lines.add(
                        "    %,d %s not land as %s; _airbyte_meta.changes of the row says which."
                                .formatted(
                                        stream.valuesChanged(),
                                        stream.valuesChanged() == 1 ? "value did" : "values did",
                                        stream.valuesChanged() == 1 ? "it was" : "they were"));
            }
            stream.rejections()
                    .forEach((reason, count) ->
                            lines.add("    rejected %,d: %s".formatted(count, reason)));
        }
        for (Failure failure : receipt.failures()) {
            lines.add(
                    "  %s%s: %s"
                            .formatted(
                                    failure.stream().map(stream -> stream + ": ").orElse(""),
                                    failure.type().text(),
                                    failure.message()));
        }
        return lines;
    }
}
