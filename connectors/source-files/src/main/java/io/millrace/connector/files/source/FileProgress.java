package io.millrace.connector.files.source;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far a file was read, in the state.
 *
 * @param fingerprint of the file as it was when the reading began
 * @param offset bytes of the decompressed UTF-8 text (rows of a Parquet file) that were read
 * @param line the line at that offset, from 1; 0 where lines don't count
 * @param complete whether that is all of it
 */
record FileProgress(
        Fingerprint fingerprint, long offset, long line, boolean complete, Ending ending) {

    /**
     * What tells whether a file has changed.
     *
     * @param size bytes
     * @param modified milliseconds since 1970
     * @param head hash of its first bytes
     * @param tail hash of its last bytes
     * @param node what the file system tells files apart by, whatever their names; empty where it
     *     doesn't say
     */
    record Fingerprint(long size, long modified, String head, String tail, Optional<String> node) {

        /**
         * Whether {@code now} has the same content, as far as can be told; a small file is hashed
         * whole, so that its time doesn't matter.
         */
        boolean sameContent(Fingerprint now) {
            return size == now.size
                    && head.equals(now.head)
                    && tail.equals(now.tail)
                    && (modified == now.modified || size <= Fingerprints.HEAD_BYTES);
        }
    }

    /** The same, going on elsewhere. */
    FileProgress at(long newOffset, long newLine) {
        return new FileProgress(fingerprint, newOffset, newLine, complete, new Ending.Closed());
    }

    static Optional<FileProgress> parse(JsonNode node) {
        if (!node.isObject()) {
            return Optional.empty();
        }
        return Optional.of(
                new FileProgress(
                        new Fingerprint(
                                node.path("size").asLong(-1),
                                node.path("modified").asLong(-1),
                                node.path("head").asString(""),
                                node.path("tail").asString(""),
                                Optional.of(node.path("node").asString(""))
                                        .filter(text -> !text.isEmpty())),
                        node.path("offset").asLong(0),
                        node.path("line").asLong(0),
                        node.path("complete").asBoolean(false),
                        ending(node)));
    }

    private static Ending ending(JsonNode node) {
        return switch (node.path("ending").asString("")) {
            case "closed" -> new Ending.Closed();
            case "taken" ->
                    new Ending.Taken(
                            node.path("row_offset").asLong(0), node.path("row_line").asLong(0));
            case "left" -> new Ending.Left();
            case "told" -> new Ending.Told();
            default -> new Ending.Unknown();
        };
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("size", fingerprint.size());
        node.put("modified", fingerprint.modified());
        node.put("head", fingerprint.head());
        node.put("tail", fingerprint.tail());
        fingerprint.node().ifPresent(text -> node.put("node", text));
        node.put("offset", offset);
        node.put("line", line);
        node.put("complete", complete);
        switch (ending) {
            case Ending.Closed _ -> node.put("ending", "closed");
            case Ending.Taken taken -> {
                node.put("ending", "taken");
                node.put("row_offset", taken.offset());
                node.put("row_line", taken.line());
            }
            case Ending.Left _ -> node.put("ending", "left");
            case Ending.Told _ -> node.put("ending", "told");
            case Ending.Unknown _ -> {
                // as it was found
            }
        }
        return node;
    }
}
