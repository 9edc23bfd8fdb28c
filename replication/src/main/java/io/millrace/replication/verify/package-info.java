/**
 * Compares what has landed with what the source holds. The door is {@link
 * io.millrace.replication.verify.Verification}.
 */
@NullMarked
package io.millrace.replication.verify;

import org.jspecify.annotations.NullMarked;
