/**
 * Connectors that are npm packages: from a registry by name and version, or in a folder. The door
 * is {@link io.millrace.replication.launch.npm.NpmLauncher}.
 */
@NullMarked
package io.millrace.replication.launch.npm;

import org.jspecify.annotations.NullMarked;
