package io.millrace.replication.landing;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.List;

/**
 * Converts batches of a stream into batches with the names and types with which it lands, column by
 * column. A vector whose type stays is passed on as it is. A value that the landed type can't hold
 * becomes null, or loses digits, and its row says so (invariant 6): every pair of types has its
 * conversion, so that a batch always lands. Immutable; for any thread.
 */
public final class Landing {
    private final StreamSchema from;
    private final StreamSchema to;
    private final List<ColumnConversion> conversions;

    private Landing(StreamSchema from, StreamSchema to) {
        this.from = from;
        this.to = to;
        List<ColumnConversion> between = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            between.add(new ColumnConversion(from.column(i).type(), to.column(i).type()));
        }
        conversions = List.copyOf(between);
    }

    /**
     * @param from the columns as they come
     * @param to the columns as they land, in the same order; see {@link LandingPlan#landed}. Those
     *     beyond {@code from} are null in every row
     */
    public static Landing between(StreamSchema from, StreamSchema to) {
        if (to.size() < from.size()) {
            throw new IllegalArgumentException(
                    "%d columns can't land as %d".formatted(from.size(), to.size()));
        }
        return new Landing(from, to);
    }

    /** Whether the columns land as they come. */
    public boolean changesNothing() {
        return from.equals(to);
    }

    /**
     * The rows of {@code batch} with the landed columns. {@code batch} lives on in the result; it
     * is untouched and still its caller's where this throws.
     */
    public ColumnBatch apply(ColumnBatch batch) {
        if (changesNothing()) {
            return batch;
        }
        List<Vector> landed = new ArrayList<>(to.size());
        try {
            for (int i = 0; i < conversions.size(); i++) {
                String name = from.column(i).name();
                landed.add(
                        conversions
                                .get(i)
                                .convert(
                                        batch.vector(i),
                                        batch.memory(),
                                        (row, fit) ->
                                                fit.change(
                                                                name,
                                                                FieldChange.Reason
                                                                        .DESTINATION_TYPECAST_ERROR)
                                                        .ifPresent(change ->
                                                                batch.change(row, change))));
            }
            for (int i = from.size(); i < to.size(); i++) {
                Vector empty = Vector.create(batch.memory(), to.column(i).type(), batch.rows());
                landed.add(empty);
                for (int row = 0; row < batch.rows(); row++) {
                    empty.appendNull();
                }
            }
        } catch (RuntimeException e) {
            for (int i = 0; i < landed.size(); i++) {
                if (i >= conversions.size() || !conversions.get(i).keeps()) {
                    landed.get(i).close();
                }
            }
            throw e;
        }
        return batch.replaceColumns(batch.stream(), to, landed);
    }
}
