/** The program's commands. The door is {@link io.millrace.cli.Cli}. */
@NullMarked
package io.millrace.cli;

import org.jspecify.annotations.NullMarked;
