package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The streams that a source offers. */
public record Catalog(List<Stream> streams, Additional additional) {
    public Catalog {
        streams = List.copyOf(streams);
    }

    public static Catalog of(List<Stream> streams) {
        return new Catalog(streams, Additional.NONE);
    }

    /**
     * A stream as a source offers it (reference: protocol 1.3.8). Keys and cursors are paths.
     *
     * @param jsonSchema the declared shape of the rows
     * @param defaultCursorField taken where the user chooses none
     * @param resumable whether a full refresh can go on from a state
     * @param fileBased whether rows come with files
     */
    public record Stream(
            StreamName name,
            ObjectNode jsonSchema,
            List<OpenValue<SourceSyncMode>> supportedSyncModes,
            Optional<Boolean> sourceDefinedCursor,
            Optional<List<String>> defaultCursorField,
            Optional<List<List<String>>> sourceDefinedPrimaryKey,
            Optional<Boolean> resumable,
            Optional<Boolean> fileBased,
            Additional additional) {
        public Stream {
            supportedSyncModes = List.copyOf(supportedSyncModes);
            defaultCursorField = defaultCursorField.map(List::copyOf);
            sourceDefinedPrimaryKey = sourceDefinedPrimaryKey.map(Catalog::copyOfPaths);
        }

        public boolean supports(SourceSyncMode mode) {
            return supportedSyncModes.stream().anyMatch(supported -> supported.is(mode));
        }
    }

    static List<List<String>> copyOfPaths(List<List<String>> paths) {
        return paths.stream().map(List::copyOf).toList();
    }
}
