/**
 * Connectors that are programs of their own ("guests"): any executable that speaks the protocol
 * over its standard streams, as source and as destination. The door is {@link
 * io.millrace.replication.launch.process.ProcessLauncher}.
 *
 * <p>A guest is believed nothing: what it prints, how it ends and what it leaves behind is checked
 * or cleaned up here, so that the sync loop meets the same contract as with a connector in this
 * process.
 */
@NullMarked
package io.millrace.replication.launch.process;

import org.jspecify.annotations.NullMarked;
