/**
 * Sources that are made of streams, each of which reads itself record by record: {@link
 * io.millrace.sdk.stream.StreamedSource} is the source, {@link io.millrace.sdk.stream.SourceStream}
 * is what its author writes, and {@link io.millrace.sdk.stream.StreamReading} takes records and
 * checkpoints, and walks slices of time and parents. {@link io.millrace.sdk.stream.RecordSchema}
 * makes columns of records. Sources that fill columns themselves, as databases do, implement {@link
 * io.millrace.protocol.connector.Source} instead.
 */
@NullMarked
package io.millrace.sdk.stream;

import org.jspecify.annotations.NullMarked;
