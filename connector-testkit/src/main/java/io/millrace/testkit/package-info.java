/**
 * What proves Millrace and its connectors, for use in test scope: {@link ManualClock}, {@link
 * GoldenFile} and {@link TestPostgres}, a real PostgreSQL server that a test may stop, kill and
 * start again.
 */
@NullMarked
package io.millrace.testkit;

import org.jspecify.annotations.NullMarked;
