/**
 * The source {@code postgres}. Its door is {@link
 * io.millrace.connector.postgres.source.PostgresSourceDefinition}; {@link
 * io.millrace.connector.postgres.source.StreamReader} holds the rules by which a stream is read so
 * that nothing is lost or doubled.
 */
@NullMarked
package io.millrace.connector.postgres.source;

import org.jspecify.annotations.NullMarked;
