/**
 * Connectors that are images, run by whatever the {@code docker} command talks to. The door is
 * {@link io.millrace.replication.launch.docker.DockerLauncher}.
 */
@NullMarked
package io.millrace.replication.launch.docker;

import org.jspecify.annotations.NullMarked;
