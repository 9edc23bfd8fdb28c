/**
 * Connectors on their way from those who write them to those who use them: the archive of one, what
 * its metadata must be, registries in the reference's layout (reference: protocol 8.2 to 8.4) that
 * are a directory, a Git repository or a bucket, and what is installed on this machine. The doors
 * are {@link io.millrace.cli.registry.Registry} and {@link
 * io.millrace.cli.registry.InstalledConnectors}.
 */
@NullMarked
package io.millrace.cli.registry;

import org.jspecify.annotations.NullMarked;
