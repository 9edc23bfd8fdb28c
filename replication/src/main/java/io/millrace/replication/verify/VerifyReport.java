package io.millrace.replication.verify;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.replication.sync.Receipt;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a comparison found, stream by stream. */
public record VerifyReport(List<StreamReport> streams) {

    public VerifyReport {
        streams = List.copyOf(streams);
    }

    public boolean equal() {
        return streams.stream().allMatch(StreamReport::equal);
    }

    /**
     * One stream.
     *
     * @param sourceCount rows of the source that should have landed
     * @param destinationCount rows that have; in append modes the newest version of each
     * @param differences the first of them, up to the limit that was asked for
     * @param differenceCount all of them, those beyond the limit too, and those that are left out
     *     of the verdict
     */
    public record StreamReport(
            StreamName stream,
            boolean equal,
            long sourceCount,
            long destinationCount,
            long sourceChecksum,
            long destinationChecksum,
            List<Difference> differences,
            long differenceCount) {
        public StreamReport {
            differences = List.copyOf(differences);
        }
    }

    /**
     * A row that differs.
     *
     * @param key the values of its key by landed name; all its values where the stream has no key
     */
    public record Difference(Map<String, JsonNode> key, Kind kind) {}

    /** How a row differs. */
    public enum Kind {
        /** The source has it, the destination not. */
        MISSING,
        /** The destination has it, or has it once more, and the source not. */
        EXTRA,
        /** Both have it, with other values. */
        CHANGED,
        /** A deduplicated stream still has it, and the source has dropped it since. */
        GONE;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As in COMMANDS section 1. */
    public ObjectNode toJson() {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("status", equal() ? "equal" : "different");
        var nodes = report.putArray("streams");
        for (StreamReport stream : streams) {
            ObjectNode node = nodes.addObject();
            stream.stream()
                    .namespace()
                    .ifPresentOrElse(
                            text -> node.put("namespace", text), () -> node.putNull("namespace"));
            node.put("name", stream.stream().name());
            node.put("status", stream.equal() ? "equal" : "different");
            node.put("source_count", stream.sourceCount());
            node.put("destination_count", stream.destinationCount());
            node.put("source_checksum", Receipt.checksumText(stream.sourceChecksum()));
            node.put("destination_checksum", Receipt.checksumText(stream.destinationChecksum()));
            node.put("difference_count", stream.differenceCount());
            var differences = node.putArray("differences");
            for (Difference difference : stream.differences()) {
                ObjectNode entry = differences.addObject();
                ObjectNode key = entry.putObject("key");
                difference.key().forEach(key::set);
                entry.put("difference", difference.kind().text());
            }
        }
        return report;
    }
}
