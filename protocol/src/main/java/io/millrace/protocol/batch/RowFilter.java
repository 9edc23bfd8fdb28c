package io.millrace.protocol.batch;

import java.util.BitSet;

/** Keeps some rows of a batch. */
public final class RowFilter {
    private RowFilter() {}

    /**
     * A new batch with the rows of {@code batch} whose bit is set, in their order; {@code batch} is
     * closed.
     */
    public static ColumnBatch keep(ColumnBatch batch, BitSet kept) {
        if (kept.cardinality() == batch.rows()) {
            return batch;
        }
        var result =
                new ColumnBatch(
                        batch.memory(),
                        batch.stream(),
                        batch.schema(),
                        batch.rows() == 0 ? 0 : batch.extractedAt(0),
                        kept.cardinality());
        for (int column = 0; column < batch.schema().size(); column++) {
            Vector from = batch.vector(column);
            Vector to = result.vector(column);
            for (int row = kept.nextSetBit(0); row >= 0; row = kept.nextSetBit(row + 1)) {
                to.appendFrom(from, row);
            }
        }
        for (int row = kept.nextSetBit(0); row >= 0; row = kept.nextSetBit(row + 1)) {
            for (FieldChange change : batch.changes(row)) {
                result.changeOpenRow(change);
            }
            result.extractedAtOfOpenRow(batch.extractedAt(row));
            result.endRow();
        }
        batch.close();
        return result;
    }
}
