/**
 * Schemas of streams: where they come from (reference: 11). {@link
 * io.millrace.declarative.schema.SchemaLoader} is the door.
 */
@NullMarked
package io.millrace.declarative.schema;

import org.jspecify.annotations.NullMarked;
