/**
 * How a pipeline names a connector, and how it is started: a {@link
 * io.millrace.replication.launch.ConnectorReference} goes to the {@link
 * io.millrace.replication.launch.Launcher} of its kind, which gives a source or a destination. The
 * door is {@link io.millrace.replication.launch.Launchers}.
 */
@NullMarked
package io.millrace.replication.launch;

import org.jspecify.annotations.NullMarked;
