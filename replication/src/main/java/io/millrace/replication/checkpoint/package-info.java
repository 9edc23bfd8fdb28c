/**
 * Checkpoints that are kept beside a destination which can't keep them itself; and what is kept
 * with every checkpoint.
 */
@NullMarked
package io.millrace.replication.checkpoint;

import org.jspecify.annotations.NullMarked;
