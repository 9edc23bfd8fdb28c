/**
 * The streams of a manifest: which there are for a configuration, and how each is read. Doors are
 * {@link io.millrace.declarative.stream.StreamDefinitions} (conditions, dynamic streams), {@link
 * io.millrace.declarative.stream.StreamCompiler} and what it makes, a {@link
 * io.millrace.declarative.stream.DeclarativeStream}, of which each read is a {@link
 * io.millrace.declarative.stream.StreamRead}.
 */
@NullMarked
package io.millrace.declarative.stream;

import org.jspecify.annotations.NullMarked;
