package io.millrace.declarative.source;

import io.millrace.declarative.record.FileReference;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonBuffer;
import java.nio.charset.StandardCharsets;

/** Records as lines of the protocol. */
public final class RecordLineText {
    private RecordLineText() {}

    /** What every line of a stream's records begins with. */
    public static byte[] beginning(StreamName name) {
        var text = new JsonBuffer(64);
        text.append("{\"type\":\"RECORD\",\"record\":{\"stream\":");
        text.appendString(name.name());
        name.namespace()
                .ifPresent(namespace -> {
                    text.append(",\"namespace\":");
                    text.appendString(namespace);
                });
        text.append(",\"data\":");
        return text.toBytes();
    }

    /**
     * What every line ends with, its line feed included.
     *
     * @param emittedAt milliseconds since 1970
     */
    public static byte[] ending(long emittedAt) {
        return ",\"emitted_at\":%d}}\n".formatted(emittedAt).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Appends a line; nothing where this throws.
     *
     * @param beginning as {@link #beginning} made it
     * @param ending as {@link #ending} made it
     * @throws SystemFailure where the record is no object
     */
    public static void append(
            byte[] beginning, SourceRecord record, byte[] ending, JsonBuffer lines) {
        if (!record.isObject()) {
            throw new SystemFailure(
                    "A record is no object. Point the extractor's field_path at objects.");
        }
        int before = lines.size();
        lines.append(beginning);
        try {
            record.writeTo(lines);
        } catch (RuntimeException error) {
            lines.truncate(before); // half a line must never leave
            throw error;
        }
        record.file().ifPresent(file -> append(file, lines));
        lines.append(ending);
    }

    private static void append(FileReference file, JsonBuffer lines) {
        lines.append(",\"file_reference\":{\"staging_file_url\":");
        lines.appendString(file.url());
        lines.append(",\"source_file_relative_path\":");
        lines.appendString(file.relativePath());
        lines.append(",\"file_size_bytes\":");
        lines.appendLong(file.bytes());
        lines.append('}');
    }
}
