/**
 * DuckDB for connectors, through its C interface and without its Java driver: column batches are
 * read by DuckDB where they lie, and results come back as column batches. The doors are {@link
 * io.millrace.connector.duckdb.common.DuckDbFile} and {@link
 * io.millrace.connector.duckdb.common.DuckDbConnection}.
 *
 * <p>The library comes from the driver's jar. It is unpacked once into a cache, and loaded from
 * there by every class loader alike, which the driver itself can't do.
 */
@NullMarked
package io.millrace.connector.duckdb.common;

import org.jspecify.annotations.NullMarked;
