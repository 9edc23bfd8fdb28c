/** Connectors that run in this process: those that are built in, found by name. */
@NullMarked
package io.millrace.replication.launch.inprocess;

import org.jspecify.annotations.NullMarked;
