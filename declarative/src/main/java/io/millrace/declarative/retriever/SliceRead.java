package io.millrace.declarative.retriever;

import io.millrace.declarative.cursor.SliceProgress;

/**
 * The read that a slice belongs to.
 *
 * @param progress watches the slice
 * @param fresh whether the read began without a state
 */
public record SliceRead(SliceProgress progress, boolean fresh) {}
