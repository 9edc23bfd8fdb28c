package io.millrace.sdk.stream;

import java.time.Instant;

/**
 * A stretch of time.
 *
 * @param start inclusive
 * @param end exclusive
 */
public record TimeSlice(Instant start, Instant end) {}
