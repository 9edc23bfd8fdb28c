package io.millrace.declarative.retriever.async;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.python.StreamSlice;
import java.util.Map;

/**
 * A job that is done.
 *
 * @param slice what it is for
 * @param creation what the API answered when it was made, as templates see it
 * @param polling what it last answered about it; in memory
 */
record Job(StreamSlice slice, Map<String, Object> creation, Answer polling) {}
