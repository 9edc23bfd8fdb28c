/**
 * What the PostgreSQL source and destination share: {@link
 * io.millrace.connector.postgres.common.PostgresConnections} opens connections over TLS and SSH,
 * {@link io.millrace.connector.postgres.common.TypeCatalog} says how PostgreSQL's types travel, and
 * {@link io.millrace.connector.postgres.common.BinaryCopyDecoder} turns a binary COPY into batches.
 */
@NullMarked
package io.millrace.connector.postgres.common;

import org.jspecify.annotations.NullMarked;
