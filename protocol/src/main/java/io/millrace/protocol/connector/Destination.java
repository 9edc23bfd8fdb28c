package io.millrace.protocol.connector;

import io.millrace.protocol.batch.ColumnBatch;
import java.util.List;
import java.util.Set;

/**
 * Something to write to, made for one configuration. All methods block, and may throw {@link
 * io.millrace.protocol.failure.SyncFailure}.
 */
public interface Destination extends AutoCloseable {

    /**
     * Returns if the destination can be reached and written to, after a probe through the real
     * write path; else throws.
     */
    void check() throws InterruptedException;

    /** The modes that it can do. Others are refused before anything is created. */
    Set<SyncMode> supportedModes();

    /**
     * Says what {@link DestinationSession#open} would do for {@code targets}, and changes nothing.
     * Two targets that would land in one table are a {@link
     * io.millrace.protocol.failure.ConfigurationFailure} that names both.
     *
     * @param pipeline the pipeline's name
     */
    List<LandingPlan> plan(String pipeline, List<StreamTarget> targets) throws InterruptedException;

    /**
     * Makes the values null that this destination can't hold though their vector can (a NaN among
     * decimals, a year beyond its range, a text that is no JSON), and notes each as a {@link
     * io.millrace.protocol.batch.FieldChange} on its row (invariant 6). Called once for each batch,
     * after its columns have the landed names and types, before it is hashed and written; for
     * verifying also on batches that are never written. Blocks on nothing; for any thread.
     */
    default void fit(ColumnBatch landed) {}

    /**
     * Begins writing for {@code pipeline}; blocks until earlier writers of the same pipeline that
     * died are gone. Creates nothing by itself: files, schemas and tables appear with the first
     * lane, receipt or reset, so that commands which only look leave no trace.
     */
    DestinationSession open(String pipeline) throws InterruptedException;

    /**
     * Reads back what has landed of {@code target}, all generations that readers see, as columns of
     * the landed types and under the landed names, in batches that {@code sink} closes. {@link
     * ColumnBatch#extractedAt(int)} of a row is its {@code _airbyte_extracted_at} where the table
     * has that column, since it tells versions of a row apart. A table that doesn't exist has no
     * rows. For verifying.
     */
    void readBack(String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink)
            throws InterruptedException;

    @Override
    default void close() {}
}
