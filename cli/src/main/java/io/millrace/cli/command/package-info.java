/** A class per command: each reads its arguments, calls the engine and says what came of it. */
@NullMarked
package io.millrace.cli.command;

import org.jspecify.annotations.NullMarked;
