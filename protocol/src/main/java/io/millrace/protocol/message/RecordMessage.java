package io.millrace.protocol.message;

import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row as a tree, for tests and tools; the data plane reads rows by lines of bytes.
 *
 * @param emittedAt when the source read the row, in milliseconds since 1970; empty where the source
 *     left it out
 */
public record RecordMessage(
        StreamName stream,
        ObjectNode data,
        OptionalLong emittedAt,
        Optional<Meta> meta,
        Optional<FileReference> fileReference,
        Additional additional,
        Additional envelope)
        implements Message {

    public static RecordMessage of(StreamName stream, ObjectNode data, long emittedAt) {
        return new RecordMessage(
                stream,
                data,
                OptionalLong.of(emittedAt),
                Optional.empty(),
                Optional.empty(),
                Additional.NONE,
                Additional.NONE);
    }

    /** What happened to the row on its way; each hop appends, nobody removes. */
    public record Meta(List<Change> changes, Additional additional) {
        public Meta {
            changes = List.copyOf(changes);
        }
    }

    /** A field that does not hold what the source held. */
    public record Change(
            String field,
            OpenValue<FieldChange.Kind> change,
            OpenValue<FieldChange.Reason> reason,
            Additional additional) {}

    /** A file that travels beside the row, in a staging area that both ends share. */
    public record FileReference(
            Optional<String> stagingFileUrl,
            Optional<String> sourceFileRelativePath,
            OptionalLong fileSizeBytes,
            Additional additional) {}
}
