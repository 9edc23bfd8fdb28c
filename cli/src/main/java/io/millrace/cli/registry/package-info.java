/**
 * Connectors on their way from those who write them to those who use them: the archive of one, a
 * registry that is a directory in the reference's layout (reference: protocol 8.2 to 8.4), and what
 * is installed on this machine.
 */
@NullMarked
package io.millrace.cli.registry;

import org.jspecify.annotations.NullMarked;
