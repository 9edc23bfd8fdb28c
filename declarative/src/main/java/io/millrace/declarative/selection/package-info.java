/**
 * From an answer to the records of a stream: extracted, filtered, transformed, converted to the
 * stream's schema (reference: 6). The door is {@link
 * io.millrace.declarative.selection.RecordSelector}.
 */
@NullMarked
package io.millrace.declarative.selection;

import org.jspecify.annotations.NullMarked;
