package io.millrace.protocol.json;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.UUID;

/**
 * Writes the rows of batches of one schema as JSON objects, each on one line, without the line
 * break. Every column is there, nulls too. Immutable; for any thread, each with a buffer of its
 * own.
 */
public final class JsonLineEncoder {
    private static final byte[] RAW_ID = NumberFormatter.ascii("{\"_airbyte_raw_id\":\"");
    private static final byte[] EXTRACTED_AT =
            NumberFormatter.ascii("\",\"_airbyte_extracted_at\":\"");
    private static final byte[] META = NumberFormatter.ascii("\",\"_airbyte_meta\":{\"changes\":");
    private static final byte[] GENERATION = NumberFormatter.ascii("},\"_airbyte_generation_id\":");

    private final byte[][] prefixes; // before each value: what parts it from the last, and its name
    private final byte[][] followers; // the same, for a column that isn't the object's first member
    private final ValueFormatter[] formatters;

    public JsonLineEncoder(StreamSchema schema) {
        prefixes = new byte[schema.size()][];
        followers = followers(schema);
        formatters = new ValueFormatter[schema.size()];
        for (int i = 0; i < formatters.length; i++) {
            byte[] prefix = followers[i].clone();
            if (i == 0) {
                prefix[0] = '{';
            }
            prefixes[i] = prefix;
            formatters[i] = ValueFormatter.of(schema.column(i).type());
        }
    }

    /** What stands before the value of each column: a comma, and its name. */
    static byte[][] followers(StreamSchema schema) {
        var followers = new byte[schema.size()][];
        for (int i = 0; i < followers.length; i++) {
            var name = new JsonBuffer(32);
            name.append(',');
            name.appendString(schema.column(i).name());
            name.append(':');
            followers[i] = name.toBytes();
        }
        return followers;
    }

    /** Appends the columns of {@code row} as an object. */
    public void encode(ColumnBatch batch, int row, JsonBuffer out) {
        if (formatters.length == 0) {
            out.append('{');
        }
        members(batch, row, prefixes, out);
        out.append('}');
    }

    /**
     * As {@link #encode(ColumnBatch, int, JsonBuffer)}, with Airbyte's four columns in front.
     *
     * @param rawId the row's own
     */
    public void encode(ColumnBatch batch, int row, UUID rawId, long generation, JsonBuffer out) {
        appendId(rawId, out);
        appendMetadata(batch.extractedAt(row), batch.changes(row), generation, out);
        members(batch, row, followers, out);
        out.append('}');
    }

    /** Appends {@code row} as an object, as if it came from a batch. */
    public static void encode(JsonRows rows, int row, JsonBuffer out) {
        int start = out.size;
        rows.appendMembers(row, out);
        out.bytes[start] = '{'; // for the first member's comma
        out.append('}');
    }

    /**
     * As {@link #encode(ColumnBatch, int, UUID, long, JsonBuffer)}.
     *
     * @param metadata of all of these rows, from {@link #metadataOf}
     */
    public static void encode(JsonRows rows, int row, UUID rawId, byte[] metadata, JsonBuffer out) {
        appendId(rawId, out);
        out.append(metadata);
        rows.appendMembers(row, out);
        out.append('}');
    }

    /** What Airbyte's columns behind the id hold, which is the same for all of {@code rows}. */
    public static byte[] metadataOf(JsonRows rows, long generation) {
        var out = new JsonBuffer(160);
        appendMetadata(rows.extractedAt(), List.of(), generation, out);
        return out.toBytes();
    }

    private static void appendId(UUID rawId, JsonBuffer out) {
        out.append(RAW_ID);
        ValueFormatter.appendUuid(
                rawId.getMostSignificantBits(), rawId.getLeastSignificantBits(), out);
    }

    private static void appendMetadata(
            long extractedAt, List<FieldChange> changes, long generation, JsonBuffer out) {
        out.append(EXTRACTED_AT);
        out.reserve(TemporalFormatter.LONGEST);
        out.size = TemporalFormatter.timestamp(out.bytes, out.size, extractedAt, true);
        out.append(META);
        appendChanges(changes, out);
        out.append(GENERATION);
        out.appendLong(generation);
    }

    private void members(ColumnBatch batch, int row, byte[][] before, JsonBuffer out) {
        for (int i = 0; i < formatters.length; i++) {
            Vector vector = batch.vector(i);
            out.append(before[i]);
            formatters[i].appendJson(vector, row, out);
        }
    }

    /** Appends {@code changes} as the protocol's array (reference: protocol 1.3.1). */
    public static void appendChanges(List<FieldChange> changes, JsonBuffer out) {
        out.append('[');
        for (int i = 0; i < changes.size(); i++) {
            FieldChange change = changes.get(i);
            out.append(i == 0 ? "{\"field\":" : ",{\"field\":");
            out.appendString(change.field());
            out.append(",\"change\":\"");
            out.append(change.change().name());
            out.append("\",\"reason\":\"");
            out.append(change.reason().name());
            out.append("\"}");
        }
        out.append(']');
    }
}
