/**
 * Connectors that are Python packages: from a registry by name and version, or in a folder. Each
 * gets an environment of its own. The door is {@link
 * io.millrace.replication.launch.python.PythonLauncher}; {@link
 * io.millrace.replication.launch.python.PythonProgram} serves other launchers.
 */
@NullMarked
package io.millrace.replication.launch.python;

import org.jspecify.annotations.NullMarked;
