/**
 * Streams whose API prepares its records in jobs (reference: 10.1): a job is made for each slice,
 * asked for its status until it is done, and then its results are downloaded. The door is {@link
 * io.millrace.declarative.retriever.async.AsyncRetriever}.
 */
@NullMarked
package io.millrace.declarative.retriever.async;

import org.jspecify.annotations.NullMarked;
