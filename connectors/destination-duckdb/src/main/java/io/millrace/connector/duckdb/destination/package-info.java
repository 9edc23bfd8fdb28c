/**
 * Destination {@code duckdb}: a typed table per stream in a DuckDB file. Checkpoints lie in the
 * same file, in the table {@code _millrace_checkpoints}, and are committed in the transaction of
 * the records they cover. The door is {@link
 * io.millrace.connector.duckdb.destination.DuckDbDestinationDefinition}.
 *
 * <p>A table has the stream's columns first, then {@code _airbyte_raw_id}, {@code
 * _airbyte_extracted_at}, {@code _airbyte_meta} and {@code _airbyte_generation_id}; columns that
 * come later stand behind these.
 */
@NullMarked
package io.millrace.connector.duckdb.destination;

import org.jspecify.annotations.NullMarked;
