/**
 * Records on their way, in column batches: off-heap memory in Apache Arrow's layout, so that native
 * code can read it without a copy. The doors are {@link io.millrace.protocol.batch.ColumnBatch} and
 * {@link io.millrace.protocol.batch.BatchMemory}.
 *
 * <p>A batch and its vectors belong to one thread at a time: the producer fills it, hands it over,
 * and never touches it again; whoever holds it last closes it.
 */
@NullMarked
package io.millrace.protocol.batch;

import org.jspecify.annotations.NullMarked;
