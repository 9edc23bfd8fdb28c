/**
 * A manifest as it was written, made ready to be compiled: YAML read, references and parameters
 * resolved, every component given its type. What the other packages compile from is a {@link
 * io.millrace.declarative.manifest.Definition} within a {@link
 * io.millrace.declarative.manifest.Compilation}.
 */
@NullMarked
package io.millrace.declarative.manifest;

import org.jspecify.annotations.NullMarked;
