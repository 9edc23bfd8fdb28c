package io.millrace.cli.command;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.replication.sync.Receipt;
import io.millrace.replication.sync.Receipt.Failure;
import io.millrace.replication.sync.Receipt.StreamReceipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** A receipt for people. */
final class ReceiptText {
    /** So many streams that failed alike have a line each. */
    private static final int MOST_ALIKE = 3;

    private static final int MOST_TOLD = 5;

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
            if (!stream.columnChanges().isEmpty()) {
                lines.add("    " + shortened(stream.columnChanges()));
            }
            stream.rejections()
                    .forEach((reason, count) ->
                            lines.add("    rejected %,d: %s".formatted(count, reason)));
        }
        alike(receipt.failures()).forEach(failures -> lines.add(line(failures)));
        return lines;
    }

    /** The first of many phrases. */
    private static String shortened(List<String> phrases) {
        String first = String.join("; ", phrases.subList(0, Math.min(MOST_TOLD, phrases.size())));
        return phrases.size() > MOST_TOLD
                ? "%s; and %,d more".formatted(first, phrases.size() - MOST_TOLD)
                : first;
    }

    /** Failures in their order; those of many streams for one reason together. */
    private static List<List<Failure>> alike(List<Failure> failures) {
        var byReason = new LinkedHashMap<List<String>, List<Failure>>();
        for (Failure failure : failures) {
            byReason.computeIfAbsent(
                            List.of(failure.type().text(), failure.message()),
                            _ -> new ArrayList<>())
                    .add(failure);
        }
        List<List<Failure>> groups = new ArrayList<>();
        for (List<Failure> group : byReason.values()) {
            if (group.size() > MOST_ALIKE) {
                groups.add(group);
            } else {
                group.forEach(failure -> groups.add(List.of(failure)));
            }
        }
        return groups;
    }

    private static String line(List<Failure> alike) {
        Failure first = alike.getFirst();
        String streams =
                alike.stream()
                        .limit(MOST_ALIKE)
                        .flatMap(failure -> failure.stream().stream())
                        .map(StreamName::toString)
                        .collect(Collectors.joining(", "));
        String more =
                alike.size() > MOST_ALIKE
                        ? " and %,d more".formatted(alike.size() - MOST_ALIKE)
                        : "";
        return "  %s%s%s: %s"
                .formatted(
                        streams + more,
                        streams.isEmpty() && more.isEmpty() ? "" : ": ",
                        first.type().text(),
                        first.message());
    }
}
