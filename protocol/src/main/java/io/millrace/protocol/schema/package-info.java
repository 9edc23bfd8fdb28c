/**
 * The columns of a stream: their names and types as records travel in memory, from the source to
 * the destination. The doors are {@link io.millrace.protocol.schema.StreamSchema} and {@link
 * io.millrace.protocol.schema.ColumnType}.
 */
@NullMarked
package io.millrace.protocol.schema;

import org.jspecify.annotations.NullMarked;
