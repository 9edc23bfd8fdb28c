/**
 * The sync loop: moves the records of a pipeline's streams from a source to a destination, so that
 * none is lost and none doubled, whatever dies on the way. The door is {@link
 * io.millrace.replication.sync.Sync}.
 *
 * <p>A stream's records go through a {@code StreamChannel}, on the source's threads: mappers,
 * landing, hash. A {@code LaneWriter} takes them over in their order and gives them to the
 * destination, on a thread of its own; what the destination acknowledges comes back to the
 * channel's counts.
 */
@NullMarked
package io.millrace.replication.sync;

import org.jspecify.annotations.NullMarked;
