/**
 * Records on their way from an answer to the output, and paths into them. A {@link
 * io.millrace.declarative.record.SourceRecord} stays the bytes that it came as until somebody needs
 * its fields; {@link io.millrace.declarative.record.Paths} looks values up with the globs that
 * manifests use.
 */
@NullMarked
package io.millrace.declarative.record;

import org.jspecify.annotations.NullMarked;
