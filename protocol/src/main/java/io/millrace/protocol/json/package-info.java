/**
 * JSON as the protocol needs it: numbers exact, unknown properties and unknown names kept, and
 * records on their way between JSON and batches. A record that came as JSON becomes a row through
 * {@link io.millrace.protocol.json.JsonRowWriter}, a row becomes a line through {@link
 * io.millrace.protocol.json.JsonLineEncoder}, and {@link io.millrace.protocol.json.JsonSchemas}
 * tells what a stream's schema looks like in a catalog. One value at a time goes through {@link
 * io.millrace.protocol.json.ValueParser} and {@link io.millrace.protocol.json.ValueFormatter}.
 *
 * <p>What holds a buffer belongs to one thread.
 */
@NullMarked
package io.millrace.protocol.json;

import org.jspecify.annotations.NullMarked;
