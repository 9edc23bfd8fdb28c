package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.BinaryCopyEncoder;
import io.millrace.connector.postgres.common.CopyBuffer;
import io.millrace.connector.postgres.common.PostgresEpoch;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The metadata columns of each row, and in a staging table the order of arrival behind them. */
final class MetadataSuffix implements BinaryCopyEncoder.RowSuffix {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final byte[] UNCHANGED = "{\"changes\":[]}".getBytes(StandardCharsets.US_ASCII);
    private static final int JSONB_FORMAT = 1;
    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final List<MetadataColumn> columns;
    private final boolean arrival;
    private final long generation;
    // Identifiers need to be unique and not secret; the seed comes from the system.
    private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
    private long arrived;

    /**
     * @param columns which of the four, in their order
     */
    MetadataSuffix(List<MetadataColumn> columns, boolean arrival, long generation) {
        this.columns = List.copyOf(columns);
        this.arrival = arrival;
        this.generation = generation;
    }

    @Override
    public int fields() {
        return columns.size() + (arrival ? 1 : 0);
    }

    @Override
    public void append(ColumnBatch batch, int row, CopyBuffer out) {
        for (MetadataColumn column : columns) {
            switch (column) {
                case RAW_ID -> {
                    out.putInt(16);
                    out.putLong((random.nextLong() & ~0xF000L) | VERSION_4);
                    out.putLong((random.nextLong() >>> 2) | VARIANT);
                }
                case EXTRACTED_AT -> {
                    out.putInt(8);
                    out.putLong(batch.extractedAt(row) - PostgresEpoch.MICROS);
                }
                case META -> {
                    List<FieldChange> changes =
                            batch.changes().isEmpty() ? List.of() : batch.changes(row);
                    byte[] meta = changes.isEmpty() ? UNCHANGED : meta(changes);
                    out.putInt(1 + meta.length);
                    out.putByte(JSONB_FORMAT);
                    out.put(meta);
                }
                case GENERATION_ID -> {
                    out.putInt(8);
                    out.putLong(generation);
                }
            }
        }
        if (arrival) {
            out.putInt(8);
            out.putLong(arrived++);
        }
    }

    /**
     * As reference: protocol 3.3.7 has it. U+0000, which jsonb refuses, can't be in a name here.
     */
    private static byte[] meta(List<FieldChange> changes) {
        ObjectNode meta = JSON.createObjectNode();
        ArrayNode list = meta.putArray("changes");
        for (FieldChange change : changes) {
            list.addObject()
                    .put("field", change.field().replace("\0", ""))
                    .put("change", change.change().name())
                    .put("reason", change.reason().name());
        }
        return JSON.writeValueAsBytes(meta);
    }
}
