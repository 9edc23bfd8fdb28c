/**
 * A manifest as a source: {@link io.millrace.declarative.source.DeclarativeSource} checks,
 * discovers and reads, its streams and slices in parallel. What it reads goes to a {@link
 * io.millrace.declarative.source.StreamSink}: lines of the protocol, or typed batches.
 */
@NullMarked
package io.millrace.declarative.source;

import org.jspecify.annotations.NullMarked;
