/**
 * Partition routers: what one stream is read in parts of, each with a value of a list or a record
 * of a parent stream. Doors are {@link io.millrace.declarative.partition.PartitionRouter} (the
 * plan, and what compiles it), {@link io.millrace.declarative.partition.PartitionRun} (the
 * partitions of one read) and {@link io.millrace.declarative.partition.ParentStream} (what a stream
 * must offer to be a parent).
 *
 * <p>Partitions are pushed: whoever wants them hands over a {@link
 * io.millrace.declarative.partition.SliceSink}, which may block (and so hold back the reading of
 * parents) and may say that it wants no more.
 */
@NullMarked
package io.millrace.declarative.partition;

import org.jspecify.annotations.NullMarked;
