package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.schema.StreamSchema;
import java.util.Optional;

/**
 * Changes the records of one stream, made for one configuration and one schema. Immutable; for any
 * thread.
 */
public interface Mapper {

    /** The columns that come out. */
    StreamSchema schema();

    /**
     * Maps a batch of the columns that go in, which is closed or lives on in the result. A value
     * that can't be mapped becomes null with a change on its row.
     */
    ColumnBatch apply(ColumnBatch batch);

    /**
     * The column in which values of {@code column} can still be told apart: equal ones stay equal,
     * others differ. Empty where there is none. Keys follow it.
     */
    default Optional<String> identityOf(String column) {
        return Optional.of(column);
    }

    /** The column in which values of {@code column} keep their order. Cursors follow it. */
    default Optional<String> orderOf(String column) {
        return identityOf(column);
    }
}
