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
record FileProgress(Fingerprint fingerprint, long offset, long line, boolean complete) {

    /**
     * What tells whether a file has changed.
     *
     * @param size bytes
     * @param modified milliseconds since 1970
     * @param head hash of its first bytes
     * @param tail hash of its last bytes
     */
    record Fingerprint(long size, long modified, String head, String tail) {}

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
                                node.path("tail").asString("")),
                        node.path("offset").asLong(0),
                        node.path("line").asLong(0),
                        node.path("complete").asBoolean(false)));
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("size", fingerprint.size());
        node.put("modified", fingerprint.modified());
        node.put("head", fingerprint.head());
        node.put("tail", fingerprint.tail());
        node.put("offset", offset);
        node.put("line", line);
        node.put("complete", complete);
        return node;
    }
}
