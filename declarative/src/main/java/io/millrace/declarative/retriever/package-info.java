/**
 * How the records of a slice are fetched: {@link io.millrace.declarative.retriever.Retriever} is
 * the door, {@link io.millrace.declarative.retriever.SimpleRetriever} the loop over pages.
 */
@NullMarked
package io.millrace.declarative.retriever;

import org.jspecify.annotations.NullMarked;
