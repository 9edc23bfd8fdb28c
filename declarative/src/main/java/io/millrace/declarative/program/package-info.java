/**
 * A manifest as a program of the protocol: {@link
 * io.millrace.declarative.program.DeclarativeProgram} is the whole program but for its end.
 */
@NullMarked
package io.millrace.declarative.program;

import org.jspecify.annotations.NullMarked;
