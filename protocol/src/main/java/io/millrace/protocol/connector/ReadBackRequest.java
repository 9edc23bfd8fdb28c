package io.millrace.protocol.connector;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.schema.StreamSchema;

/**
 * What to read back.
 *
 * @param schema the landed columns to read, by their landed names, see {@link LandingPlan#landed}
 * @param memory where batches are made
 */
public record ReadBackRequest(StreamSchema schema, BatchMemory memory) {}
