package io.millrace.replication.sync;

import tools.jackson.databind.JsonNode;

/**
 * A state of all streams together. Each stream commits it with its own records, so that after a
 * crash some may have a newer one than others: the oldest is gone on from, since records may come
 * twice but none may be skipped.
 *
 * @param sequence grows by one with each global state of a pipeline
 */
record GlobalState(JsonNode state, long sequence) {}
