/**
 * Writes streams into tables of a PostgreSQL database: typed columns, filled by binary COPY, with
 * the checkpoints in the same transactions as the records they cover. The door is {@link
 * io.millrace.connector.postgres.destination.PostgresDestinationDefinition}.
 */
@NullMarked
package io.millrace.connector.postgres.destination;

import org.jspecify.annotations.NullMarked;
