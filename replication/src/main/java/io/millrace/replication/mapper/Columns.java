package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.ValueFormatter;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** Schemas and batches in which one column differs. */
final class Columns {
    private Columns() {}

    /** The schema with another column in the place of the one at {@code index}. */
    static StreamSchema replace(StreamSchema schema, int index, Column column) {
        List<Column> columns = new ArrayList<>(schema.columns());
        columns.set(index, column);
        return new StreamSchema(columns);
    }

    static StreamSchema remove(StreamSchema schema, int index) {
        List<Column> columns = new ArrayList<>(schema.columns());
        columns.remove(index);
        return new StreamSchema(columns);
    }

    static List<Vector> vectors(ColumnBatch batch) {
        List<Vector> vectors = new ArrayList<>(batch.schema().size());
        for (int i = 0; i < batch.schema().size(); i++) {
            vectors.add(batch.vector(i));
        }
        return vectors;
    }

    /** Makes a value's text into another. */
    @FunctionalInterface
    interface TextFunction {
        /**
         * @param text UTF-8
         * @return ASCII or UTF-8
         */
        byte[] apply(byte[] text, int from, int count) throws GeneralSecurityException;
    }

    /**
     * The batch with texts in the place of the column at {@code index}: what {@code function} makes
     * of each value's canonical text. Nulls stay; a value that it fails on becomes null, and its
     * row says so.
     */
    static ColumnBatch replaceByText(
            ColumnBatch batch, int index, StreamSchema schema, TextFunction function) {
        Vector source = batch.vector(index);
        var formatter = ValueFormatter.of(source.type());
        var text = new JsonBuffer(64);
        Vector target = Vector.create(batch.memory(), new ColumnType.Text(), batch.rows());
        try {
            for (int row = 0; row < batch.rows(); row++) {
                if (source.isNull(row)) {
                    target.appendNull();
                    continue;
                }
                text.clear();
                formatter.appendText(source, row, text);
                try {
                    ((VariableVector) target).append(function.apply(text.array(), 0, text.size()));
                } catch (GeneralSecurityException _) {
                    target.appendNull();
                    batch.change(
                            row,
                            new FieldChange(
                                    schema.column(index).name(),
                                    FieldChange.Kind.NULLED,
                                    FieldChange.Reason.PLATFORM_SERIALIZATION_ERROR));
                }
            }
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
        List<Vector> vectors = vectors(batch);
        vectors.set(index, target);
        return batch.replaceColumns(batch.stream(), schema, vectors);
    }
}
